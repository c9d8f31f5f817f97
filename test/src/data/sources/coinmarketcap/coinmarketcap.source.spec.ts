import { seedAssets } from '../../../../../src/data/domain/seed-assets.js';
import { offeredBar } from '../../../../../src/data/sources/coinmarketcap/coinmarketcap.payloads.js';
import { coinmarketcap } from '../../../../../src/data/sources/coinmarketcap/coinmarketcap.source.js';
import { dayMs, hourMs, toIso, type EpochMs } from '../../../../../src/shared/time.js';
import { cannedIo } from '../canned-io.js';

const now = Date.parse('2025-01-10T09:00:13Z');
const bitcoin = seedAssets.find(({ id }) => id === 'BTC')!;
const opened = (more: Record<string, string> = {}) =>
  coinmarketcap.open({ COINMARKETCAP_API_KEY: 'secret', ...more })[0]!;
const good = { error_code: 0, error_message: null };

const bar = (openTime: EpochMs, step: number, prices: Record<string, unknown> = {}) => ({
  time_open: new Date(openTime).toISOString(),
  time_close: new Date(openTime + step - 1).toISOString(),
  quote: { USD: { open: 100, high: 110, low: 90, close: 105, volume: 1, ...prices } },
});

/** Like the vendor: bars after `time_start` up to `time_end`, told by their open or, in the other reading, by their close. */
function history(listed: EpochMs, toldBy: 'open' | 'close' = 'open') {
  return (url: URL) => {
    const parameter = (name: string) => url.searchParams.get(name) ?? '';
    const step = parameter('time_period') === 'hourly' ? hourMs : dayMs;
    const [start, end] = [Date.parse(parameter('time_start')), Date.parse(parameter('time_end'))];
    const shift = toldBy === 'close' ? step : 0;
    const quotes = [];
    for (let open = Math.max(listed, start + step - shift); open <= end - shift; open += step) {
      if (open + step <= now) quotes.push(bar(open, step));
    }
    if (quotes.length > 100) throw new Error(`${quotes.length} bars cost more than a credit`);
    return { body: { status: good, data: { id: 1, quotes } } };
  };
}

const candlesOf = async (interval: '1h' | '1d', from: EpochMs | null, answer: Parameters<typeof cannedIo>[0]) => {
  const { io, requests } = cannedIo(answer, now);
  const outcome = await opened({ COINMARKETCAP_REQUESTS_PER_MINUTE: '60' }).candles(
    { asset: bitcoin, interval, from, to: now },
    io,
  );
  return { outcome, requests };
};
const opensOf = ({ outcome }: Awaited<ReturnType<typeof candlesOf>>) =>
  outcome.kind === 'ok' ? outcome.value.candles.map(({ openTime }) => openTime) : outcome;
const everyStep = (from: EpochMs, step: number) => {
  const opens = [];
  for (let open = from; open + step <= now; open += step) opens.push(open);
  return opens;
};

test('the key goes in its header, and never in the address or the account', async () => {
  const { requests } = await candlesOf('1d', now - 3 * dayMs, history(0));
  expect(requests[0]?.options.headers).toEqual({ 'X-CMC_PRO_API_KEY': 'secret' });
  expect(requests[0]!.url.href + opened().budget.key).not.toContain('secret');
});

test('a window is told by the day before it and by its last day', async () => {
  const { requests } = await candlesOf('1d', Date.parse('2025-01-03T00:00:00Z'), history(0));
  expect(Object.fromEntries(requests[0]!.url.searchParams)).toEqual({
    id: '1',
    time_period: 'daily',
    time_start: '2025-01-02',
    time_end: '2025-01-09',
    count: '100',
    convert: 'USD',
  });
});

test('a page costs one credit, so that requests and credits are counted alike', () => {
  expect(opened().budget.windows).toEqual([
    { name: 'minute', limit: 30 },
    { name: 'month', limit: 15_000 },
  ]);
});

describe('pages', () => {
  const from = Date.parse('2024-03-01T00:00:00Z');

  test('of days are joined without a bar lost or doubled', async () => {
    const told = await candlesOf('1d', from, history(0));
    expect(opensOf(told)).toEqual(everyStep(from, dayMs));
    expect(told.requests.map(({ url }) => url.searchParams.get('time_start'))).toEqual([
      '2024-10-01',
      '2024-06-23',
      '2024-03-15',
      '2024-02-29',
    ]);
  });

  test.each(['open', 'close'] as const)(
    'of hours are joined alike where a bar is told by its %s, and none costs more than a credit',
    async (toldBy) => {
      const since = now - (now % hourMs) - 250 * hourMs;
      const told = await candlesOf('1h', since, history(0, toldBy));
      expect(opensOf(told)).toEqual(everyStep(since, hourMs));
      expect(told.outcome).toMatchObject({ value: { rowsRefused: 0 } });
      expect(told.requests).toHaveLength(3);
    },
  );

  test('go back to the listing when everything is asked for', async () => {
    const listed = Date.parse('2024-09-13T00:00:00Z');
    const told = await candlesOf('1d', null, history(listed));
    expect(opensOf(told)).toEqual(everyStep(listed, dayMs));
    expect(told.requests).toHaveLength(3);
  });

  test('end where the coin is unknown further back', async () => {
    const answer = history(0);
    const unknown = { status: 400, body: { status: { error_code: 400, error_message: 'No items found.' } } };
    const told = await candlesOf('1d', from, (url, nth) => (nth === 1 ? answer(url) : unknown));
    expect(opensOf(told)).toHaveLength(100);
  });

  test('that the limit cuts off are the limit', async () => {
    const answer = history(0);
    const limited = { status: 429, body: { status: { error_code: 1008, error_message: 'too fast' } } };
    const { outcome } = await candlesOf('1d', from, (url, nth) => (nth === 1 ? answer(url) : limited));
    expect(outcome).toEqual({ kind: 'rateLimited', retryAfterMs: 60_000, why: 'code 1008: too fast' });
  });

  test('of two simulated worlds are not joined', async () => {
    const answer = history(0);
    const { outcome } = await candlesOf('1d', from, (url, nth) => ({ ...answer(url), simulatedSeed: String(nth) }));
    expect(outcome).toEqual({ kind: 'badAnswer', why: 'pages of two simulated worlds' });
  });

  test('of hours begin where the plan does', async () => {
    const told = await candlesOf('1h', now - 400 * dayMs, history(0));
    expect(opensOf(told)).toEqual(everyStep(Math.ceil((now - 30 * dayMs) / hourMs) * hourMs, hourMs));
    expect(opened({ COINMARKETCAP_HOURLY_HISTORY_DAYS: '90' }).offers.historyDays).toEqual({ '1h': 90 });
  });

  test('are not begun when they take more than a minute', async () => {
    const { io, requests } = cannedIo(history(0), now);
    const request = { asset: bitcoin, interval: '1d', from: Date.parse('2014-01-01T00:00:00Z'), to: now } as const;
    expect(await opened().candles(request, io)).toEqual({
      kind: 'notOffered',
      why: 'the window takes 41 pages, and the plan has 30 a minute',
    });
    expect(requests).toEqual([]);
  });

  test('are not asked for before the first bar is over', async () => {
    const { outcome, requests } = await candlesOf('1d', now - (now % dayMs), history(0));
    expect([outcome, requests]).toEqual([{ kind: 'empty' }, []]);
  });
});

describe('a bar', () => {
  const day = Date.parse('2021-01-01T00:00:00Z');
  const place = { where: 'quotes[1]', step: dayMs, isFirst: false };

  test('may be in any currency, named by its code or its id', () => {
    const row = (name: string) => ({ ...bar(day, dayMs), quote: { [name]: bar(day, dayMs).quote.USD } });
    for (const name of ['AUD', '2782']) {
      expect(offeredBar(row(name), place, ['AUD', '2782'])).toMatchObject({ openTime: day, close: '105' });
    }
    expect(offeredBar(row('AUD'), place)).toEqual({ where: 'quotes[1]', reason: 'is not in USD but in AUD' });
  });

  test('is of the date of its open, and never has a volume', () => {
    const row = { ...bar(day, dayMs), time_open: '2021-01-01T00:05:00Z', time_high: '2020-12-31T00:00:00Z' };
    expect(offeredBar(row, place)).toMatchObject({ openTime: day, open: '100', volume: null });
  });

  test.each([[-12.5], ['many'], [true]])('with the volume %p is damaged', (volume) => {
    expect(offeredBar(bar(day, dayMs, { volume }), place)).toEqual({
      where: 'quotes[1]',
      reason: expect.stringMatching(/^volume .+ is no volume$/) as string,
    });
  });

  test.each([[0], [null], [undefined]])('may have the volume %p, as old hours do', (volume) => {
    expect(offeredBar(bar(day, dayMs, { volume }), place)).toMatchObject({ close: '105', volume: null });
  });

  test('must close in the day in which it opens', () => {
    const row = { ...bar(day, dayMs), time_close: toIso(day + dayMs) };
    expect(offeredBar(row, place)).toEqual({
      where: 'quotes[1]',
      reason: 'time_close "2021-01-02T00:00:00Z" is not in the bar of 2021-01-01T00:00:00Z',
    });
  });

  test('has no open only where the history begins, and then no volume either', () => {
    const row = bar(day, dayMs, { open: null, volume: 0 });
    const first = { ...place, isFirst: true };
    expect(offeredBar(row, first)).toMatchObject({ open: null, high: null, low: null, close: '105' });
    expect(offeredBar(row, place)).toMatchObject({ open: 'null', high: '110' });
    expect(offeredBar(bar(day, dayMs, { open: null }), first)).toMatchObject({ open: 'null', high: '110' });
  });
});
