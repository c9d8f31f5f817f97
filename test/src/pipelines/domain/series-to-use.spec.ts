import type { AssetCollection } from '../../../../src/data/data.contract.js';
import { seriesToUse } from '../../../../src/pipelines/domain/series-to-use.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const collected = (asset: string, change: Partial<AssetCollection> = {}): AssetCollection => ({
  assetId: asset as AssetId,
  series: { assetId: asset as AssetId, interval: '1d', source: 'binance', quoteCurrency: 'USDT', adjustment: 'raw' },
  simulated: false,
  rowsRead: 400,
  rowsNew: 400,
  rowsRevised: 0,
  rowsRefused: 0,
  refused: [],
  rowsStored: 400,
  firstOpenTime: null,
  lastOpenTime: null,
  attempts: [],
  ...change,
});

test('hands on the series of every asset', () => {
  const report = { assets: [collected('BTC'), collected('ETH')] };
  expect(seriesToUse(report)).toMatchObject({ kind: 'series', series: [{ assetId: 'BTC' }, { assetId: 'ETH' }] });
});

test('names the assets that no source has, and what each source said', () => {
  const attempts = [
    { source: 'binance', outcome: 'notOffered' as const, milliseconds: 0 },
    { source: 'yahoofinance', outcome: 'unknownAsset' as const, detail: 'HTTP 404', milliseconds: 12 },
  ];
  const report = { assets: [collected('BTC'), collected('GLD', { series: null, attempts })] };
  expect(seriesToUse(report)).toEqual({
    kind: 'missing',
    reason: 'no source has prices of GLD (binance: notOffered; yahoofinance: HTTP 404)',
  });
});
