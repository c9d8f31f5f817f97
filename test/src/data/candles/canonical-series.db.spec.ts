import { Decimal } from 'decimal.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { CanonicalSeries } from '../../../../src/data/candles/canonical-series.js';
import { intervalMs, type Candle, type Interval, type SeriesRef } from '../../../../src/data/domain/candle.js';
import type { Asset } from '../../../../src/data/domain/asset.js';
import { deriveBars } from '../../../../src/data/domain/derive.js';
import { calendarCoverage } from '../../../../src/data/domain/quality.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import { defaultSettings, seedAssets } from '../../../../src/data/domain/seed-assets.js';
import { readConfig } from '../../../../src/platform/config/config.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs, minuteMs, toIso, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';

const db = useDatabase();
const sources = ['csv:x', 'binance', 'coingecko', 'yahoofinance', 'coinmarketcap', 'fks_data'].map((id) => ({
  id,
  offers: { candles: {}, basis: id === 'fks_data' ? ('perpetual' as const) : ('spot' as const) },
}));
const bitcoin = seedAssets.find(({ id }) => id === 'BTC')!;

const start = Date.parse('2024-01-01T00:00:00Z');
const now = Date.parse('2030-01-01T00:00:00Z');
const all = { from: undefined, to: undefined };

let made = 0;
/** An asset that no other test touches. */
function anAsset(cryptoBasis: 'spot' | 'perpetual' = 'spot', over: Partial<Asset> = {}) {
  made += 1;
  const candles = new CandleRepository(db.orm.em.fork());
  const config = readConfig({ CRYPTO_BASIS: cryptoBasis });
  const canonical = new CanonicalSeries(sources, config, candles);
  const asset: Asset = { ...bitcoin, id: `S${made}` as AssetId, ...over };
  const series = (source: string, interval: Interval, more: Partial<SeriesRef> = {}): SeriesRef => ({
    assetId: asset.id,
    interval,
    source,
    quoteCurrency: 'USD',
    adjustment: 'raw',
    ...more,
  });
  return {
    asset,
    canonical,
    candles,
    series,
    store: (source: string, interval: Interval, opens: readonly number[], close = '1', more: Partial<SeriesRef> = {}) =>
      candles.storeSeries(
        series(source, interval, more),
        opens.map((openTime): Candle => ({ openTime, open: '1', high: '2', low: '0.5', close, volume: '3' })),
      ),
    source: async (interval: Interval = '1d') => (await canonical.stored(asset, interval, {}))?.series.source,
  };
}
/** A decimal text as one form of its number, so that 1.50 and 1.5 are the same. */
const decimal = (text: string | number | null) => (text === null ? null : new Decimal(text).toFixed());
/** Mulberry32: numbers in [0, 1) that are the same in every run. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};
const grid = (step: number, count: number, from = start) => Array.from({ length: count }, (_, i) => from + i * step);

describe('which series a reader gets', () => {
  test('the first source in the asset’s order that has any, folders before all', async () => {
    const { store, source } = anAsset('spot', { sourceOrder: ['coingecko', 'binance'] });
    await store('yahoofinance', '1d', grid(dayMs, 3));
    expect(await source()).toBe('yahoofinance');
    await store('binance', '1d', grid(dayMs, 3));
    expect(await source()).toBe('binance');
    await store('coingecko', '1d', grid(dayMs, 1));
    expect(await source()).toBe('coingecko');
    expect(await source('1h')).toBeUndefined();
  });

  test('simulated ones after real ones', async () => {
    const { store, source } = anAsset();
    await store('simulated:binance:1', '1d', grid(dayMs, 3));
    expect(await source()).toBe('simulated:binance:1');
    await store('coingecko', '1d', grid(dayMs, 3));
    expect(await source()).toBe('coingecko');
  });

  test.each([
    ['spot', 'coinmarketcap'],
    ['perpetual', 'fks_data'],
  ] as const)('under the basis %s it is %s', async (basis, expected) => {
    const { store, source } = anAsset(basis);
    await store('fks_data', '1d', grid(dayMs, 3));
    expect(await source()).toBe('fks_data');
    await store('coinmarketcap', '1d', grid(dayMs, 3));
    expect(await source()).toBe(expected);
  });

  test('the one that is asked for, and of its bases the one with the most bars', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1d', grid(dayMs, 9));
    await store('csv:x', '1d', grid(dayMs, 3));
    await store('csv:x', '1d', grid(dayMs, 4), '1', { adjustment: 'split' });
    const of = async (source: string) => (await canonical.stored(asset, '1d', { source }))?.series;
    expect(await of('csv:x')).toMatchObject({ source: 'csv:x', adjustment: 'split' });
    expect(await of('kraken')).toBeUndefined();
  });
});

describe('bars that no source gives', () => {
  test('are put together from the finest interval that is stored, and marked', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1h', grid(hourMs, 24 * 21));
    await store('binance', '1d', grid(dayMs, 21));
    const chosen = (await canonical.of(asset, '1w', {}, all))!;
    expect(chosen).toMatchObject({ derivedFrom: '1h', series: { interval: '1w', source: 'binance' } });
    const weeks = await canonical.bars(chosen, null, {}, now);
    expect(weeks.map(({ openTime, volume }) => `${utcDate(openTime)} ${volume}`)).toEqual([
      '2024-01-01 504',
      '2024-01-08 504',
      '2024-01-15 504',
    ]);
    expect((await canonical.of(asset, '1d', {}, all))!.derivedFrom).toBeNull();
    expect(await canonical.of(asset, '1m', {}, all)).toBeUndefined();
  });

  test('come from a coarser one when it reaches further into what is asked for', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1h', grid(hourMs, 24 * 7, start + 14 * dayMs));
    await store('binance', '1d', grid(dayMs, 21));
    const from = async (since: number | undefined) =>
      (await canonical.of(asset, '1w', {}, { from: since, to: undefined }))?.derivedFrom;
    expect(await from(undefined)).toBe('1d');
    expect(await from(start + 14 * dayMs)).toBe('1h');
  });

  test('are there once they are over, with all their parts, as of any instant', async () => {
    const { store, canonical, asset } = anAsset('spot', { assetClass: 'etf' });
    await store('yahoofinance', '1d', expectedOpens('etf', '1d', start, start + 21 * dayMs));
    const chosen = (await canonical.of(asset, '1w', {}, all))!;
    const weeks = async (asOf: number | null, clock = now) =>
      (await canonical.bars(chosen, asOf, {}, clock)).map(({ openTime, volume }) => `${utcDate(openTime)} ${volume}`);
    // New Year’s and Martin Luther King’s days are missing by the calendar
    expect(await weeks(null)).toEqual(['2024-01-01 12', '2024-01-08 15', '2024-01-15 12']);
    expect(await weeks(start + 14 * dayMs)).toEqual(['2024-01-01 12', '2024-01-08 15']);
    // Friday is over, the week is not
    expect(await weeks(start + 14 * dayMs - 1)).toEqual(['2024-01-01 12']);
    expect(await weeks(null, start + 14 * dayMs - 1)).toEqual(['2024-01-01 12']);
  });

  test('are cut by a window of their own open times', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1h', grid(hourMs, 24 * 4));
    const chosen = (await canonical.of(asset, '1d', {}, all))!;
    const dates = async (since: number, before: number) =>
      (await canonical.bars(chosen, null, { since, before }, now)).map(({ openTime }) => utcDate(openTime).slice(8));
    expect(await dates(start + dayMs, start + 3 * dayMs)).toEqual(['02', '03']);
    expect(await dates(start + 1, start + 3 * dayMs + 1)).toEqual(['02', '03', '04']);
  });

  test('come page by page, each once, with holes in between', async () => {
    const { store, canonical, asset } = anAsset();
    const minutes = grid(minuteMs, 24 * 60).filter((_, i) => i % 400 !== 7);
    await store('binance', '1m', minutes);
    const chosen = (await canonical.of(asset, '15m', {}, all))!;
    const whole = await canonical.bars(chosen, null, {}, now);
    expect(whole).toHaveLength(96 - 4);
    for (const limit of [1, 7, 50, 92, 500]) {
      const paged: Candle[] = [];
      let since: number | undefined;
      do {
        const page = await canonical.page(chosen, null, { limit, ...(since !== undefined && { since }) }, now);
        expect(page.bars.length).toBeLessThanOrEqual(limit);
        paged.push(...page.bars);
        since = page.next;
      } while (since !== undefined);
      expect(paged).toEqual(whole);
    }
    const window = { since: start + 2 * hourMs, before: start + 5 * hourMs, limit: 3 };
    const { bars, next } = await canonical.page(chosen, null, window, now);
    expect(bars.map(({ openTime }) => toIso(openTime).slice(11, 16))).toEqual(['02:00', '02:15', '02:30']);
    expect(toIso(next!).slice(11, 16)).toBe('02:45');
    const rest = await canonical.page(chosen, null, { ...window, since: next!, limit: 99 }, now);
    expect(rest.bars).toHaveLength(9);
    expect(rest.next).toBeUndefined();
  });

  test('of coins are put together by the database as in memory, whatever the parts have and lack', async () => {
    const { store, canonical, candles, asset, series } = anAsset();
    const random = seeded(7);
    const bars = grid(5 * minuteMs, 12 * 24 * 9)
      .filter(() => random() > 0.001)
      .map((openTime): Candle => {
        const price = () => (1 + random()).toFixed(Math.floor(random() * 9));
        const isCloseOnly = random() < 0.002;
        const [open, high, low] = isCloseOnly ? [null, null, null] : [price(), `${price()}e1`, price()];
        return { openTime, open, high, low, close: price(), volume: random() < 0.002 ? null : `${random() * 1e-7}` };
      });
    // off the grid, which no calendar expects
    bars.splice(99, 0, { ...bars[98]!, openTime: bars[98]!.openTime + 1 });
    await candles.storeSeries(series('binance', '5m'), bars);
    await store('binance', '5m', [bars[500]!.openTime], '1.5');
    const stored = await candles.closedBars(series('binance', '5m'), null);
    const numbers = (one: Candle) => [one.openTime, one.open, one.high, one.low, one.close, one.volume].map(decimal);
    const lengths: number[] = [];
    for (const interval of ['15m', '1h', '4h', '1d', '1w'] as const) {
      const chosen = (await canonical.of(asset, interval, {}, all))!;
      const found = await canonical.bars(chosen, null, {}, now);
      const expected = deriveBars(stored, '5m', interval, 'crypto');
      expect(found.map(numbers)).toEqual(expected.map(numbers));
      lengths.push(found.length);
    }
    expect(lengths.slice(0, 3).every((length) => length > 10)).toBe(true);
  });

  test('cross a long hole', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1m', [...grid(minuteMs, 30), ...grid(minuteMs, 30, start + 100 * dayMs)]);
    const chosen = (await canonical.of(asset, '15m', {}, all))!;
    const { bars, next } = await canonical.page(chosen, null, { limit: 4 }, now);
    expect(bars.map(({ openTime }) => openTime - start)).toEqual(
      [0, 15, 100 * 1440, 100 * 1440 + 15].map((minutes) => minutes * minuteMs),
    );
    expect(next).toBeUndefined();
  });

  test('come in short pages when each is made of many parts', async () => {
    const { store, canonical, asset } = anAsset();
    const weeks = 23;
    await store('binance', '1m', grid(minuteMs, weeks * 7 * 24 * 60));
    const chosen = (await canonical.of(asset, '1w', {}, all))!;
    const first = await canonical.page(chosen, null, { limit: 500 }, now);
    expect(first.bars.length).toBeGreaterThan(10);
    expect(first.bars.length).toBeLessThan(weeks);
    const second = await canonical.page(chosen, null, { limit: 500, since: first.next! }, now);
    expect(second.next).toBeUndefined();
    expect([...first.bars, ...second.bars].map(({ openTime }) => openTime)).toEqual(grid(7 * dayMs, weeks));
  });

  test('leave out what is made of a part that sources disagree about', async () => {
    const { store, canonical, asset, series } = anAsset();
    await store('binance', '1h', grid(hourMs, 48));
    await db.orm.em.fork().execute(
      `insert into disputed_bar (id, asset_id, "interval", adjustment, world, open_time, state, reason, votes, votes_hash, sources, opened_at)
       values (gen_random_uuid(), ?, '1h', 'raw', '', ?, 'open', 'test', '[]', 'h', '["binance"]', now())`,
      [asset.id, new Date(start + 5 * hourMs)],
    );
    const chosen = (await canonical.of(asset, '1d', {}, all))!;
    expect(chosen.series).toEqual(series('binance', '1d'));
    const days = await canonical.bars(chosen, null, {}, now);
    expect(days.map(({ openTime }) => utcDate(openTime))).toEqual(['2024-01-02']);
    // the window ends within the day, which lacks a later part
    const held = (before: number) => canonical.heldBack(chosen, null, { before }, 9);
    expect(await held(start + 1)).toEqual([start + 5 * hourMs]);
    expect(await held(start)).toEqual([]);
  });
});

describe('D29: what is stored is told apart by asset, interval, source and open time', () => {
  test('a question about hours is not answered with days, and hours of one day do not overwrite each other', async () => {
    const { store, canonical, asset } = anAsset();
    await store('binance', '1d', grid(dayMs, 30));
    expect(await canonical.of(asset, '1h', {}, all)).toBeUndefined();
    await store('binance', '1h', grid(hourMs, 24));
    const chosen = (await canonical.of(asset, '1h', {}, all))!;
    expect(await canonical.bars(chosen, null, {}, now)).toHaveLength(24);
  });

  test('two sources of one date give one bar, that of the preferred one', async () => {
    const { store, canonical, asset } = anAsset('spot', { sourceOrder: ['binance'] });
    await store('binance', '1d', grid(dayMs, 3), '1.1');
    await store('coingecko', '1d', grid(dayMs, 3), '1.2');
    const bars = await canonical.bars((await canonical.of(asset, '1d', {}, all))!, null, {}, now);
    expect(bars.map(({ close }) => close)).toEqual(['1.1', '1.1', '1.1']);
  });

  test('freshness is the last closed bar that the calendar expects, not a share of the days asked for', () => {
    const missing = (assetClass: 'crypto' | 'stock', asOf: string, lastBar: string) => {
      const end = Date.parse(asOf);
      const from = end - 31 * dayMs;
      const expected = expectedOpens(assetClass, '1d', from, end);
      const stored = expected.filter((open) => open <= Date.parse(lastBar));
      return calendarCoverage(stored, expected).behind;
    };
    // 30 of 31 days are more than 80 %, and the coin's prices are a day old
    expect(missing('crypto', '2024-06-16T09:00:00Z', '2024-06-14T00:00:00Z')).toBe(1);
    expect(missing('crypto', '2024-06-16T09:00:00Z', '2024-06-15T00:00:00Z')).toBe(0);
    // 69 % of the days, and nothing is missing of the stock on Sunday
    expect(missing('stock', '2024-06-16T09:00:00Z', '2024-06-14T00:00:00Z')).toBe(0);
    expect(missing('stock', '2024-06-16T09:00:00Z', '2024-06-13T00:00:00Z')).toBe(1);
    expect(defaultSettings('stock').intervals.map((one) => intervalMs[one])).toEqual([dayMs]);
  });
});
