import { type MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ConsensusService } from '../../../../src/data/candles/consensus.service.js';
import type { AssetQualityView } from '../../../../src/data/candles/quality.views.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, toIso } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  app = await startApi(testConfig(database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

/** Of the first asset its first interval. */
const qualityOf = (body: { items: AssetQualityView[] }) => body.items[0]!.intervals[0]!;
const get = (query: string) => request(app.getHttpServer()).get(`/api/v1/data/quality${query}`);
const series = (assetId: string, source: string, over: Partial<SeriesRef> = {}): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'raw',
  ...over,
});
const bar = (openTime: number, close = '100'): Candle => ({
  openTime,
  open: null,
  high: null,
  low: null,
  close,
  volume: null,
});
const store = (one: SeriesRef, bars: Candle[], lagMs = 0) =>
  new CandleRepository(orm.em.fork()).storeSeries(one, bars, lagMs);
/** Midnight between the last whole days, whatever the time of day is: the window of the tests ends well before now. */
const today = Math.floor(Date.now() / dayMs) * dayMs;
const day = (back: number) => today - back * dayMs;

test('tells coverage, gaps, lateness, sources and disagreement of an asset', async () => {
  const days = Array.from({ length: 40 }, (_, i) => bar(day(43 - i)));
  // the last three whole days are missing, and two within
  await store(
    series('BTC', 'binance', { quoteCurrency: 'USDT' }),
    days.filter((_, i) => i !== 10 && i !== 11),
  );
  await store(series('BTC', 'yahoofinance'), [bar(day(20), '130'), bar(day(19), '100.5')]);
  const em = orm.em.fork();
  await new ConsensusService(em, new CandleRepository(em), new AssetRegistry(em)).judge({
    assetId: 'BTC' as AssetId,
    assetClass: 'crypto',
    interval: '1d',
    adjustment: 'raw',
    from: 0,
    to: today,
  });
  const { body } = await get('?asset=btc').expect(200);
  expect(body).toMatchObject({
    items: [
      {
        asset_id: 'BTC',
        asset_class: 'crypto',
        enabled: true,
        intervals: [
          {
            interval: '1d',
            canonical: {
              source: 'binance',
              quote_currency: 'USDT',
              adjustment: 'raw',
              basis: 'spot',
              simulated: false,
              bars: 38,
              first_open_time: toIso(day(43)),
              last_open_time: toIso(day(4)),
            },
            derived_from: null,
            since: toIso(day(43)),
            fresh: false,
            sources: [{ source: 'binance' }, { source: 'yahoofinance', bars: 2 }],
            disagreement: { compared: 2, disputed: 1, largest_deviation_at: toIso(day(20)) },
            suspected_splits: [],
          },
        ],
      },
    ],
    next_cursor: null,
  });
  const quality = qualityOf(body);
  // the day may turn while the test runs
  const behind = quality.bars_behind!;
  expect([3, 4]).toContain(behind);
  expect(quality.coverage).toMatchObject({
    missing: 2 + behind,
    expected: 40 + behind,
    unexpected: 0,
    gap_count: 2,
    gaps: [{ from: toIso(day(33)), to: toIso(day(32)), bars: 2 }, { bars: behind }],
  });
  expect(quality.seconds_behind).toBeGreaterThanOrEqual(3 * 86_400);
  expect(quality.disagreement.largest_deviation).toBeCloseTo(15 / 115, 12);
});

test('a stock is judged by its exchange’s days, and jumps that look like splits are told', async () => {
  const opens = expectedOpens('etf', '1d', Date.parse('2024-01-01T00:00:00Z'), Date.parse('2024-03-01T00:00:00Z'));
  const bars = opens.map((open, i) => bar(open, i < 10 ? '400' : i < 20 ? '100' : '50'));
  await store(series('SPY', 'yahoofinance', { adjustment: 'split' }), bars);
  await orm.em
    .fork()
    .execute(
      `insert into corporate_action (asset_id, source, kind, ex_date, numerator, denominator, known_at) values ('SPY', 'yahoofinance', 'split', ?, 2, 1, now())`,
      [toIso(opens[20]!).slice(0, 10)],
    );
  const { body } = await get('?asset=SPY').expect(200);
  const quality = qualityOf(body);
  expect(quality.suspected_splits).toEqual([{ open_time: toIso(opens[10]!), factor: 4 }]);
  // weekends and holidays are not missed: the one gap is that nothing came since
  expect(quality.coverage).toMatchObject({ gap_count: 1, missing: quality.bars_behind });
});

test('an interval that is derived is judged by what is stored, and nothing stored is told as such', async () => {
  const { body } = await get('?asset=BTC&interval=1w').expect(200);
  expect(body.items[0].intervals).toMatchObject([
    { interval: '1w', canonical: { source: 'binance', bars: 38 }, derived_from: '1d', sources: [] },
  ]);
  const { body: none } = await get('?asset=ETH').expect(200);
  expect(none.items[0].intervals).toEqual([
    {
      interval: '1d',
      canonical: null,
      derived_from: null,
      since: null,
      coverage: null,
      fresh: false,
      bars_behind: null,
      seconds_behind: null,
      sources: [],
      disagreement: { compared: 0, disputed: 0, largest_deviation: null, largest_deviation_at: null },
      suspected_splits: [],
    },
  ]);
});

test('without an asset it is about all that are enabled, page by page', async () => {
  const { body } = await get('?limit=4').expect(200);
  const { body: second } = await get(`?limit=50&cursor=${body.next_cursor}`).expect(200);
  const ids = [...body.items, ...second.items].map(({ asset_id }: { asset_id: string }) => asset_id);
  expect(ids).toEqual(['BTC', 'ETH', 'SPY', 'BNB', 'QQQ', 'SOL', 'ADA', 'AVAX', 'POL']);
  expect(second.next_cursor).toBeNull();
});

test('refuses an unknown asset and what is no interval', async () => {
  expect((await get('?asset=BTX').expect(422)).body.errors).toEqual([expect.objectContaining({ field: 'asset' })]);
  expect((await get('?interval=2h').expect(422)).body.errors).toEqual([expect.objectContaining({ field: 'interval' })]);
});

test('of a series that ends before what is looked at it is not said how many bars are missing', async () => {
  const minutes = series('ADA', 'binance', { interval: '1m', quoteCurrency: 'USDT' });
  const minute = 60_000;
  await store(minutes, [bar(day(100)), bar(day(100) + minute)]);
  const quality = qualityOf((await get('?asset=ADA&interval=1m').expect(200)).body);
  expect(quality).toMatchObject({
    canonical: { bars: 2 },
    bars_behind: null,
    fresh: false,
    coverage: { expected: 99_999, missing: 99_999, unexpected: 0, gap_count: 1 },
  });
  expect(quality.seconds_behind).toBeGreaterThan(99 * 86_400);
  // on the grid, with a late bar as well: the gap is cut by the window, and told by its first minute
  expect(Date.parse(quality.since!) % minute).toBe(0);
  expect(quality.coverage!.gaps[0]!.from).toBe(quality.since);
  await store(minutes, [bar(day(2))]);
  const later = qualityOf((await get('?asset=ADA&interval=1m').expect(200)).body);
  expect(later.bars_behind).toBeGreaterThan(1_439);
  expect(later.coverage!.missing).toBe(99_998);
});

test('what it does not know is refused, not left out of account', async () => {
  const { body } = await get('?asset=BTC&source=kraken').expect(422);
  expect(body.errors).toEqual([{ field: 'source', value: 'kraken', message: 'is not known here' }]);
});
