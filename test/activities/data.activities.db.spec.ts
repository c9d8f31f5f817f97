import { MockActivityEnvironment } from '@temporalio/testing';
import type { MikroORM } from '@mikro-orm/postgresql';
import { DataActivitiesProvider } from '../../activities/data.activities.js';
import { CandleRepository } from '../../src/data/candle.repository.js';
import type { AssetCollection, CollectAssetInput } from '../../src/data/data.contract.js';
import { PriceCollector } from '../../src/data/price-collector.js';
import { sourcesInOrder } from '../../src/data/sources/registry.js';
import type { AssetId } from '../../src/shared/ids.js';
import { startMarketSimulator, type MarketSimulator } from '../../tools/market-simulator/server.js';
import { freshDatabase, openOrm, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let simulator: MarketSimulator;
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  simulator = await startMarketSimulator({ seed: 3 });
});
afterAll(async () => {
  await simulator.stop();
  await orm.close(true);
  await database.drop();
});

const input: CollectAssetInput = {
  collectionId: 'c',
  assetId: 'BTC' as AssetId,
  interval: '1d',
  asOf: '2025-06-01T00:00:00Z',
};
function activities() {
  const baseUrl = simulator.url;
  const sources = sourcesInOrder(['binance'], { priceFolders: [], binance: { baseUrl }, yahoofinance: { baseUrl } });
  return new DataActivitiesProvider(new PriceCollector(sources, new CandleRepository(orm.em.fork())));
}
const run = (environment: MockActivityEnvironment, of: CollectAssetInput = input) =>
  environment.run<[], AssetCollection, () => Promise<AssetCollection>>(() => activities().collectAsset(of));

test('stores the bars and tells where it is while it works', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  expect(await run(environment)).toMatchObject({ rowsNew: 800, series: { source: 'simulated:binance:3' } });
  expect(beats).toEqual([
    { assetId: 'BTC', note: 'asking binance' },
    { assetId: 'BTC', asking: expect.stringContaining('/api/v3/klines?symbol=BTCUSDT') },
    { assetId: 'BTC', note: 'storing 800 bars of binance' },
  ]);
});

test('a second attempt answers what the first one stored, without asking again', async () => {
  const of = { ...input, collectionId: 'attempted twice', assetId: 'ETH' as AssetId };
  const first = await run(new MockActivityEnvironment(), of);
  const asked = simulator.stats();
  expect(first.rowsNew).toBe(800);
  expect(await run(new MockActivityEnvironment(), of)).toEqual(first);
  expect(simulator.stats()).toEqual(asked);
  expect(await run(new MockActivityEnvironment(), { ...of, collectionId: 'another' })).toMatchObject({ rowsNew: 0 });
});

test('a cancelled activity stops waiting for a source', async () => {
  simulator.fault({ route: '/api/v3/klines', kind: 'slow', seconds: 60 });
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (details: { asking?: string }) => {
    if (details.asking) setTimeout(() => environment.cancel('CANCELLED'), 20);
  });
  const begin = performance.now();
  await expect(run(environment, { ...input, collectionId: 'cancelled' })).rejects.toThrow('CANCELLED');
  expect(performance.now() - begin).toBeLessThan(5_000);
});
