import fs from 'node:fs';
import fc from 'fast-check';
import type { Asset } from '../../../../../src/data/domain/asset.js';
import { partDays } from '../../../../../src/data/domain/history-plan.js';
import { isTradingDay } from '../../../../../src/data/domain/exchange-calendar.js';
import { defaultSettings } from '../../../../../src/data/domain/seed-assets.js';
import { polygon, PolygonSource } from '../../../../../src/data/sources/polygon/polygon.source.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { dayMs, hourMs, minuteMs, utcDate } from '../../../../../src/shared/time.js';
import { cannedIo } from '../canned-io.js';
import { sharedData, titleWith } from '../../../../support/shared-data.js';

const settings = { baseUrl: 'https://api.polygon.io', key: 'a-secret', requestsPerMinute: 5, historyDays: 730 };
const source = new PolygonSource(settings);
const widest = new PolygonSource({ ...settings, historyDays: 20_000, requestsPerMinute: 1_000 });

const assetOf = (assetClass: 'stock' | 'crypto', symbol: string): Asset => ({
  ...defaultSettings(assetClass),
  id: symbol as AssetId,
  assetClass,
  name: symbol,
  venues: { polygon: symbol },
  aliases: [],
});
const aapl = assetOf('stock', 'AAPL');
const btc = assetOf('crypto', 'X:BTCUSD');

const ms = (text: string) => Date.parse(text);
const now = ms('2025-01-11T09:00:00Z');
const daily = { asset: aapl, interval: '1d', from: null, to: now } as const;
const bar = (t: number, close = 10) => ({ t, o: close, h: close, l: close, c: close, v: 1 });
const noSplits = { body: { status: 'OK', results: [] } };
const bars = (ticker: string, results: unknown, more: object = {}) => ({
  body: { status: 'OK', ticker, results, ...more },
});

const addressOf = ({ url }: { url: URL }) => `${url.pathname}${url.search}`;

describe('what is asked', () => {
  test('the key stands in the header of every request and in no address', async () => {
    const { io, requests } = cannedIo(
      (_, i) =>
        i === 1
          ? bars('AAPL', [bar(ms('2025-01-09T05:00:00Z'))], {
              next_url: 'https://api.massive.com/v2/aggs/ticker/AAPL/range/1/day/1/2?cursor=abc&apiKey=a-secret',
            })
          : i === 2
            ? bars('AAPL', [bar(ms('2025-01-10T05:00:00Z'))])
            : noSplits,
      now,
    );
    expect(await source.candles(daily, io)).toMatchObject({ kind: 'ok', value: { candles: [{}, {}] } });
    expect(requests.map(({ options }) => options.headers)).toEqual(Array(3).fill({ authorization: 'Bearer a-secret' }));
    expect(requests.map(({ url }) => url.host)).toEqual(Array(3).fill('api.polygon.io'));
    expect(requests.map(addressOf)).toEqual([
      '/v2/aggs/ticker/AAPL/range/1/day/2023-01-13/2025-01-10?adjusted=true&sort=asc&limit=50000',
      '/v2/aggs/ticker/AAPL/range/1/day/1/2?cursor=abc',
      '/v3/reference/splits?ticker=AAPL&execution_date.gte=2023-01-13&execution_date.lte=2025-01-10&limit=1000',
    ]);
    expect(source.budget.key).not.toContain('a-secret');
  });

  test('bars within a day are asked for in milliseconds, the last one to its end', async () => {
    const { io, requests } = cannedIo(() => bars('X:BTCUSD', []), now);
    const from = ms('2025-01-11T08:01:00Z');
    await source.candles({ asset: btc, interval: '15m', from, to: ms('2025-01-11T08:58:00Z') }, io);
    expect(requests.map(addressOf)).toEqual([
      `/v2/aggs/ticker/X:BTCUSD/range/15/minute/${ms('2025-01-11T08:15:00Z')}/${ms('2025-01-11T08:45:00Z') - 1}?adjusted=true&sort=asc&limit=50000`,
    ]);
  });

  test('what the family opens has the limits of its environment', () => {
    const environment = { POLYGON_REQUESTS_PER_MINUTE: '100', POLYGON_HISTORY_DAYS: '1826', POLYGON_API_KEY: '' };
    const [opened] = polygon.open(environment);
    expect(opened?.budget).toEqual({ key: 'polygon@api.polygon.io', windows: [{ name: 'minute', limit: 100 }] });
    expect(opened?.offers.historyDays).toEqual({ '1m': 1826, '5m': 1826, '15m': 1826, '1h': 1826, '1d': 1826 });
  });
});

test('a day of a stock is kept under its date, in winter and in summer time, from 2004 to 2030', async () => {
  const hours = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' });
  const days = Array.from({ length: 27 * 365 }, (_, i) => ms('2004-01-01T00:00:00Z') + i * dayMs).filter(
    // on a Sunday the clock may change after its midnight
    (day) => isTradingDay('stock', day),
  );
  const midnights = days.map((day) => {
    const found = [4, 5].map((offset) => day + offset * hourMs).find((instant) => Number(hours.format(instant)) === 0);
    return bar(found!);
  });
  const { io } = cannedIo(
    (url) => (url.pathname.startsWith('/v2') ? bars('AAPL', midnights) : noSplits),
    ms('2031-01-01T00:00:00Z'),
  );
  const outcome = await widest.candles({ ...daily, to: io.now() }, io);
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  expect(outcome.value.refused).toEqual([]);
  expect(outcome.value.candles.map(({ openTime }) => utcDate(openTime))).toEqual(days.map(utcDate));
});

test('a day of a stock that does not begin at midnight in New York is refused by name', async () => {
  const stamps = ['2025-01-08T05:00:00Z', '2025-01-09T04:00:00Z', '2025-01-10T00:00:00Z'].map(ms);
  const { io } = cannedIo(
    (_, i) =>
      i === 1
        ? bars(
            'AAPL',
            stamps.map((t) => bar(t)),
          )
        : noSplits,
    now,
  );
  expect(await source.candles(daily, io)).toMatchObject({
    kind: 'ok',
    value: {
      candles: [{ openTime: ms('2025-01-08T00:00:00Z') }],
      refused: [
        { where: 'polygon AAPL results[1]', reason: `t ${stamps[1]} is no midnight of the exchange` },
        { where: 'polygon AAPL results[2]', reason: `t ${stamps[2]} is no midnight of the exchange` },
      ],
    },
  });
});

test('pages of any size are joined without a bar lost or doubled', async () => {
  const from = ms('2025-01-01T00:00:00Z');
  const all = Array.from({ length: 40 }, (_, i) => bar(from + i * hourMs, 10 + i));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 40 }), async (sizes) => {
      const starts = sizes.reduce<number[]>((sum, size) => [...sum, sum.at(-1)! + size], [0]);
      const { io } = cannedIo((_, page) => {
        const [start, end] = [starts[page - 1] ?? all.length, starts[page] ?? all.length];
        const next = end < all.length ? { next_url: `https://api.polygon.io/v2/aggs/ticker/x?cursor=${page}` } : {};
        return bars('X:BTCUSD', all.slice(start, end), next);
      }, now);
      const outcome = await source.candles({ asset: btc, interval: '1h', from, to: now }, io);
      if (outcome.kind !== 'ok') throw new Error(outcome.kind);
      expect(outcome.value.candles.map(({ close }) => close)).toEqual(all.map(({ c }) => String(c)));
    }),
  );
});

describe('what comes on the way', () => {
  const firstPage = bars('X:BTCUSD', [bar(ms('2025-01-01T00:00:00Z'))], { next_url: '/v2/aggs/ticker/x?cursor=1' });
  const hours = { asset: btc, interval: '1h', from: ms('2025-01-01T00:00:00Z'), to: now } as const;

  test('a second page that cannot be had is the outcome: half a window is not the window', async () => {
    const later = { kind: 'rateLimited', retryAfterMs: 12_000, why: 'the minute is used up', unsent: true } as const;
    const { io } = cannedIo((_, i) => (i === 1 ? firstPage : later), now);
    expect(await source.candles(hours, io)).toEqual(later);
  });

  test('pages of a real and a simulated world are not joined', async () => {
    const second = { ...bars('X:BTCUSD', []), simulatedSeed: '1' };
    const { io } = cannedIo((_, i) => (i === 1 ? firstPage : second), now);
    expect(await source.candles(hours, io)).toEqual({ kind: 'badAnswer', why: 'pages of two simulated worlds' });
  });

  test('a stamp of another age does not end the pages', async () => {
    const first = bars('X:BTCUSD', [bar(ms('2025-01-01T00:00:00Z')), bar(ms('2999-01-01T00:00:00Z'))], {
      next_url: '/v2/aggs/ticker/x?cursor=1',
    });
    const { io } = cannedIo((_, i) => (i === 1 ? first : bars('X:BTCUSD', [bar(ms('2025-01-01T01:00:00Z'))])), now);
    expect(await source.candles(hours, io)).toMatchObject({ kind: 'ok', value: { candles: [{}, {}], rowsRefused: 1 } });
  });
});

test.each([
  ['crypto', '1m', 5],
  ['crypto', '15m', 5],
  ['crypto', '1h', 5],
  ['stock', '1m', 5],
  ['stock', '5m', 5],
  ['stock', '15m', 5],
  ['stock', '15m', 1],
  ['crypto', '1h', 1],
] as const)('a part of a %s history of %s fits a plan of %d requests a minute', async (assetClass, interval, limit) => {
  const small = new PolygonSource({ ...settings, requestsPerMinute: limit });
  const asset = assetClass === 'crypto' ? btc : aapl;
  const days = partDays(assetClass, interval, small.offers.mostBars?.[interval]);
  expect(days).toBeGreaterThan(10);
  const { io } = cannedIo(() => bars(asset.venues.polygon!, []), now);
  const to = ms('2025-01-01T00:00:00Z');
  expect(await small.candles({ asset, interval, from: to - days * dayMs, to }, io)).toEqual({ kind: 'empty' });
});

test('a short day ends at one: what trades afterwards is left out', async () => {
  // the day after Thanksgiving
  const noon = ms('2024-11-29T17:55:00Z');
  const rows = [0, 5, 10, 60].map((minutes) => bar(noon + minutes * minuteMs));
  const { io } = cannedIo(() => bars('AAPL', rows), now);
  const outcome = await source.candles({ asset: aapl, interval: '5m', from: ms('2024-11-29T00:00:00Z'), to: now }, io);
  expect(outcome).toMatchObject({ kind: 'ok', value: { candles: [{ openTime: noon }], rowsRefused: 0 } });
});

test('the close of a short day is dated at one', async () => {
  const { io } = cannedIo(() => bars('AAPL', [{ T: 'AAPL', c: 237.33, t: ms('2024-11-29T21:00:00Z') }]), now);
  expect(await source.latestQuote(aapl, io)).toMatchObject({ kind: 'ok', value: { time: ms('2024-11-29T18:00:00Z') } });
});

test.each([
  ['a split row without a ratio', { ticker: 'AAPL', execution_date: '2025-01-06', split_from: 1 }],
  ['a split of nothing', { ticker: 'AAPL', execution_date: '2025-01-06', split_from: 1, split_to: 0 }],
  ['a split without a date', { ticker: 'AAPL', execution_date: '2025-02-30', split_from: 1, split_to: 4 }],
])('%s is refused and costs no bar', async (_, split) => {
  const { io } = cannedIo(
    (url) =>
      url.pathname.startsWith('/v2')
        ? bars('AAPL', [bar(ms('2025-01-06T05:00:00Z'))])
        : { body: { status: 'OK', results: [split] } },
    now,
  );
  expect(await source.candles(daily, io)).toMatchObject({
    kind: 'ok',
    value: { candles: [{}], actions: [], refused: [{ where: 'polygon AAPL splits[0]' }] },
  });
});

const recording = sharedData('recorded/polygon/reference-splits.json');
const isPresent = fs.existsSync(recording);

(isPresent ? describe : describe.skip)(titleWith('the recorded list of splits', isPresent, recording), () => {
  test('tells those of the stock', async () => {
    const { io } = cannedIo(
      (url) =>
        url.pathname.startsWith('/v2')
          ? bars('GOOGL', [bar(ms('2022-07-18T04:00:00Z'))])
          : { body: fs.readFileSync(recording, 'utf8') },
      ms('2022-08-01T00:00:00Z'),
    );
    expect(await source.candles({ ...daily, asset: assetOf('stock', 'GOOGL'), to: io.now() }, io)).toMatchObject({
      kind: 'ok',
      value: {
        actions: [{ kind: 'split', exDate: ms('2022-07-18T00:00:00Z'), numerator: '20', denominator: '1' }],
        rowsRefused: 0,
      },
    });
  });
});

test('the days of a stock take the weight of their splits with their own, so that neither is asked for in vain', async () => {
  const { io, requests } = cannedIo(
    (url) => (url.pathname.startsWith('/v2') ? bars('AAPL', [bar(ms('2025-01-10T05:00:00Z'))]) : noSplits),
    now,
  );
  expect(await source.candles(daily, io)).toMatchObject({ kind: 'ok' });
  expect(requests.map(({ options }) => options.ahead)).toEqual([1, undefined]);
  const coin = cannedIo(() => bars('X:BTCUSD', [bar(ms('2025-01-10T00:00:00Z'))]), now);
  await source.candles({ ...daily, asset: btc }, coin.io);
  expect(coin.requests.map(({ options }) => options.ahead)).toEqual([undefined]);
});

test('a plan too small for the two questions of a stock is refused by name', () => {
  expect(() => polygon.open({ POLYGON_REQUESTS_PER_MINUTE: '1' })).toThrow(/POLYGON_REQUESTS_PER_MINUTE/);
});

test.each([0, -1, 9e15, 1.5])('a previous close at %d is a bad answer, not a failure of ours', async (t) => {
  const { io } = cannedIo(() => bars('AAPL', [{ c: 10, t }]), now);
  expect(await source.latestQuote(aapl, io)).toMatchObject({ kind: 'badAnswer' });
});

test.each([-9e15, 9e15, 0, 1.5])('a bar at %d is refused, not a failure of ours', async (t) => {
  const good = ms('2025-01-10T05:00:00Z');
  for (const interval of ['1d', '5m'] as const) {
    const stamp = interval === '1d' ? good : ms('2025-01-10T15:00:00Z');
    const { io } = cannedIo(
      (url) => (url.pathname.startsWith('/v2') ? bars('AAPL', [bar(stamp), bar(t)]) : noSplits),
      now,
    );
    expect(await source.candles({ ...daily, interval, from: ms('2025-01-01T00:00:00Z') }, io)).toMatchObject({
      kind: 'ok',
      value: { candles: [{}] },
    });
  }
});
