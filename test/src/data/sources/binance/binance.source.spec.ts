import { binance } from '../../../../../src/data/sources/binance/binance.source.js';
import { intervalMs, type Interval } from '../../../../../src/data/domain/candle.js';
import type { EpochMs } from '../../../../../src/shared/time.js';
import { assetOf } from '../../../../../tools/faults/corruption/fixtures.js';
import { cannedIo } from '../canned-io.js';

const start = Date.parse('2025-01-01T00:00:00Z');
const source = binance.open({ BINANCE_BASE_URL: 'http://127.0.0.1' })[0]!;

const kline = (openTime: EpochMs, step: number, closeTime = openTime + step - 1): unknown[] => [
  openTime,
  '1.00000000',
  '2.00000000',
  '0.50000000',
  '1.50000000',
  '7.00000000',
  closeTime,
  '1',
  1,
  '1',
  '1',
  '0',
];

/** A market with every bar since `start`, a thousand a page; a page may be spoiled before it is sent. */
function market(
  interval: Interval,
  now: EpochMs,
  spoil: (page: unknown[][], nth: number) => unknown[][] = (page) => page,
) {
  const step = intervalMs[interval];
  return cannedIo((url, nth) => {
    const [from, to] = ['startTime', 'endTime'].map((name) => Number(url.searchParams.get(name))) as [number, number];
    const first = Math.max(start, Math.ceil(from / step) * step);
    const count = Math.max(0, Math.min(1_000, Math.floor((Math.min(to, now) - first) / step) + 1));
    return {
      body: spoil(
        Array.from({ length: count }, (_, i) => kline(first + i * step, step)),
        nth,
      ),
    };
  }, now);
}

const ask = (interval: Interval, from: EpochMs, to: EpochMs, { io }: ReturnType<typeof cannedIo>) =>
  source.candles({ asset: assetOf('BTC'), interval, from, to }, io);

test.each(['1m', '1h', '1d'] as const)('bars of %s come page after page, each weighing 2', async (interval) => {
  const step = intervalMs[interval];
  const now = start + 2_500 * step;
  const asked = market(interval, now);
  const outcome = await ask(interval, start, now, asked);
  expect(outcome).toMatchObject({ kind: 'ok', value: { rowsRefused: 0 } });
  const opens = outcome.kind === 'ok' ? outcome.value.candles.map(({ openTime }) => openTime) : [];
  expect(opens).toEqual(Array.from({ length: 2_500 }, (_, i) => start + i * step));
  expect(asked.requests.map(({ options }) => options.weight)).toEqual([2, 2, 2]);
  expect(asked.requests.map(({ url }) => Number(url.searchParams.get('startTime')))).toEqual([
    start,
    start + 1_000 * step,
    start + 2_000 * step,
  ]);
});

const step = intervalMs['1d'];
const now = start + 1_500 * step;
const dated = (at: EpochMs) => (page: unknown[][], nth: number) => (nth === 1 ? page.with(-1, kline(at, step)) : page);

test('a last row of the future neither ends the pages nor skips what follows', async () => {
  const outcome = await ask('1d', start, now, market('1d', now, dated(now + 100 * step)));
  expect(outcome).toMatchObject({ kind: 'ok', value: { rowsRefused: 1 } });
  expect(outcome.kind === 'ok' && outcome.value.candles).toHaveLength(1_500);
});

test('a last row of the past is no reason to ask for the same page for ever', async () => {
  const outcome = await ask('1d', start, now, market('1d', now, dated(start - step)));
  expect(outcome.kind === 'ok' && outcome.value.candles).toHaveLength(1_500);
});

test('a full page that cannot be gone on from is a bad answer, not the end of the history', async () => {
  const outcome = await ask(
    '1d',
    start,
    now,
    market('1d', now, (page) => page.map(() => ['?'])),
  );
  expect(outcome).toEqual({ kind: 'badAnswer', why: expect.stringContaining('a full page of klines from') });
});

test('a bar that an outage cut short is a bar, one that is too long is none', async () => {
  const cut = [
    kline(start, step, start + 5),
    kline(start + step, step),
    kline(start + 2 * step, step, start + 9 * step),
  ];
  const outcome = await ask(
    '1d',
    start,
    now,
    cannedIo(() => ({ body: cut }), now),
  );
  expect(outcome).toMatchObject({
    kind: 'ok',
    value: { candles: [{ openTime: start }, { openTime: start + step }], refused: [{ where: 'binance klines[2]' }] },
  });
});

test('a page that does not come costs the whole answer: half a history would look like a whole one', async () => {
  const asked = cannedIo(
    (_, nth) =>
      nth === 2
        ? { status: 429, headers: { 'retry-after': '3' }, body: { code: -1003, msg: 'Too many requests' } }
        : { body: Array.from({ length: 1_000 }, (_, i) => kline(start + i * step, step)) },
    now,
  );
  expect(await ask('1d', start, now, asked)).toEqual({ kind: 'rateLimited', retryAfterMs: 3_000 });
});

test('one account for every address and no key', () => {
  expect(source.budget).toEqual({ key: 'binance@127.0.0.1', windows: [{ name: 'minute', limit: 6_000 }] });
  expect(binance.open({ BINANCE_WEIGHT_PER_MINUTE: '1200' })[0]!.budget).toEqual({
    key: 'binance@data-api.binance.vision',
    windows: [{ name: 'minute', limit: 1_200 }],
  });
});
