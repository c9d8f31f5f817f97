import fc from 'fast-check';
import {
  decide,
  evaluateSignal,
  type DailyClose,
  type TradeSignal,
} from '../../../../src/signals/domain/evaluate-signal.js';
import { defaultRiskBudget } from '../../../../src/signals/domain/trade-plan.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { dayMs } from '../../../../src/shared/time.js';

const firstDay = Date.parse('2021-01-01T00:00:00Z');
const seed = 20261125;

/** Bars on successive days, the last of which ends at the as-of. */
const daily = (closes: readonly number[], from = firstDay): DailyClose[] =>
  closes.map((close, i) => ({ openTime: from + i * dayMs, close: String(close) }));

const endOf = (bars: readonly DailyClose[]): number => bars[bars.length - 1]!.openTime + dayMs;

const swing = (bars: readonly DailyClose[], asOf = endOf(bars)) =>
  evaluateSignal({ category: 'swing', interval: '1d', bars, asOf, budget: defaultRiskBudget });

function signalFrom(bars: readonly DailyClose[], asOf?: number): TradeSignal {
  const outcome = swing(bars, asOf);
  if (outcome.kind === 'withheld') throw new Error(outcome.reason);
  return outcome;
}

/** Steps that alternate, so that the path drifts without an extreme RSI. */
const zigzag = (start: number, odd: number, even: number, count: number) =>
  Array.from({ length: count }, (_, i) => start + Math.ceil(i / 2) * odd + Math.floor(i / 2) * even);
const rising = zigzag(100, 3, -2, 120);
const falling = zigzag(300, -3, 2, 120);

describe('a swing signal', () => {
  // Expected numbers: exact rational arithmetic over the same series with Python's fractions, roots by math.sqrt.
  test('buys a rising path: trend with MACD, all numbers as computed apart', () => {
    const signal = signalFrom(daily(rising));
    expect(signal).toMatchObject({
      category: 'swing',
      direction: 'buy',
      entryPrice: '162',
      riskRewardRatio: 2,
      positionSizePct: 0.2,
      strength: 'very_strong',
      confidencePoints: 70, // 50, twice the risk 10, trend 10
    });
    const { evidence } = signal;
    expect(evidence).toMatchObject({
      rule: 'trend_with_macd',
      trend: 'up',
      periodsPerYear: 365,
      bars: 120,
      firstDate: '2021-01-01',
      lastDate: '2021-04-30',
      riskFraction: 0.01,
      pricePosition: 1,
    });
    expect(evidence.rsi).toBeCloseTo(61.76543714620593, 9);
    expect(evidence.sma20).toBeCloseTo(156, 9);
    expect(evidence.sma50).toBeCloseTo(148.5, 9);
    expect(evidence.ema12).toBeCloseTo(158.10416666514521, 9);
    expect(evidence.ema26).toBeCloseTo(154.54804224111564, 9);
    expect(evidence.macd).toBeCloseTo(3.5561244240295946, 9);
    expect(evidence.volatility).toBeCloseTo(0.3777313106942338, 9);
    expect(signal.takeProfitPct).toBeCloseTo(7.036417475923118, 9);
    expect(signal.stopLossPct).toBeCloseTo(3.518208737961559, 9);
    expect(Number(signal.takeProfit)).toBeCloseTo(162 * 1.07036417475923118, 8);
    expect(Number(signal.stopLoss)).toBeCloseTo(162 * (1 - 0.03518208737961559), 8);
  });

  test('sells a falling path with target and stop mirrored', () => {
    const signal = signalFrom(daily(falling));
    expect(signal).toMatchObject({
      direction: 'sell',
      entryPrice: '238',
      strength: 'very_strong',
      confidencePoints: 70,
    });
    expect(signal.evidence).toMatchObject({ rule: 'trend_with_macd', trend: 'down', pricePosition: 0 });
    expect(signal.evidence.rsi).toBeCloseTo(38.23456285379407, 9);
    expect(signal.evidence.macd).toBeCloseTo(-3.5561244240295946, 9);
    expect(signal.takeProfitPct).toBeCloseTo(4.38781877433976, 9);
    expect(Number(signal.takeProfit)).toBeCloseTo(238 * (1 - 0.0438781877433976), 8);
    expect(Number(signal.stopLoss)).toBeCloseTo(238 * (1 + 0.0219390938716988), 8);
  });

  test('takes an RSI of exactly 0 for what it is, the most oversold of all', () => {
    const signal = signalFrom(daily(Array.from({ length: 120 }, (_, i) => 400 - 2 * i)));
    expect(signal.evidence.rsi).toBe(0);
    expect(signal).toMatchObject({
      direction: 'buy',
      strength: 'strong', // extreme RSI and twice the risk; trend and MACD point down and do not count
      confidencePoints: 80, // 50, RSI below 20 20, twice the risk 10
      evidence: { rule: 'rsi_reversal', trend: 'down' },
    });
  });

  test('sells after gains alone', () => {
    const signal = signalFrom(daily(Array.from({ length: 120 }, (_, i) => 100 + i)));
    expect(signal.evidence.rsi).toBe(100);
    expect(signal).toMatchObject({ direction: 'sell', evidence: { rule: 'rsi_reversal' } });
  });

  test('expires 28 days after its as-of', () => {
    const bars = daily(rising);
    expect(signalFrom(bars).expiresAt).toBe(endOf(bars) + 28 * dayMs);
  });

  test('annualises exchange-traded bars with 252', () => {
    const weekdays = Array.from({ length: 200 }, (_, i) => firstDay + i * dayMs).filter(
      (ms) => ![0, 6].includes(new Date(ms).getUTCDay()),
    );
    const bars = rising.map((close, i) => ({ openTime: weekdays[i]!, close: String(close) }));
    const { evidence } = signalFrom(bars);
    expect(evidence.periodsPerYear).toBe(252);
    expect(evidence.volatility).toBeCloseTo(0.3138606167208078, 9);
  });
});

describe('a signal is withheld with the reason', () => {
  test.each([
    ['a flat series', daily(new Array<number>(120).fill(100.1)), 'hold: trend neutral, RSI 50'],
    ['too few bars', daily(rising.slice(0, 41)), 'needs 60 closed bars, has 41'],
    ['no bars at all', [], 'needs 60 closed bars, has 0'],
  ])('%s', (_name, bars, reason) => {
    expect(swing(bars, firstDay + 120 * dayMs)).toEqual({ kind: 'withheld', reason });
  });

  test('bars of an around-the-clock market that are more than two days old', () => {
    const bars = daily(rising);
    expect(swing(bars, endOf(bars) + 2 * dayMs).kind).toBe('signal');
    expect(swing(bars, endOf(bars) + 4 * dayMs)).toEqual({
      kind: 'withheld',
      reason: 'latest closed bar is 2021-04-30, 4 days before the as-of, at most 2',
    });
  });

  test('bars of an exchange that are more than five days old', () => {
    const weekdays = Array.from({ length: 200 }, (_, i) => firstDay + i * dayMs).filter(
      (ms) => ![0, 6].includes(new Date(ms).getUTCDay()),
    );
    const bars = rising.map((close, i) => ({ openTime: weekdays[i]!, close: String(close) }));
    expect(swing(bars, endOf(bars) + 5 * dayMs).kind).toBe('signal');
    expect(swing(bars, endOf(bars) + 6 * dayMs)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringMatching(/, 6 days before the as-of/),
    });
  });

  test('a hole in the series', () => {
    const early = daily(rising.slice(0, 60));
    const late = daily(rising.slice(60), endOf(early) + 14 * dayMs);
    expect(swing([...early, ...late])).toEqual({
      kind: 'withheld',
      reason: 'no bars between 2021-03-01 and 2021-03-16, 15 days apart',
    });
  });

  test.each(['scalp', 'intraday', 'long_term'] as const)('%s is not computed from daily bars', (category) => {
    const bars = daily(rising);
    expect(evaluateSignal({ category, interval: '1d', bars, asOf: endOf(bars), budget: defaultRiskBudget })).toEqual({
      kind: 'withheld',
      reason: `${category} signals are not computed from 1d bars`,
    });
  });

  test('swing signals are not computed from hourly bars', () => {
    const bars = daily(rising);
    const input = { category: 'swing', interval: '1h', bars, asOf: endOf(bars), budget: defaultRiskBudget } as const;
    expect(evaluateSignal(input)).toEqual({ kind: 'withheld', reason: 'swing signals are not computed from 1h bars' });
  });

  test('a risk budget out of bounds', () => {
    const bars = daily(rising);
    const budget = { riskFraction: 0.05, maxPosition: 0.2 };
    expect(evaluateSignal({ category: 'swing', interval: '1d', bars, asOf: endOf(bars), budget })).toEqual({
      kind: 'withheld',
      reason: 'the risk budget of 0.05 is outside 0.001 to 0.02',
    });
  });
});

test('a bar that is still open at the as-of changes nothing', () => {
  const bars = daily(rising);
  const open = { openTime: endOf(bars), close: '999999' };
  expect(swing([...bars, open], endOf(bars) + dayMs - 1)).toEqual(swing(bars, endOf(bars) + dayMs - 1));
});

const path = fc
  .array(fc.integer({ min: -30, max: 30 }), { minLength: 80, maxLength: 160 })
  .map((steps) => steps.reduce((at, step) => [...at, at[at.length - 1]! * (1 + step / 1000)], [1000]));

test('prices after the as-of never change what was known then', () => {
  fc.assert(
    fc.property(path, fc.nat(), (closes, pick) => {
      const bars = daily(closes);
      const known = 60 + (pick % (bars.length - 60));
      const asOf = bars[known - 1]!.openTime + dayMs;
      const poisoned = bars.map((bar, i) => (i < known ? bar : { ...bar, close: String(1e6 + i) }));
      expect(swing(poisoned, asOf)).toEqual(swing(bars.slice(0, known), asOf));
    }),
    { seed, numRuns: 200 },
  );
});

test('bars before the lookback of 120 change nothing', () => {
  const bars = daily(rising);
  const older = daily([5000, 1, 7000, 2], firstDay - 4 * dayMs);
  expect(swing([...older, ...bars])).toEqual(swing(bars));
});

test('the unit of the price does not matter to direction, distances or confidence', () => {
  fc.assert(
    fc.property(path, fc.constantFrom(2 ** -20, 2 ** -3, 2 ** 10), (closes, unit) => {
      // powers of two scale binary fractions without rounding
      const inUnit = swing(daily(closes.map((close) => close * unit)));
      const original = swing(daily(closes));
      expect(inUnit.kind).toBe(original.kind);
      if (inUnit.kind === 'withheld' || original.kind === 'withheld') return;
      const { direction, takeProfitPct, stopLossPct, confidencePoints, strength } = original;
      expect(inUnit).toMatchObject({ direction, takeProfitPct, stopLossPct, confidencePoints, strength });
    }),
    { seed, numRuns: 100 },
  );
});

test('every signal has its target and its stop on the right sides and keeps its limits', () => {
  fc.assert(
    fc.property(path, (closes) => {
      const outcome = swing(daily(closes));
      if (outcome.kind === 'withheld') return;
      const [entry, target, stop] = [outcome.entryPrice, outcome.takeProfit, outcome.stopLoss].map(Number);
      const sign = outcome.direction === 'buy' ? 1 : -1;
      expect(sign * (target! - entry!)).toBeGreaterThan(0);
      expect(sign * (entry! - stop!)).toBeGreaterThan(0);
      expect(outcome.positionSizePct).toBeGreaterThan(0);
      expect(outcome.positionSizePct).toBeLessThanOrEqual(0.2);
      expect(Number.isInteger(outcome.confidencePoints)).toBe(true);
    }),
    { seed, numRuns: 300 },
  );
});

test.each([
  ['bars out of order', [...daily(rising)].reverse()],
  ['a price of zero', daily([...rising.slice(0, 119), 0])],
])('%s are a defect, not an outcome', (_name, bars) => {
  expect(() => swing(bars, firstDay + 120 * dayMs)).toThrow(InvariantViolation);
});

describe('rules are asked in order', () => {
  test.each([
    [{ rsi: 29.9, macd: -1, trend: 'down' }, 'buy', 'rsi_reversal'],
    [{ rsi: 70.1, macd: 1, trend: 'up' }, 'sell', 'rsi_reversal'],
    [{ rsi: 30, macd: 1, trend: 'up' }, 'buy', 'trend_with_macd'],
    [{ rsi: 70, macd: -1, trend: 'down' }, 'sell', 'trend_with_macd'],
    [{ rsi: null, macd: -1, trend: 'up' }, 'buy', 'trend'],
    [{ rsi: 50, macd: 0, trend: 'down' }, 'sell', 'trend'],
    [{ rsi: 50, macd: null, trend: 'down' }, 'sell', 'trend'],
  ] as const)('%j', (indicators, direction, rule) => {
    expect(decide(indicators)).toMatchObject({ direction, rule });
  });

  test('MACD alone, without a trend, is hold', () => {
    expect(decide({ rsi: 50, macd: 5, trend: 'neutral' })).toBeUndefined();
  });
});
