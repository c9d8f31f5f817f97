import { assetOf, assets } from '../../../src/data/domain/assets.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { dayMs } from '../../../src/shared/time.js';
import { PriceModel } from '../../../tools/market-simulator/price-model.js';
import { session } from '../../../tools/market-simulator/calendar.js';

const until = Date.UTC(2025, 5, 18);
const model = new PriceModel(1);
const closes = async (id: string) =>
  new Map((await model.bars(assetOf(id as AssetId)!, until)).map(({ day, close }) => [day, close]));

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
  for (const asset of assets.filter(({ assetClass }) => assetClass !== 'cash')) {
    const bars = await model.bars(asset, until);
    expect((until - bars[0]!.day) / dayMs).toBeGreaterThan(3 * 366);
    const wrong = bars.filter(
      ({ open, high, low, close, volume }) =>
        !(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && volume !== null && volume > 0),
    );
    expect({ id: asset.id, wrong }).toEqual({ id: asset.id, wrong: [] });
  }
  expect(await model.bars(assetOf('USD' as AssetId)!, until)).toEqual([]);
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
  const spy = assetOf('SPY' as AssetId)!;
  const before = [...(await early.bars(spy, Date.UTC(2020, 0, 31)))];
  const after = await early.bars(spy, until);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(await late.bars(spy, until)).toEqual(after);
  expect(await early.bars(spy, Date.UTC(2020, 0, 31))).toEqual(before);
});

test('New York opens at 14:30 UTC in winter and at 13:30 in summer', () => {
  expect(new Date(session(Date.UTC(2025, 0, 2)).open).toISOString()).toBe('2025-01-02T14:30:00.000Z');
  expect(new Date(session(Date.UTC(2025, 5, 18)).open).toISOString()).toBe('2025-06-18T13:30:00.000Z');
  expect(new Date(session(Date.UTC(2025, 5, 18)).close).toISOString()).toBe('2025-06-18T20:00:00.000Z');
});
