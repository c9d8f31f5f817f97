import { MockActivityEnvironment } from '@temporalio/testing';
import { DataActivitiesProvider } from '../../activities/data.activities.js';
import { CollectionsService } from '../../src/data/collection/collections.service.js';
import type { FetchBarsInput } from '../../src/data/data.contract.js';
import type { JobsService } from '../../src/jobs/jobs.service.js';
import { sourcesInOrder } from '../../src/data/sources/registry.js';
import type { AssetId } from '../../src/shared/ids.js';
import { startMarketSimulator, type MarketSimulator } from '../../tools/market-simulator/server.js';
import { collectionParts } from '../support/collecting.js';
import { useDatabase } from '../support/database.js';
import { simulatedSources } from '../support/simulated-sources.js';

const store = useDatabase();
let simulator: MarketSimulator;
beforeAll(async () => {
  simulator = await startMarketSimulator({ seed: 3 });
});
afterAll(() => simulator.stop());

const btc = 'BTC' as AssetId;
const asOf = '2025-06-01T00:00:00Z';
const part: FetchBarsInput = {
  collectionId: 'c',
  assetId: btc,
  interval: '1d',
  source: 'binance',
  part: { from: '2023-03-24T00:00:00Z', to: asOf },
  from: null,
  asOf,
  completes: null,
  mayWait: true,
};
function activities() {
  const { em, assets, planner, fetcher, verifier, collector } = collectionParts(
    store.orm,
    sourcesInOrder(['binance'], simulatedSources(simulator.url)),
  );
  const collections = new CollectionsService(em, {} as JobsService, assets);
  return new DataActivitiesProvider(planner, fetcher, verifier, collector, collections);
}
const run = <T>(environment: MockActivityEnvironment, work: (of: DataActivitiesProvider) => Promise<T>): Promise<T> =>
  environment.run<[], T, () => Promise<T>>(() => work(activities()));
function listening() {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  return { environment, beats };
}

test('a part is stored, and tells where it is while it works', async () => {
  const { environment, beats } = listening();
  expect(await run(environment, (of) => of.fetchBars(part))).toMatchObject({
    rowsNew: 800,
    series: { source: 'simulated:binance:3' },
  });
  expect(beats).toEqual([
    { assetId: 'BTC', interval: '1d', note: 'asking binance' },
    { assetId: 'BTC', asking: expect.stringContaining('/api/v3/klines?symbol=BTCUSDT') },
    { assetId: 'BTC', interval: '1d', note: 'storing 800 bars of binance' },
  ]);
});

test('a plan and a comparison tell where they are, too', async () => {
  const { environment, beats } = listening();
  const of = { collectionId: 'c', assets: [btc], intervals: ['1d' as const], from: null, asOf };
  const { series } = await run(environment, (one) => one.planCollection(of));
  expect(series).toMatchObject([{ assetId: 'BTC', sources: [{ source: 'binance' }] }]);
  const fetched = [{ ...(await run(environment, (one) => one.fetchBars(part))), source: 'binance' }];
  const verified = await run(environment, (one) =>
    one.verifySeries({ collectionId: 'c', assetId: btc, interval: '1d', from: null, asOf, fetched, spared: [] }),
  );
  expect(verified).toMatchObject({ series: { source: 'simulated:binance:3' }, votes: 1, fresh: true });
  expect(beats).toContainEqual({ note: 'planning 1d of BTC' });
  expect(beats).toContainEqual({ assetId: 'BTC', interval: '1d', note: 'comparing the raw 1d bars of BTC' });
});

test('the one step of an older collection asks, stores and compares', async () => {
  const input = { collectionId: 'older', assetId: 'ETH' as AssetId, interval: '1d', asOf } as const;
  const first = await run(new MockActivityEnvironment(), (of) => of.collectAsset(input));
  expect(first).toMatchObject({ rowsNew: 800, rowsStored: 800, series: { source: 'simulated:binance:3' } });
});

test('a cancelled activity stops waiting for a source', async () => {
  simulator.fault({ route: '/api/v3/klines', kind: 'slow', seconds: 60 });
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (details: { asking?: string }) => {
    if (details.asking) setTimeout(() => environment.cancel('CANCELLED'), 20);
  });
  await expect(run(environment, (of) => of.fetchBars({ ...part, collectionId: 'cancelled' }))).rejects.toThrow(
    'CANCELLED',
  );
}, 10_000);
