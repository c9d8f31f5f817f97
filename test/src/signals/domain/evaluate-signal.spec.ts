import fc from 'fast-check';
import type { Candle, Interval } from '../../../../src/data/domain/candle.js';
import { intervalMs } from '../../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import { evaluateSignal, type SignalInput, type TradeSignal } from '../../../../src/signals/domain/evaluate-signal.js';
import { tradeCategories, type TradeCategory } from '../../../../src/shared/trade-categories.js';
import { categoryRules } from '../../../../src/signals/domain/trade-category.js';
import { defaultRiskBudget } from '../../../../src/signals/domain/trade-plan.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { dayMs } from '../../../../src/shared/time.js';

const firstDay = Date.parse('2021-01-01T00:00:00Z');
const seed = 20261125;

/** Bars of closes alone on successive days, the last of which ends at the as-of. */
const daily = (closes: readonly number[], from = firstDay, step: number = dayMs): Candle[] =>
  closes.map((close, i) => ({
    openTime: from + i * step,
    open: null,
    high: null,
    low: null,
    close: String(close),
    volume: null,
  }));

const endOf = (bars: readonly Candle[], step: number = dayMs): number => bars[bars.length - 1]!.openTime + step;

const evaluate = (bars: readonly Candle[], over: Partial<SignalInput> = {}) =>
  evaluateSignal({
    category: 'swing',
    interval: '1d',
    assetClass: 'crypto',
    bars,
    bitcoin: null,
    asOf: bars.length > 0 ? endOf(bars) : firstDay,
    budget: defaultRiskBudget,
    costRate: 0,
    ...over,
  });

function signalFrom(bars: readonly Candle[], over: Partial<SignalInput> = {}): TradeSignal {
  const outcome = evaluate(bars, over);
  if (outcome.kind === 'withheld') throw new Error(outcome.reason);
  return outcome;
}

/** Steps that alternate, so that the path drifts without an extreme RSI. */
const zigzag = (start: number, odd: number, even: number, count: number) =>
  Array.from({ length: count }, (_, i) => start + Math.ceil(i / 2) * odd + Math.floor(i / 2) * even);
const rising = zigzag(100, 3, -2, 120);
const falling = zigzag(300, -3, 2, 120);

describe('a swing signal', () => {
  test('buys a path that rises: trend with MACD, the numbers as computed apart', () => {
    const signal = signalFrom(daily(rising));
    expect(signal).toMatchObject({
      category: 'swing',
      direction: 'buy',
      entryPrice: '162',
      riskRewardRatio: 2,
      strength: 'very_strong',
      // 50, trend with MACD 10, twice the risk 10, trend 10
      confidencePoints: 80,
      evidence: {
        rule: 'trend_with_macd',
        reason: 'MACD 3.556 agrees with the trend: the 20-bar mean is above the 50-bar mean',
        trend: 'up',
        rangeFrom: 'closes',
        interval: '1d',
        periodsPerYear: 365,
        bars: 120,
        firstBar: '2021-01-01T00:00:00Z',
        lastBar: '2021-04-30T00:00:00Z',
        riskFraction: 0.01,
        sizeLimitedBy: 'max_weight',
      },
    });
    const [rsi] = signal.evidence.findings;
    expect(rsi).toMatchObject({ rule: 'rsi_reversal', stance: 'none' });
    // exact rational arithmetic over the same series with Python's fractions, roots by math.sqrt
    expect(rsi!.values['rsi']).toBeCloseTo(61.76543714620593, 9);
    expect(signal.evidence.volatility).toBeCloseTo(0.3777313106942338, 9);
    // 1.5 and 3 average ranges away
    expect(signal.stopLossPct).toBeCloseTo(150 * signal.evidence.range, 9);
    expect(signal.takeProfitPct).toBeCloseTo(300 * signal.evidence.range, 9);
  });

  test('sells a falling path with target and stop mirrored', () => {
    const signal = signalFrom(daily(falling));
    expect(signal).toMatchObject({
      direction: 'sell',
      entryPrice: '238',
      strength: 'very_strong',
      confidencePoints: 80,
    });
    const { takeProfitPct, stopLossPct } = signal;
    expect(Number(signal.takeProfit)).toBeCloseTo(238 * (1 - takeProfitPct / 100), 8);
    expect(Number(signal.stopLoss)).toBeCloseTo(238 * (1 + stopLossPct / 100), 8);
  });

  test('takes an RSI of exactly 0 for what it is, the most oversold of all, and says what speaks against it', () => {
    const signal = signalFrom(daily(Array.from({ length: 120 }, (_, i) => 400 - 2 * i)));
    expect(signal).toMatchObject({
      direction: 'buy',
      // 50, RSI beyond the extreme 20, twice the risk 10, MACD against it -10
      confidencePoints: 70,
      evidence: { rule: 'rsi_reversal', reason: 'RSI 0 is below 30', trend: 'down' },
    });
    const against = signal.evidence.findings.filter(({ stance }) => stance === 'sell').map(({ rule }) => rule);
    expect(against).toEqual(['trend_with_macd']);
  });

  test('expires 28 days after its as-of', () => {
    expect(signalFrom(daily(rising)).expiresAt).toBe(endOf(daily(rising)) + 28 * dayMs);
  });

  test('annualises what an exchange trades with 252', () => {
    const opens = expectedOpens('stock', '1d', firstDay, firstDay + 200 * dayMs).slice(0, 120);
    const bars = daily(rising).map((bar, i) => ({ ...bar, openTime: opens[i]! }));
    const { evidence } = signalFrom(bars, { assetClass: 'stock' });
    expect(evidence.periodsPerYear).toBe(252);
    expect(evidence.volatility).toBeCloseTo(0.3138606167208078, 9);
  });

  test('follows a close beyond the channel of the bars before, more surely on more volume', () => {
    const bars = daily(rising).map((bar) => ({
      ...bar,
      open: bar.close,
      high: bar.close,
      low: bar.close,
      volume: '10',
    }));
    const signal = signalFrom(bars);
    expect(signal.evidence).toMatchObject({
      rule: 'breakout',
      reason: 'close 162 is above 161, the highest of 20 bars',
    });
    // 50, breakout 10, MACD agrees 5, twice the risk 10, trend 10
    expect(signal.confidencePoints).toBe(85);
    const busy = [...bars.slice(0, -1), { ...bars.at(-1)!, volume: '30' }];
    expect(signalFrom(busy)).toMatchObject({
      confidencePoints: 95,
      evidence: { reason: 'close 162 is above 161, the highest of 20 bars on 3 times the usual volume' },
    });
  });

  test('levels follow the true range where high and low are known', () => {
    const bars = daily(rising).map((bar) => {
      const close = Number(bar.close);
      return { ...bar, open: bar.close, high: String(close * 1.01), low: String(close * 0.99) };
    });
    const { evidence, stopLossPct } = signalFrom(bars);
    expect(evidence.rangeFrom).toBe('true_range');
    expect(stopLossPct).toBeCloseTo(150 * evidence.range, 9);
  });

  test('an adjusted close that misses its own high or low in the 16th digit is at that bound', () => {
    const bars = daily(rising).map((bar) => ({ ...bar, open: bar.close, high: bar.close, low: bar.close }));
    const missed = bars.map((bar, i) => {
      const close = Number(bar.close);
      return { ...bar, high: String(close * (1 - (i % 2) * 1e-15)), low: String(close * (1 + ((i + 1) % 2) * 1e-15)) };
    });
    expect(signalFrom(missed)).toEqual(signalFrom(bars));
    const beyond = bars.map((bar) => ({ ...bar, high: String(Number(bar.close) * (1 - 1e-8)) }));
    expect(() => evaluate(beyond)).toThrow(InvariantViolation);
  });

  test('strength against bitcoin speaks for a buy, weakness against it', () => {
    const bars = daily(rising);
    const gaining = new Map(bars.map(({ openTime }) => [openTime, 50_000]));
    const losing = new Map(bars.map(({ openTime, close }) => [openTime, Number(close) ** 3]));
    const points = (bitcoin: SignalInput['bitcoin']) => signalFrom(bars, { bitcoin }).confidencePoints;
    expect([points(null), points(gaining), points(losing)]).toEqual([80, 85, 70]);
  });
});

describe('a signal is withheld with the reason', () => {
  test.each([
    ['a flat series', daily(new Array<number>(120).fill(100.1)), 'hold: no movement in 50 bars'],
    ['too few bars', daily(rising.slice(0, 41)), 'needs 61 closed bars of 1d, has 41'],
    ['no bars at all', [], 'needs 61 closed bars of 1d, has 0'],
  ])('%s', (_name, bars, reason) => {
    expect(evaluate(bars)).toEqual({ kind: 'withheld', reason });
  });

  test('nothing that opens one', () => {
    const quiet = Array.from({ length: 120 }, (_, i) => 100 + (i % 2));
    expect(evaluate(daily(quiet))).toMatchObject({ reason: expect.stringMatching(/^hold: trend neutral, RSI 5\d/) });
  });

  test('bars of an around-the-clock market that lack more than two days', () => {
    const bars = daily(rising);
    expect(evaluate(bars, { asOf: endOf(bars) + 2 * dayMs }).kind).toBe('signal');
    expect(evaluate(bars, { asOf: endOf(bars) + 4 * dayMs })).toEqual({
      kind: 'withheld',
      reason: 'the latest closed bar opened at 2021-04-30T00:00:00Z, 4 bars before the as-of, at most 2',
    });
  });

  test('an exchange that was closed lacks nothing', () => {
    const opens = expectedOpens('stock', '1d', firstDay, firstDay + 200 * dayMs).slice(0, 120);
    const bars = daily(rising).map((bar, i) => ({ ...bar, openTime: opens[i]! }));
    // the last bar is of a Thursday; on the next Monday Friday's is missing
    const monday = endOf(bars) + 4 * dayMs;
    expect(evaluate(bars, { assetClass: 'stock', asOf: monday }).kind).toBe('signal');
    expect(evaluate(bars, { assetClass: 'stock', asOf: monday + 3 * dayMs })).toMatchObject({ kind: 'withheld' });
  });

  test('holes in the series', () => {
    const early = daily(rising.slice(0, 60));
    const late = daily(rising.slice(60), endOf(early) + 20 * dayMs);
    expect(evaluate([...early, ...late])).toEqual({
      kind: 'withheld',
      reason: '20 of 140 bars are missing between 2021-01-01T00:00:00Z and 2021-05-20T00:00:00Z',
    });
  });

  test('a market that moves several times as much as usual', () => {
    const wild = rising.map((close, i) => (i < 112 ? close : close * (i % 2 ? 1.4 : 0.7)));
    expect(evaluate(daily(wild))).toMatchObject({ reason: expect.stringMatching(/^hold: the last 10 bars move/) });
  });

  test('bars of another size', () => {
    const reason = 'swing signals are not computed from 1h bars';
    expect(evaluate(daily(rising), { interval: '1h' })).toEqual({ kind: 'withheld', reason });
  });

  test('a risk budget out of bounds, and costs that eat the target', () => {
    const budget = { ...defaultRiskBudget, riskFraction: 0.05 };
    expect(evaluate(daily(rising), { budget })).toEqual({
      kind: 'withheld',
      reason: 'the risk budget of 0.05 is outside 0.001 to 0.02',
    });
    expect(evaluate(daily(rising), { costRate: 0.06 })).toMatchObject({
      reason: expect.stringMatching(/^the target of .* % does not pay for two trades at 6 % each$/),
    });
  });
});

/** Walks of every category: bars with a range, so many that each of its indicators is warm. */
function walkOf(
  category: TradeCategory,
  steps: readonly number[],
  move: number,
): { bars: Candle[]; interval: Interval } {
  const { intervals, minimumBars } = categoryRules[category];
  const interval = intervals[0]!;
  const step = intervalMs[interval];
  let price = 1_000;
  const bars: Candle[] = [];
  for (let i = 0; i < minimumBars + steps.length; i++) {
    const open = price;
    price *= 1 + (steps[i % steps.length]! / 100) * move;
    const [high, low] = [Math.max(open, price) * (1 + move / 3), Math.min(open, price) * (1 - move / 3)];
    const text = { open: String(open), high: String(high), low: String(low), close: String(price), volume: '1' };
    bars.push({ openTime: firstDay + i * step, ...text });
  }
  return { bars, interval };
}

const steps = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 40, maxLength: 90 });

test.each(tradeCategories)(
  '%s: every signal has target and stop on the right sides and keeps its limits',
  (category) => {
    let found = 0;
    fc.assert(
      fc.property(steps, fc.constantFrom(0.0005, 0.004, 0.02), (walk, move) => {
        const { bars, interval } = walkOf(category, walk, move);
        const asOf = endOf(bars, intervalMs[interval]);
        const outcome = evaluate(bars, { category, interval, asOf });
        if (outcome.kind === 'withheld') return;
        found += 1;
        const [entry, target, stop] = [outcome.entryPrice, outcome.takeProfit, outcome.stopLoss].map(Number);
        const sign = outcome.direction === 'buy' ? 1 : -1;
        expect(sign * (target! - entry!)).toBeGreaterThan(0);
        expect(sign * (entry! - stop!)).toBeGreaterThan(0);
        expect(outcome.positionSizePct).toBeGreaterThan(0);
        expect(outcome.positionSizePct).toBeLessThanOrEqual(0.2);
        expect(Number.isInteger(outcome.confidencePoints)).toBe(true);
        expect(outcome.confidencePoints).toBeGreaterThanOrEqual(50);
        expect(outcome.riskRewardRatio).toBeGreaterThanOrEqual(1.5);
      }),
      { seed, numRuns: 60 },
    );
    // each category can give valid signals
    expect(found).toBeGreaterThan(5);
  },
);

test.each(tradeCategories)('%s: prices after the as-of never change what was known then', (category) => {
  fc.assert(
    fc.property(steps, fc.nat(), (walk, pick) => {
      const { bars, interval } = walkOf(category, walk, 0.01);
      const { minimumBars } = categoryRules[category];
      const known = minimumBars + (pick % (bars.length - minimumBars));
      const asOf = endOf(bars.slice(0, known), intervalMs[interval]);
      const poisoned = bars.map((bar, i) => {
        const text = String(1e6 + i);
        return i < known ? bar : { ...bar, open: text, high: text, low: text, close: text };
      });
      const over = { category, interval, asOf };
      expect(evaluate(poisoned, over)).toEqual(evaluate(bars.slice(0, known), over));
    }),
    { seed, numRuns: 50 },
  );
});

test('a bar that is still open at the as-of changes nothing', () => {
  const bars = daily(rising);
  const asOf = endOf(bars) + dayMs - 1;
  expect(evaluate([...bars, ...daily([999_999], endOf(bars))], { asOf })).toEqual(evaluate(bars, { asOf }));
});

test('bars before the lookback of 120 change nothing', () => {
  const bars = daily(rising);
  const older = daily([5000, 1, 7000, 2], firstDay - 4 * dayMs);
  expect(evaluate([...older, ...bars])).toEqual(evaluate(bars));
});

test('the unit of the price does not matter to direction, distances or confidence', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(2 ** -20, 2 ** -3, 2 ** 10), (walk, unit) => {
      const { bars } = walkOf('swing', walk, 0.02);
      // powers of two scale binary fractions without rounding
      const scaled = (text: string | null) => (text === null ? null : String(Number(text) * unit));
      const inUnit = evaluate(
        bars.map((bar) => ({
          ...bar,
          open: scaled(bar.open),
          high: scaled(bar.high),
          low: scaled(bar.low),
          close: scaled(bar.close)!,
        })),
      );
      const original = evaluate(bars);
      expect(inUnit.kind).toBe(original.kind);
      if (inUnit.kind === 'withheld' || original.kind === 'withheld') return;
      const { direction, confidencePoints, strength } = original;
      expect(inUnit).toMatchObject({ direction, confidencePoints, strength });
      expect(inUnit.takeProfitPct).toBeCloseTo(original.takeProfitPct, 9);
    }),
    { seed, numRuns: 100 },
  );
});

test.each([
  ['bars out of order', [...daily(rising)].reverse()],
  ['a price of zero', daily([...rising.slice(0, 119), 0])],
])('%s are a defect, not an outcome', (_name, bars) => {
  expect(() => evaluate(bars, { asOf: firstDay + 120 * dayMs })).toThrow(InvariantViolation);
});
