import type { AssetCollection } from '../../src/data/data.contract.js';
import type { AssetId } from '../../src/shared/ids.js';

/** An asset whose ten bars are stored, two of them anew. */
export const collected = (assetId: string, over: Partial<AssetCollection> = {}): AssetCollection => ({
  assetId: assetId as AssetId,
  interval: '1d',
  series: {
    assetId: assetId as AssetId,
    interval: '1d',
    source: 'csv:x',
    quoteCurrency: 'USD',
    adjustment: 'unknown',
  },
  simulated: false,
  rowsRead: 10,
  rowsNew: 2,
  rowsRevised: 0,
  rowsRefused: 0,
  refused: [],
  rowsStored: 10,
  firstOpenTime: '2025-05-01T00:00:00Z',
  lastOpenTime: '2025-05-10T00:00:00Z',
  attempts: [{ source: 'csv:x', outcome: 'ok', milliseconds: 1 }],
  votes: 1,
  disputedBars: 0,
  missingBars: 0,
  fresh: true,
  ...over,
});
