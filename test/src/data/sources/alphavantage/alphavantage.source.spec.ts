import type { Asset } from '../../../../../src/data/domain/asset.js';
import { defaultSettings } from '../../../../../src/data/domain/seed-assets.js';
import { alphavantage, AlphaVantageSource } from '../../../../../src/data/sources/alphavantage/alphavantage.source.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { dayMs } from '../../../../../src/shared/time.js';
import { cannedIo } from '../canned-io.js';

const source = new AlphaVantageSource({
  baseUrl: 'https://www.alphavantage.co',
  key: 'A1B2C3',
  requestsPerDay: 25,
  requestsPerMinute: 5,
});

const assetOf = (assetClass: 'stock' | 'crypto', symbol: string): Asset => ({
  ...defaultSettings(assetClass),
  id: symbol as AssetId,
  assetClass,
  name: symbol,
  venues: { alphavantage: symbol },
  aliases: [],
});
const ibm = assetOf('stock', 'IBM');
const ms = (text: string) => Date.parse(text);
const now = ms('2025-06-11T20:30:00Z');

const row = { '1. open': '10', '2. high': '10', '3. low': '10', '4. close': '10', '5. volume': '5' };
const daily = (lastRefreshed: string, dates: readonly string[], symbol = 'IBM') => ({
  body: {
    'Meta Data': { '2. Symbol': symbol, '3. Last Refreshed': lastRefreshed, '5. Time Zone': 'US/Eastern' },
    'Time Series (Daily)': Object.fromEntries(dates.map((date) => [date, row])),
  },
});
const asked = (from: string | null, to = '2025-06-11T20:30:00Z') =>
  ({ asset: ibm, interval: '1d', from: from === null ? null : ms(from), to: ms(to) }) as const;

const addressOf = ({ url }: { url: URL }) => `${url.pathname}${url.search}`;

describe('how much is asked for', () => {
  test.each([
    ['140 calendar days, which hold a hundred weekdays', 139, 'compact'],
    ['a day more', 140, 'full'],
  ])('%s', async (_, daysBack, outputsize) => {
    const { io, requests } = cannedIo(() => daily('2025-06-10', ['2025-06-10']), now);
    const from = Math.floor(now / dayMs) * dayMs - daysBack * dayMs;
    expect(await source.candles({ ...asked(null), from }, io)).toMatchObject({ kind: 'ok' });
    expect(requests.map(({ url }) => url.searchParams.get('outputsize'))).toEqual([outputsize]);
  });

  test('everything, when no first time is given', async () => {
    const { io, requests } = cannedIo(() => daily('2025-06-10', ['2025-06-10']), now);
    await source.candles(asked(null), io);
    expect(requests.map(addressOf)).toEqual([
      '/query?function=TIME_SERIES_DAILY&symbol=IBM&outputsize=full&apikey=A1B2C3',
    ]);
  });

  test('only a refusal for the plan is followed by a second question', async () => {
    const { io, requests } = cannedIo(() => ({ body: '{}' }), now);
    expect(await source.candles(asked(null), io)).toEqual({ kind: 'unknownAsset' });
    expect(requests).toHaveLength(1);
  });
});

describe('the running session', () => {
  test.each([
    // 16:00 in New York is 20:00 UTC in summer and 21:00 UTC in winter; the comparison is on New York's clock
    ['2025-06-11 15:59:59', ['2025-06-11', '2025-06-10'], 1],
    ['2025-06-11 16:00:00', ['2025-06-11', '2025-06-10'], 2],
    ['2025-01-10 15:59:59', ['2025-01-10', '2025-01-08'], 1],
    ['2025-01-10 16:00:00', ['2025-01-10', '2025-01-08'], 2],
    // the day after Thanksgiving ends at one
    ['2024-11-29 12:59:59', ['2024-11-29', '2024-11-27'], 1],
    ['2024-11-29 13:00:00', ['2024-11-29', '2024-11-27'], 2],
    ['2025-01-10', ['2025-01-10', '2025-01-08'], 2],
  ])('refreshed at %s: of %j %d bar(s) are whole', async (refreshed, dates, whole) => {
    const { io } = cannedIo(() => daily(refreshed, dates), ms('2025-06-12T00:00:00Z'));
    const outcome = await source.candles(asked(null, '2025-06-12T00:00:00Z'), io);
    expect(outcome.kind === 'ok' && outcome.value.candles.length).toBe(whole);
  });

  test("a coin's newest day stays out of an answer that is read after midnight", async () => {
    const { io } = cannedIo(
      () => ({
        body: {
          'Meta Data': {
            '2. Digital Currency Code': 'BTC',
            '4. Market Code': 'USD',
            '6. Last Refreshed': '2025-06-11 00:00:00',
            '7. Time Zone': 'UTC',
          },
          'Time Series (Digital Currency Daily)': { '2025-06-11': row, '2025-06-10': row },
        },
      }),
      ms('2025-06-12T00:10:00Z'),
    );
    const request = { ...asked('2025-06-01T00:00:00Z', '2025-06-12T00:00:00Z'), asset: assetOf('crypto', 'BTC') };
    expect(await source.candles(request, io)).toMatchObject({
      kind: 'ok',
      value: { candles: [{ openTime: ms('2025-06-10T00:00:00Z') }], rowsRefused: 0 },
    });
  });
});

describe("what the vendor's sentences mean", () => {
  const toMidnight = ms('2025-06-12T00:00:00Z') - now;
  test.each([
    [
      'Information',
      'Please consider spreading out your free API requests more sparingly (1 request per second).',
      'rateLimited',
      1_000,
    ],
    [
      'Information',
      'Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints.',
      'rateLimited',
      1_000,
    ],
    [
      'Information',
      'Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans to instantly remove all daily rate limits.',
      'rateLimited',
      toMidnight,
    ],
    [
      'Note',
      'We have detected your API key as A1B2C3 and our standard API rate limit is 25 requests per day.',
      'rateLimited',
      toMidnight,
    ],
    ['Note', 'Our standard API call frequency is 5 calls per minute and 500 calls per day.', 'rateLimited', 30_000],
    [
      'Information',
      'This is a premium endpoint. You may subscribe to any of the premium plans.',
      'notOffered',
      undefined,
    ],
    ['Information', 'The outputsize=full parameter value is a premium feature for A1B2C3.', 'notOffered', undefined],
    ['Information', 'The **demo** API key A1B2C3 is for demo purposes only.', 'badAnswer', undefined],
    ['Error Message', 'the parameter apikey is invalid or missing.', 'missingKey', undefined],
    [
      'Error Message',
      'Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.',
      'unknownAsset',
      undefined,
    ],
    ['Error Message', 'Something else about A1B2C3.', 'badAnswer', undefined],
  ])('%s: %s', async (member, sentence, kind, retryAfterMs) => {
    const at = ms('2025-06-11T20:30:30Z');
    const { io } = cannedIo(
      () => ({ body: { [member]: sentence } }),
      kind === 'rateLimited' && retryAfterMs === 30_000 ? at : now,
    );
    const outcome = await source.candles(asked('2025-06-01T00:00:00Z'), io);
    expect(outcome.kind).toBe(kind);
    expect(outcome.kind === 'rateLimited' ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
    // the vendor writes the key into some of them
    expect(JSON.stringify(outcome)).not.toContain('A1B2C3');
  });
});

describe('whose prices are in dollars', () => {
  test.each(['TSCO.LON', 'SHOP.TRT', 'MBG.DEX', 'RELIANCE.BSE'])('%s is not asked for', async (symbol) => {
    const { io, requests } = cannedIo(() => ({ body: '{}' }), now);
    const asset = assetOf('stock', symbol);
    expect(await source.candles({ ...asked(null), asset }, io)).toMatchObject({ kind: 'notOffered' });
    expect(await source.latestQuote(asset, io)).toMatchObject({ kind: 'notOffered' });
    expect(requests).toEqual([]);
  });

  test('a class of shares is no exchange', async () => {
    const { io } = cannedIo(() => daily('2025-06-10', ['2025-06-10'], 'BRK.B'), now);
    expect(await source.candles({ ...asked(null), asset: assetOf('stock', 'BRK.B') }, io)).toMatchObject({
      kind: 'ok',
    });
  });
});

test('what the family opens has the limits of its environment and does not show its key', () => {
  const [opened] = alphavantage.open({ ALPHA_VANTAGE_API_KEY: 'A1B2C3', ALPHA_VANTAGE_REQUESTS_PER_DAY: '500' });
  expect(opened?.budget.windows).toEqual([
    { name: 'second', limit: 1 },
    { name: 'minute', limit: 5 },
    { name: 'day', limit: 500 },
  ]);
  expect(opened?.budget.key).toMatch(/^alphavantage@www\.alphavantage\.co#[0-9a-f]{12}$/);
});

describe('a key without long histories', () => {
  const premium = { body: { Information: 'The outputsize=full parameter value is a premium feature.' } };
  const opened = () =>
    new AlphaVantageSource({ baseUrl: 'https://x.test', key: 'k', requestsPerDay: 25, requestsPerMinute: 5 });
  const sizes = (requests: readonly { url: URL }[]) => requests.map(({ url }) => url.searchParams.get('outputsize'));
  const answer = (url: URL) =>
    url.searchParams.get('outputsize') === 'full' ? premium : daily('2025-06-10', ['2025-06-10']);

  test('pays for that answer once a day', async () => {
    const source = opened();
    const { io, requests } = cannedIo(answer, now);
    for (let i = 0; i < 3; i++) expect(await source.candles(asked(null), io)).toMatchObject({ kind: 'ok' });
    expect(sizes(requests)).toEqual(['full', 'compact', 'compact', 'compact']);
    const later = cannedIo(answer, now + dayMs);
    await source.candles(asked(null), later.io);
    expect(sizes(later.requests)).toEqual(['full', 'compact']);
  });

  test('does not pay again because the second question was not allowed any more', async () => {
    const source = opened();
    const { io } = cannedIo(
      (url, nth) => (nth === 1 ? answer(url) : { kind: 'rateLimited', retryAfterMs: 1_000, unsent: true }),
      now,
    );
    expect(await source.candles(asked(null), io)).toMatchObject({ kind: 'rateLimited' });
    const again = cannedIo(answer, now);
    expect(await source.candles(asked(null), again.io)).toMatchObject({ kind: 'ok' });
    expect(sizes(again.requests)).toEqual(['compact']);
  });

  test('still says that older bars are not offered, not that there are none', async () => {
    const source = opened();
    const { io, requests } = cannedIo(answer, now);
    const old = asked('2020-01-01T00:00:00Z', '2020-02-01T00:00:00Z');
    for (let i = 0; i < 2; i++) expect(await source.candles(old, io)).toMatchObject({ kind: 'notOffered' });
    expect(sizes(requests)).toEqual(['full', 'compact', 'compact']);
  });
});

test.each([201, 206, 302, 404])(
  'a body with status %d is no answer, and the key in it is not shown',
  async (status) => {
    const good = cannedIo(() => ({ ...daily('2025-06-10', ['2025-06-10']), status }), now);
    expect(await source.candles(asked('2025-06-01T00:00:00Z'), good.io)).toMatchObject({ kind: 'badAnswer' });
    const page = cannedIo(() => ({ status, body: '<a href="/query?apikey=A1B2C3">moved</a>' }), now);
    expect(await source.candles(asked('2025-06-01T00:00:00Z'), page.io)).toEqual({
      kind: 'badAnswer',
      why: `status ${status}: ${JSON.stringify('<a href="/query?apikey=REDACTED">moved</a>')}`,
    });
  },
);
