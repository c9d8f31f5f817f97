import fc from 'fast-check';
import { measurePerformance, type DayChange } from '../../../support/performance.js';

const ones = (n: number) => new Float64Array(n).fill(1);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe('performance', () => {
  it('of what is held is the change of its value', () => {
    const found = measurePerformance({
      days: 3,
      assets: 1,
      prices: Float64Array.of(100, 110, 99),
      numeraire: ones(3),
      btc: Float64Array.of(100, 110, 99),
      opening: Float64Array.of(2),
      changes: [],
    });
    expect([...found.values]).toEqual([200, 220, 198]);
    expect(found.timeWeighted[1]).toBeCloseTo(0.1, 15);
    expect(found.timeWeighted[2]).toBeCloseTo(-0.01, 15);
    expect(found.gains[0]).toBeCloseTo(-2, 12);
    expect(found.contributions[0]).toBeCloseTo(-0.01, 15);
  });

  it('does not take a deposit for a gain', () => {
    const deposit: DayChange = { day: 1, asset: 0, quantity: 1, flow: 110, external: 110 };
    const found = measurePerformance({
      days: 2,
      assets: 1,
      prices: Float64Array.of(100, 110),
      numeraire: ones(2),
      btc: ones(2),
      opening: Float64Array.of(1),
      changes: [deposit],
    });
    // 100 became 110, and what came in at 110 stayed: (110 + 110) / (100 + 110) - 1
    expect(found.timeWeighted[1]).toBeCloseTo(10 / 210, 15);
    expect([...found.external]).toEqual([0, 110]);
  });

  it('links 5 % and 8 % around a deposit to 13.4 %, as in the worked example of Acadifi on GIPS', () => {
    // $1,000,000 become 1,050,000, then 200,000 come in, and 1,350,000 are there in the end
    const found = measurePerformance({
      days: 3,
      assets: 1,
      prices: Float64Array.of(1, 1.05, 1.134),
      numeraire: ones(3),
      btc: ones(3),
      opening: Float64Array.of(1_000_000),
      changes: [{ day: 2, asset: 0, quantity: 200_000 / 1.05, flow: 200_000, external: 200_000 }],
    });
    expect(found.values[2]).toBeCloseTo(1_350_000, 6);
    expect(found.timeWeighted[1]).toBeCloseTo(0.05, 12);
    expect(found.timeWeighted[2]).toBeCloseTo(0.134, 12);
  });

  it('begins with the first money, from its own price on', () => {
    const found = measurePerformance({
      days: 2,
      assets: 1,
      prices: Float64Array.of(Number.NaN, 120),
      numeraire: ones(2),
      btc: ones(2),
      opening: Float64Array.of(0),
      changes: [{ day: 1, asset: 0, quantity: 1, flow: 100, external: 100 }],
    });
    expect(found.timeWeighted[1]).toBeCloseTo(0.2, 15);
  });

  it('is not touched by what moves from one asset into another', () => {
    const found = measurePerformance({
      days: 2,
      assets: 2,
      prices: Float64Array.of(100, 10, 100, 10),
      numeraire: ones(2),
      btc: ones(2),
      opening: Float64Array.of(1, 0),
      changes: [
        { day: 1, asset: 0, quantity: -0.5, flow: -50, external: 0 },
        { day: 1, asset: 1, quantity: 5, flow: 50, external: 0 },
      ],
    });
    expect(found.timeWeighted[1]).toBe(0);
    expect([...found.gains]).toEqual([0, 0]);
  });

  it('counts an income to the asset that paid it', () => {
    // a dividend of 5 goes from the stock into cash
    const found = measurePerformance({
      days: 2,
      assets: 2,
      prices: Float64Array.of(100, 1, 96, 1),
      numeraire: ones(2),
      btc: ones(2),
      opening: Float64Array.of(1, 0),
      changes: [
        { day: 1, asset: 0, quantity: 0, flow: -5, external: 0 },
        { day: 1, asset: 1, quantity: 5, flow: 5, external: 0 },
      ],
    });
    expect(found.gains[0]).toBeCloseTo(1, 12);
    expect(found.gains[1]).toBe(0);
    expect(found.timeWeighted[1]).toBeCloseTo(0.01, 15);
  });

  it('splits a gain into the part against BTC and the part of BTC without a rest', () => {
    // ETH 0.05 -> 0.06 BTC while BTC goes 40,000 -> 50,000: mean(u) db = 450, mean(b) du = 550
    const found = measurePerformance({
      days: 2,
      assets: 2,
      prices: Float64Array.of(40_000, 2_000, 50_000, 3_000),
      numeraire: ones(2),
      btc: Float64Array.of(40_000, 50_000),
      opening: Float64Array.of(1, 1),
      changes: [],
    });
    expect(found.assetEffect[0]).toBeCloseTo(0, 9);
    expect(found.btcEffect[0]).toBeCloseTo(10_000, 9);
    expect(found.assetEffect[1]).toBeCloseTo(450, 9);
    expect(found.btcEffect[1]).toBeCloseTo(550, 9);
  });

  it('in BTC has no effect of BTC, and only BTC is worth the same all the time', () => {
    const btc = Float64Array.of(40_000, 50_000, 30_000);
    const found = measurePerformance({
      days: 3,
      assets: 1,
      prices: Float64Array.of(2_000, 3_000, 3_000),
      numeraire: btc,
      btc,
      opening: Float64Array.of(20),
      changes: [],
    });
    expect([...found.values]).toEqual([1, 1.2, 2]);
    expect([...found.btcEffect]).toEqual([0]);
    expect([...found.onlyBtc]).toEqual([1, 1, 1]);
    expect([...found.btcReturn]).toEqual([0, 0, 0]);
  });

  it('had it only been BTC, takes every flow at the price of its day', () => {
    const found = measurePerformance({
      days: 2,
      assets: 1,
      prices: Float64Array.of(1, 1),
      numeraire: ones(2),
      btc: Float64Array.of(100, 200),
      opening: Float64Array.of(100),
      changes: [{ day: 1, asset: 0, quantity: 100, flow: 100, external: 100 }],
    });
    expect([...found.onlyBtc]).toEqual([100, 300]);
    expect(found.btcReturn[1]).toBe(1);
  });
});

describe('for any history', () => {
  const price = fc.double({ min: 0.1, max: 1_000, noNaN: true });
  const histories = fc
    .record({ days: fc.integer({ min: 2, max: 12 }), assets: fc.integer({ min: 1, max: 4 }) })
    .chain(({ days, assets }) =>
      fc.record({
        days: fc.constant(days),
        assets: fc.constant(assets),
        prices: fc.array(price, { minLength: days * assets, maxLength: days * assets }),
        btc: fc.array(price, { minLength: days, maxLength: days }),
        opening: fc.array(fc.double({ min: 1, max: 10, noNaN: true }), { minLength: assets, maxLength: assets }),
        trades: fc.array(
          fc.record({
            day: fc.integer({ min: 1, max: days - 1 }),
            asset: fc.integer({ min: 0, max: assets - 1 }),
            to: fc.integer({ min: 0, max: assets - 1 }),
            quantity: fc.double({ min: 0, max: 0.2, noNaN: true }),
            outside: fc.boolean(),
          }),
          { maxLength: 6 },
        ),
      }),
    )
    .map(({ trades, ...history }) => {
      const changes: DayChange[] = [];
      for (const { day, asset, to, quantity, outside } of trades.toSorted((a, b) => a.day - b.day)) {
        const value = quantity * history.prices[day * history.assets + asset]! * 1.1;
        if (outside) changes.push({ day, asset, quantity, flow: value, external: value });
        else {
          const other = value / history.prices[day * history.assets + to]!;
          changes.push({ day, asset, quantity, flow: value, external: 0 });
          changes.push({ day, asset: to, quantity: -Math.min(other, 0.1), flow: -value, external: 0 });
        }
      }
      return {
        days: history.days,
        assets: history.assets,
        prices: Float64Array.from(history.prices),
        btc: Float64Array.from(history.btc),
        numeraire: ones(history.days),
        opening: Float64Array.from(history.opening),
        changes,
      };
    });

  it('contributions add up to the return, effects to the gains, and gains to the change of value', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const found = measurePerformance(history);
        const last = found.values.at(-1)!;
        const scale = Math.max(...found.values.map(Math.abs), 1);
        expect(sum(found.contributions)).toBeCloseTo(found.timeWeighted.at(-1)!, 8);
        expect(sum(found.gains)).toBeCloseTo(
          last - found.values[0]! - sum(found.external),
          Math.floor(9 - Math.log10(scale)),
        );
        found.gains.forEach((gain, a) => expect(found.assetEffect[a]! + found.btcEffect[a]!).toBeCloseTo(gain, 8));
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });

  it('the return does not depend on the unit of money', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(1e-6, 1e6), (history, scale) => {
        const scaled = measurePerformance({ ...history, numeraire: history.numeraire.map((one) => one * scale) });
        const plain = measurePerformance(history);
        plain.timeWeighted.forEach((value, t) =>
          expect(Math.abs(scaled.timeWeighted[t]! - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value))),
        );
      }),
      { seed: 20261125, numRuns: 100 },
    );
  });
});
