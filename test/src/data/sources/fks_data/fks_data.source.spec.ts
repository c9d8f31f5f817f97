import type { Asset } from '../../../../../src/data/domain/asset.js';
import { intervalMs, intervals, type Interval } from '../../../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../../../src/data/domain/exchange-calendar.js';
import { defaultSettings } from '../../../../../src/data/domain/seed-assets.js';
import { fks_data, FksDataSource } from '../../../../../src/data/sources/fks_data/fks_data.source.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { secondMs } from '../../../../../src/shared/time.js';
import { cannedIo } from '../canned-io.js';

const source = new FksDataSource('http://fks-data:8003', 60);
const btc: Asset = {
  ...defaultSettings('crypto'),
  id: 'BTC' as AssetId,
  assetClass: 'crypto',
  name: 'Bitcoin',
  venues: { fks_data: 'BTCUSDT' },
  aliases: [],
};
const ms = (text: string) => Date.parse(text);
const now = ms('2025-01-11T09:00:00Z');

const bar = (openTime: number) => ({ ts: openTime / secondMs, open: 10, high: 11, low: 9, close: 10.5, volume: 1 });
const page = (interval: Interval, rows: readonly unknown[]) => ({
  body: { symbol: 'BTCUSDT', interval, data: rows, provider: 'binance', cached: false },
});

/** The service as it is: the oldest bars of the window, `limit` at most, both ends inclusive, seconds. */
const service = (interval: Interval, rows: readonly { ts: number }[]) => (url: URL) => {
  const [start, end, limit] = ['start', 'end', 'limit'].map((name) => Number(url.searchParams.get(name)));
  return page(interval, rows.filter(({ ts }) => ts >= start! && ts <= end!).slice(0, limit));
};

describe('the family', () => {
  test('opens no source without an address', () => {
    expect(fks_data.open({})).toEqual([]);
    expect(fks_data.open({ FKS_DATA_BASE_URL: '' })).toEqual([]);
  });

  test('says which variable is wrong, not its value', () => {
    expect(() => fks_data.open({ FKS_DATA_BASE_URL: 'ftp://somewhere' })).toThrow(
      /^wrong environment: FKS_DATA_BASE_URL: is not a URL of the expected kind$/,
    );
  });

  test('serves perpetual futures, which are never joined to spot prices', () => {
    const [opened] = fks_data.open({ FKS_DATA_BASE_URL: 'http://fks-data:8003' });
    expect(opened?.offers.basis).toBe('perpetual');
    expect(opened?.budget).toEqual({ key: 'fks_data@fks-data:8003', windows: [{ name: 'minute', limit: 60 }] });
  });
});

test.each(intervals)(
  'bars of %s are asked for page by page in seconds, and none is lost or doubled',
  async (interval) => {
    const step = intervalMs[interval];
    const to = ms('2025-01-06T00:00:00Z');
    // what is before September 2019 is not asked for
    const from = Math.max(to - 3_200 * step, ms('2019-09-02T00:00:00Z'));
    const opens = expectedOpens('crypto', interval, from, to);
    const { io, requests } = cannedIo(service(interval, [...opens, to].map(bar)), now);
    const outcome = await source.candles({ asset: btc, interval, from, to }, io);
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    expect(outcome.value.candles.map(({ openTime }) => openTime)).toEqual(opens);
    expect(outcome.value).toMatchObject({ quoteCurrency: 'USDT', adjustment: 'raw', rowsRefused: 0 });
    expect(requests.map(({ url }) => Number(url.searchParams.get('start')))).toEqual(
      opens.filter((_, i) => i % 1_500 === 0).map((open) => open / secondMs),
    );
    expect(requests[0]?.options).toEqual({ timeoutMs: 15_000 });
  },
);

test('all of the history begins in September 2019, weeks on a Monday', async () => {
  const { io, requests } = cannedIo(() => page('1w', []), now);
  expect(await source.candles({ asset: btc, interval: '1w', from: null, to: now }, io)).toEqual({ kind: 'empty' });
  expect(requests[0]?.url.searchParams.get('start')).toBe(String(ms('2019-09-02T00:00:00Z') / secondMs));
});

test('a stamp of another age in a full page does not end the pages', async () => {
  const from = ms('2025-01-01T00:00:00Z');
  const opens = Array.from({ length: 1_600 }, (_, i) => from + i * intervalMs['1m']);
  const wrong = { ...bar(ms('2999-01-01T00:00:00Z')) };
  const { io } = cannedIo((url) => {
    const start = Number(url.searchParams.get('start')) * secondMs;
    const rows = opens
      .filter((open) => open >= start)
      .slice(0, 1_500)
      .map(bar);
    return page('1m', rows.length === 1_500 ? rows.with(700, wrong) : rows);
  }, now);
  const to = opens.at(-1)! + intervalMs['1m'];
  const outcome = await source.candles({ asset: btc, interval: '1m', from, to }, io);
  expect(outcome).toMatchObject({ kind: 'ok', value: { rowsRefused: 1 } });
  expect(outcome.kind === 'ok' && outcome.value.candles.length).toBe(1_599);
});

test('a full page that leads nowhere is a bad answer, not an endless question', async () => {
  const rows = Array.from({ length: 1_500 }, () => bar(ms('2024-01-01T00:00:00Z')));
  const { io, requests } = cannedIo(() => page('1m', rows), now);
  const request = { asset: btc, interval: '1m', from: ms('2025-01-01T00:00:00Z'), to: now } as const;
  expect(await source.candles(request, io)).toMatchObject({ kind: 'badAnswer' });
  expect(requests).toHaveLength(1);
});

test.each([
  ['token=abc', 'token=REDACTED'],
  ['apikey=abc&x=1', 'apikey=REDACTED&x=1'],
  ['CMC_PRO_API_KEY=abc', 'CMC_PRO_API_KEY=REDACTED'],
])("a provider's key in what the service says (%s) is not passed on", async (said, shown) => {
  const { io } = cannedIo(
    () => ({ status: 500, body: { detail: `all providers failed: https://example.org/x?${said}` } }),
    now,
  );
  const request = { asset: btc, interval: '1d', from: null, to: now } as const;
  expect(await source.candles(request, io)).toEqual({
    kind: 'unavailable',
    why: `status 500: all providers failed: https://example.org/x?${shown}`,
  });
});

describe('a failure of the service', () => {
  const said = (detail: unknown) => cannedIo(() => ({ status: 500, body: { detail } }), now).io;
  const request = { asset: btc, interval: '1d', from: null, to: now } as const;

  test.each([
    'All providers failed: binance: {"code":-1121,"msg":"Invalid symbol."}',
    'binance: APIError(code=-1121): Invalid symbol.; finnhub: no key; cmc: no key',
    'binance: code -1122, invalid symbol status',
  ])('of which Binance says that it does not know the symbol is about the asset: %s', async (detail) => {
    expect(await source.candles(request, said(detail))).toEqual({ kind: 'unknownAsset' });
    expect(await source.latestQuote(btc, said(detail))).toEqual({ kind: 'unknownAsset' });
  });

  test.each([
    'binance: timeout',
    'binance: code -11210',
    'binance: request 7f-1121 timed out',
    'binance: code -1003',
    ['-1121'],
  ])('of any other kind is one: %j', async (detail) => {
    expect(await source.candles(request, said(detail))).toMatchObject({ kind: 'unavailable' });
  });
});
