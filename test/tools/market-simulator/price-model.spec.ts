import { AssetCatalogue } from '../../../src/data/domain/asset-catalogue.js';
import type { Asset } from '../../../src/data/domain/asset.js';
import { seedAssets } from '../../../src/data/domain/seed-assets.js';
import { session } from '../../../src/data/domain/exchange-calendar.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { dayMs, hourMs, minuteMs, utcDate } from '../../../src/shared/time.js';
import { joined, type PartMinutes } from '../../../tools/market-simulator/bar.js';
import { PriceModel } from '../../../tools/market-simulator/price-model.js';

const until = Date.UTC(2025, 5, 18);
const model = new PriceModel(1);
const catalogue = new AssetCatalogue(seedAssets);
const assetOf = (id: string): Asset => catalogue.of(id as AssetId)!;
const closes = async (id: string) =>
  new Map((await model.daily(assetOf(id), until)).map(({ start, close }) => [start, close]));
const dayOf = async (id: string, date: string) =>
  (await model.daily(assetOf(id), until)).find(({ start }) => utcDate(start) === date)!;

/** Log returns of both on common days. */
async function returns(a: string, b: string): Promise<[number[], number[]]> {
  const [ofA, ofB] = [await closes(a), await closes(b)];
  const days = [...ofA.keys()].filter((day) => ofB.has(day));
  const logs = (of: Map<number, number>) => days.slice(1).map((day, i) => Math.log(of.get(day)! / of.get(days[i]!)!));
  return [logs(ofA), logs(ofB)];
}
const mean = (xs: number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const moment = (xs: number[], power: number) => mean(xs.map((x) => (x - mean(xs)) ** power));
const correlation = ([a, b]: [number[], number[]]) =>
  mean(a.map((x, i) => (x - mean(a)) * (b[i]! - mean(b)))) / Math.sqrt(moment(a, 2) * moment(b, 2));

test('every asset but cash has more than three years of consistent bars', async () => {
  for (const asset of seedAssets.filter(({ assetClass }) => assetClass !== 'cash')) {
    const bars = await model.daily(asset, until);
    expect((until - bars[0]!.start) / dayMs).toBeGreaterThan(3 * 366);
    const wrong = bars.filter(
      ({ open, high, low, close, volume }) =>
        !(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && volume !== null && volume > 0),
    );
    expect({ id: asset.id, wrong }).toEqual({ id: asset.id, wrong: [] });
  }
  expect(await model.daily(assetOf('USD'), until)).toEqual([]);
});

test('stocks trade on the days of the exchange', async () => {
  const days = new Set((await model.daily(assetOf('SPY'), until)).map(({ start }) => utcDate(start)));
  // Good Friday, the day of mourning of January 2025, Thanksgiving and the Friday after it
  expect(['2025-04-18', '2025-01-09', '2024-11-28', '2024-11-29'].map((day) => days.has(day))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('markets move together as their kind does', async () => {
  expect(correlation(await returns('BTC', 'ETH'))).toBeGreaterThan(0.6);
  expect(correlation(await returns('SPY', 'QQQ'))).toBeGreaterThan(0.8);
  const across = correlation(await returns('BTC', 'SPY'));
  expect(across).toBeGreaterThan(0.1);
  expect(across).toBeLessThan(0.6);
  expect(Math.abs(correlation(await returns('GLD', 'BTC')))).toBeLessThan(0.15);
});

test('days are wild in clusters: fat tails, and today’s size tells of tomorrow’s', async () => {
  const [btc] = await returns('BTC', 'BTC');
  // 3 for a normal distribution
  expect(moment(btc, 4) / moment(btc, 2) ** 2).toBeGreaterThan(4);
  const sizes = btc.map(Math.abs);
  expect(correlation([sizes.slice(1), sizes.slice(0, -1)])).toBeGreaterThan(0.1);
});

test('a day does not change when later days are asked for', async () => {
  const [early, late] = [new PriceModel(5), new PriceModel(5)];
  const spy = assetOf('SPY');
  const before = [...(await early.daily(spy, Date.UTC(2020, 0, 31)))];
  const after = await early.daily(spy, until);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(await late.daily(spy, until)).toEqual(after);
  expect(await early.daily(spy, Date.UTC(2020, 0, 31))).toEqual(before);
});

const parts: PartMinutes[] = [60, 5, 1];

test.each(['BTC', 'SHIB', 'USDT', 'SPY', 'NVDA'])('the parts of a day of %s are the day', async (id) => {
  const asset = assetOf(id);
  // the last two days before a stock's half day, and it
  for (const date of ['2024-11-26', '2024-11-27', '2024-11-29']) {
    const day = await dayOf(id, date);
    for (const minutes of parts) {
      const of = model.parts.of(asset, day, minutes);
      const { volume, ...prices } = joined(of, day.start);
      expect(prices).toEqual({ start: day.start, open: day.open, high: day.high, low: day.low, close: day.close });
      expect(volume).toBeCloseTo(day.volume!, 4);
      expect(
        of.every((bar) => bar.low <= Math.min(bar.open, bar.close) && bar.high >= Math.max(bar.open, bar.close)),
      ).toBe(true);
      expect(of.slice(1).every(({ open }, i) => open === of[i]!.close)).toBe(true);
      const opens = asset.assetClass === 'crypto' ? day.start : session(day.start).open;
      const trading = asset.assetClass === 'crypto' ? dayMs : session(day.start).close - opens;
      expect(of.map(({ start }) => start)).toEqual(
        Array.from({ length: Math.ceil(trading / (minutes * minuteMs)) }, (_, i) => opens + i * minutes * minuteMs),
      );
    }
    const hours = model.parts.of(asset, day, 60);
    const fives = model.parts.of(asset, day, 5);
    expect(joined(fives.slice(12, 24))).toEqual({
      ...hours[1]!,
      volume: expect.closeTo(hours[1]!.volume!, 4) as number,
    });
  }
});

test('a running day is what its minutes have been until then', async () => {
  const [btc, spy] = [assetOf('BTC'), assetOf('SPY')];
  const [ofBtc, ofSpy] = [await dayOf('BTC', '2025-06-17'), await dayOf('SPY', '2025-06-17')];
  for (const [asset, day] of [
    [btc, ofBtc],
    [spy, ofSpy],
  ] as const) {
    for (const now of [day.start + 15 * hourMs + 7 * minuteMs, day.start + 19 * hourMs + 59 * minuteMs + 30_000]) {
      const minutes = model.parts.of(asset, day, 1).filter(({ start }) => start < now);
      const { volume, ...seen } = joined(minutes, day.start);
      expect(model.parts.until(asset, day, now)).toEqual({ ...seen, volume: expect.closeTo(volume!, 4) as number });
    }
    expect(model.parts.until(asset, day, day.start + dayMs)).toEqual({
      ...day,
      volume: expect.closeTo(day.volume!, 4) as number,
    });
  }
  expect(model.parts.until(spy, ofSpy, ofSpy.start + 13 * hourMs)).toBeUndefined();
});

test('dollars are held at one, one stock splits and some pay dividends', async () => {
  const tether = [...(await closes('USDT')).values()];
  expect(tether.every((close) => Math.abs(close - 1) < 0.003)).toBe(true);
  expect(model.splits(assetOf('NVDA')).map(({ on, ratio }) => [utcDate(on), ratio])).toEqual([
    ['2021-07-20', 4],
    ['2024-06-10', 10],
  ]);
  expect(model.splits(assetOf('SPY'))).toEqual([]);
  const paid = model.dividends(assetOf('SPY')).map(({ on }) => utcDate(on));
  expect(paid).toEqual(expect.arrayContaining(['2024-12-20', '2025-03-21', '2025-06-20']));
});
