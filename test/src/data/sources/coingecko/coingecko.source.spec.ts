import fc from 'fast-check';
import { seedAssets } from '../../../../../src/data/domain/seed-assets.js';
import { closesOf } from '../../../../../src/data/sources/coingecko/coingecko.payloads.js';
import { coingecko } from '../../../../../src/data/sources/coingecko/coingecko.source.js';
import { dayMs, hourMs, secondMs } from '../../../../../src/shared/time.js';
import { cannedIo } from '../canned-io.js';

const now = Date.parse('2025-01-10T09:00:13Z');
const bitcoin = seedAssets.find(({ id }) => id === 'BTC')!;
const opened = (environment: Record<string, string> = {}) => coingecko.open(environment)[0]!;
const emptyChart = () => ({ body: { prices: [] } });
const proHost = { COINGECKO_BASE_URL: 'https://pro-api.coingecko.com' };

describe('the key', () => {
  test.each([
    ['no key', {}, {}],
    ['a demo key', { COINGECKO_API_KEY: 'secret' }, { 'x-cg-demo-api-key': 'secret' }],
    ['a paid key', { ...proHost, COINGECKO_API_KEY: 'secret' }, { 'x-cg-pro-api-key': 'secret' }],
  ])('%s goes in the header of its plan, and never in the address or the account', async (_, environment, headers) => {
    const source = opened(environment);
    const { io, requests } = cannedIo(emptyChart, now);
    await source.candles({ asset: bitcoin, interval: '1d', from: now - 3 * dayMs, to: now }, io);
    await source.latestQuote!(bitcoin, io);
    expect(requests.map(({ options }) => options.headers)).toEqual([headers, headers]);
    expect(requests.map(({ url }) => url.href).join() + source.budget.key).not.toContain('secret');
  });

  test.each([
    [{}, 10],
    [{ COINGECKO_API_KEY: 'secret' }, 30],
    [{ COINGECKO_API_KEY: 'secret', COINGECKO_REQUESTS_PER_MINUTE: '500' }, 500],
  ])('decides how much may be asked: %j', (environment, limit) => {
    expect(opened(environment).budget.windows).toEqual([
      { name: 'minute', limit },
      { name: 'month', limit: 10_000 },
    ]);
  });

  test('of a paid plan opens the whole history of days', () => {
    expect(opened().offers.historyDays).toEqual({ '1h': 90, '1d': 365 });
    expect(opened(proHost).offers.historyDays).toEqual({ '1h': 90 });
  });
});

describe('how many days are asked for', () => {
  test.each([
    ['1d', {}, '2025-01-09', '2'],
    ['1d', {}, '2025-01-01', '10'],
    ['1d', {}, '2020-01-01', '365'],
    ['1d', {}, null, '365'],
    ['1d', proHost, '2020-01-01', '1837'],
    ['1d', proHost, null, 'max'],
    // one day would come in steps of five minutes, and more than 90 in days
    ['1h', {}, '2025-01-10', '2'],
    ['1h', {}, '2024-12-01', '41'],
    ['1h', {}, '2020-01-01', '90'],
    ['1h', proHost, null, '90'],
  ] as const)('bars of %s (%j) since %s: %s', async (interval, environment, from, days) => {
    const { io, requests } = cannedIo(emptyChart, now);
    const request = { asset: bitcoin, interval, from: from && Date.parse(from), to: now };
    expect(await opened(environment).candles(request, io)).toEqual({ kind: 'empty' });
    expect(requests[0]?.url.searchParams.get('days')).toBe(days);
    expect(requests[0]?.url.searchParams.get('interval')).toBe(interval === '1d' ? 'daily' : null);
  });

  test('bars older than the points reach are not asked for', async () => {
    const { io, requests } = cannedIo(emptyChart, now);
    const request = { asset: bitcoin, interval: '1h', from: now - 200 * dayMs, to: now - 90 * dayMs } as const;
    expect(await opened().candles(request, io)).toEqual({
      kind: 'notOffered',
      why: 'points of 1h reach 90 days back',
    });
    expect(requests).toEqual([]);
  });
});

test('a coin is not priced as a stock', async () => {
  const { io } = cannedIo(emptyChart, now);
  const request = { asset: { ...bitcoin, assetClass: 'stock' }, interval: '1d', from: null, to: now } as const;
  expect(await opened().candles(request, io)).toEqual({ kind: 'notOffered', why: 'has no bars of 1d of a stock' });
});

describe('points', () => {
  const window = { from: null, to: now, now };
  const bars = (points: unknown[], interval: '1h' | '1d') =>
    closesOf(points, interval, window).offered.map(({ openTime, close }) => [openTime, close]);

  test('an hourly point counts up to three minutes after its hour', () => {
    const hour = now - (now % hourMs) - 3 * hourMs;
    const points = [0, 41.331, 180, 180.001, -0.001].map((late, i) => [hour + late * secondMs, i + 1]);
    expect(bars(points, '1h').map(([, close]) => close)).toEqual(['1', '2', '3']);
    expect(closesOf(points, '1h', window).malformed.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('is 3599.999 s after the end of a bar'),
      expect.stringContaining('is 180.001 s after the end of a bar'),
    ]);
  });

  test('the same bars come of them in whatever order they stand', () => {
    const midnight = now - (now % dayMs);
    const closed = Array.from({ length: 20 }, (_, i) => [midnight - i * dayMs, 90_000 + i]);
    const tail = [
      [now - 12.045 * secondMs, 94_005.5],
      [now - 13 * secondMs, 94_005.5],
    ];
    const wanted = closed.toReversed().map(([end, close]) => [end! - dayMs, String(close)]);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...closed, ...tail], { minLength: 22 }),
        (points) => void expect(bars(points, '1d')).toEqual(wanted),
      ),
    );
  });
});

describe('the time of a price', () => {
  const quote = (coin: object) => opened().latestQuote!(bitcoin, cannedIo(() => ({ body: { bitcoin: coin } }), now).io);

  test.each([undefined, null, 0, -1, 1.5, '1736499600', 9e12])('is never made up: %j is refused', async (time) => {
    expect(await quote({ usd: 94_000, last_updated_at: time })).toEqual({
      kind: 'badAnswer',
      why: expect.stringMatching(/^last_updated_at .+ of bitcoin$/) as string,
    });
  });

  test('does not matter where there is no price', async () => {
    expect(await quote({ usd: null, last_updated_at: null })).toEqual({ kind: 'empty' });
  });
});
