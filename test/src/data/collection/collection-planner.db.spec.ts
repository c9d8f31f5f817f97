import type { MikroORM } from '@mikro-orm/postgresql';
import type { PlanCollectionInput } from '../../../../src/data/data.contract.js';
import type { Interval, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs, toIso } from '../../../../src/shared/time.js';
import { collectionParts } from '../../../support/collecting.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { barsOf, stubSource } from '../../../support/stub-source.js';

let database: TestDatabase;
let orm: MikroORM;
beforeEach(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
});
afterEach(async () => {
  await orm.close(true);
  await database.drop();
});

const now = Date.parse('2025-06-10T12:00:00Z');
const asOf = '2025-06-10T00:40:00Z';

const binance = stubSource('binance', { candles: { crypto: ['1m', '1h', '1d'] } });
const coingecko = stubSource('coingecko', { candles: { crypto: ['1h', '1d'] }, historyDays: { '1d': 365, '1h': 90 } });
const yahoo = stubSource('yahoofinance', { candles: { crypto: ['1d'], stock: ['1d'], etf: ['1d'] } });
const polygon = stubSource('polygon', { candles: { crypto: ['1d'], stock: ['1d'], etf: ['1d'] } });
const folder = stubSource('csv:mine', { wholeHistory: true, candles: { crypto: ['1d'], etf: ['1d'] } });

const plan = async (change: Partial<PlanCollectionInput> = {}, sources = [binance, coingecko, yahoo, polygon]) => {
  const { planner } = collectionParts(orm, sources);
  const input = { collectionId: 'c', assets: ['BTC' as AssetId], intervals: ['1d' as Interval], from: null, asOf };
  return (await planner.plan({ ...input, ...change }, now)).series;
};
/** Stores what a source has of a window, under the name given. */
async function have(source: string, assetId: string, from: string, to: string, change: Partial<SeriesRef> = {}) {
  const { candles, assets } = collectionParts(orm, []);
  const asset = (await assets.catalogue()).of(assetId as AssetId)!;
  const series: SeriesRef = {
    assetId: asset.id,
    interval: '1d',
    source,
    quoteCurrency: 'USD',
    adjustment: 'raw',
    ...change,
  };
  const bars = barsOf({ asset, interval: series.interval, from: Date.parse(from), to: Date.parse(to) });
  await candles.storeSeries(series, bars);
}
test('asks each source for the usual history as far as it reaches, in the order of the asset', async () => {
  expect(await plan()).toEqual([
    {
      assetId: 'BTC',
      interval: '1d',
      votes: 2,
      sources: [
        {
          source: 'binance',
          completes: null,
          taskQueue: 'portfolio.source.binance',
          missing: [{ from: '2023-04-02T00:00:00Z', to: asOf }],
          partDays: 20_000,
        },
        {
          source: 'coingecko',
          completes: null,
          taskQueue: 'portfolio.source.coingecko',
          // 365 days before now, at the next begin of a day
          missing: [{ from: '2024-06-11T00:00:00Z', to: asOf }],
          partDays: 20_000,
        },
        expect.objectContaining({ source: 'yahoofinance' }),
        expect.objectContaining({ source: 'polygon' }),
      ],
      spared: [],
    },
  ]);
});

test('a long history is planned as one window, to be asked for two weeks of minutes at a time', async () => {
  const [series] = await plan({ intervals: ['1m'], from: '2018-01-01T00:00:00Z' }, [binance]);
  expect(series!.sources).toMatchObject([{ missing: [{ from: '2018-01-01T00:00:00Z', to: asOf }], partDays: 13 }]);
});

test('only what is missing is asked for, from the last stored bar on', async () => {
  await have('binance', 'BTC', '2023-04-02', '2025-06-08');
  await have('coingecko', 'BTC', '2025-01-01', '2025-06-10');
  const [series] = await plan();
  expect(series!.sources.slice(0, 2)).toMatchObject([
    { completes: 'binance', missing: [{ from: '2025-06-07T00:00:00Z', to: asOf }] },
    // what is missing before and the last bar lie within a page of each other
    { completes: 'coingecko', missing: [{ from: '2024-06-11T00:00:00Z', to: asOf }] },
  ]);
});

test('a hole that the source has answered for in the last days is left', async () => {
  await have('coingecko', 'BTC', '2025-01-01', '2025-06-10');
  const { attempts } = collectionParts(orm, []);
  const question = {
    collectionId: 'earlier',
    assetId: 'BTC' as AssetId,
    interval: '1d' as const,
    source: 'coingecko',
    part: { from: '2024-06-11T00:00:00Z', to: asOf },
  };
  const fetched = { outcome: 'ok', milliseconds: 1, isCurrent: true, series: null, simulated: false } as const;
  const none = { rowsRead: 160, rowsNew: 0, rowsRevised: 0, rowsRefused: 0, refused: [] };
  await attempts.record(question, { ...fetched, ...none }, 1, now - 8 * dayMs);
  const missing = async () => (await plan({}, [coingecko]))[0]!.sources[0]!.missing;
  expect(await missing()).toEqual([{ from: '2024-06-11T00:00:00Z', to: asOf }]);
  await attempts.record(question, { ...fetched, ...none }, 1, now - hourMs);
  expect(await missing()).toEqual([{ from: '2025-06-09T00:00:00Z', to: asOf }]);
});

test('a simulated series is completed as one, and the real one of two that go as far is what counts', async () => {
  await have('simulated:binance:7', 'BTC', '2023-04-02', '2025-06-08');
  const completes = async () => (await plan({}, [binance]))[0]!.sources[0]!.completes;
  expect(await completes()).toBe('simulated:binance:7');
  await have('binance', 'BTC', '2025-06-01', '2025-06-08');
  expect(await completes()).toBe('binance');
  await have('simulated:binance:7', 'BTC', '2025-06-08', '2025-06-09');
  expect(await completes()).toBe('simulated:binance:7');
});

test('an adjusted series is asked for whole, because every split changes its past', async () => {
  await have('yahoofinance', 'SPY', '2023-04-02', '2025-06-10', { adjustment: 'split' });
  const [series] = await plan({ assets: ['SPY' as AssetId] }, [yahoo]);
  expect(series!.sources).toMatchObject([{ missing: [{ from: '2023-04-03T00:00:00Z', to: asOf }] }]);
});

test('whoever rechecks asks for what is stored, too', async () => {
  await have('binance', 'BTC', '2023-04-02', '2025-06-10', { quoteCurrency: 'USDT' });
  const missing = async (recheck: boolean) => (await plan({ recheck }, [binance]))[0]!.sources[0]!.missing;
  expect(await missing(false)).toEqual([{ from: '2025-06-09T00:00:00Z', to: asOf }]);
  expect(await missing(true)).toEqual([{ from: '2023-04-02T00:00:00Z', to: asOf }]);
});

test('a folder is read from its begin to now, before all others', async () => {
  const [series] = await plan({}, [binance, folder]);
  expect(series!.sources).toMatchObject([
    { source: 'csv:mine', taskQueue: 'portfolio.source.csv', missing: [{ from: null, to: toIso(now) }] },
    { source: 'binance' },
  ]);
});

test('says who is not asked and why', async () => {
  const [spy] = await plan({ assets: ['SPY' as AssetId] });
  expect(spy!.sources.map(({ source }) => source)).toEqual(['yahoofinance', 'polygon']);
  expect(spy!.spared).toEqual([
    { source: 'binance', outcome: 'notOffered', detail: 'has no etf prices', milliseconds: 0 },
    { source: 'coingecko', outcome: 'notOffered', detail: 'has no etf prices', milliseconds: 0 },
  ]);
  const [avax] = await plan({ assets: ['AVAX' as AssetId] }, [polygon]);
  expect(avax!.spared).toEqual([{ source: 'polygon', outcome: 'unknownAsset', milliseconds: 0 }]);
  const [old] = await plan({ asOf: '2020-01-01T00:00:00Z' }, [coingecko]);
  expect(old!.spared).toEqual([
    {
      source: 'coingecko',
      outcome: 'notOffered',
      detail: 'its bars of 1d reach back to 2024-06-10',
      milliseconds: 0,
    },
  ]);
  expect(await plan({ assets: ['NOPE' as AssetId] })).toEqual([
    { assetId: 'NOPE', interval: '1d', votes: 2, sources: [], spared: [] },
  ]);
});

test('weeks and four hours are made of days and hours, and each is planned once', async () => {
  const series = await plan({ intervals: ['1w', '4h', '1d'] });
  expect(series.map(({ interval }) => interval)).toEqual(['1d', '1h']);
  const weekly = stubSource('polygon', { candles: { etf: ['1w'] } });
  expect((await plan({ assets: ['SPY' as AssetId], intervals: ['1w'] }, [weekly]))[0]).toMatchObject({
    interval: '1w',
    sources: [{ missing: [{ from: '2023-04-03T00:00:00Z' }] }],
  });
});

test('an as-of that has not come yet is now', async () => {
  const [series] = await plan({ asOf: '2025-07-01T00:00:00Z' }, [binance]);
  expect(series!.sources[0]!.missing).toEqual([{ from: '2023-04-02T00:00:00Z', to: toIso(now) }]);
});
