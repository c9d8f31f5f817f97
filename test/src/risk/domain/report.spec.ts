import { defaultLimits, type RiskThresholds } from '../../../../src/policies/domain/policy-limits.js';
import {
  prototypeBiasType,
  riskReport,
  withPrototypeSigns,
  type RiskReportInput,
} from '../../../../src/risk/domain/report.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { measureInput, prototypeReturns } from '../../../support/returns.js';

const lax: RiskThresholds = { dailyCvar95: 1, maxDrawdown: 1, sharpe: -100 };
const report = (returns: ArrayLike<number>, besides: Partial<RiskReportInput> = {}) =>
  riskReport({ ...measureInput(returns), thresholds: lax, ...besides });
const weights = (entries: Record<string, number>) => new Map(Object.entries(entries) as [AssetId, number][]);

test('the prototype’s check values come with the prototype’s signs', () => {
  const { metrics, thresholds } = withPrototypeSigns(
    report(prototypeReturns, { thresholds: defaultLimits.thresholds }),
  );
  expect(metrics.cvar95).toBeCloseTo(-0.03, 12);
  expect(metrics.maxDrawdown).toBeCloseTo(-0.0349955, 7);
  expect(metrics.sharpeRatio).toBeCloseTo(-2.2113449, 6);
  expect(metrics.volatility).toBeCloseTo(0.2939388, 7);
  expect(metrics.expectedReturn).toBeCloseTo(-0.63, 12);
  expect(thresholds).toEqual({ cvar95: -0.08, maxDrawdown: -0.5, sharpe: 0.5 });
});

test('a loss on the first day has its drawdown in the report', () => {
  expect(withPrototypeSigns(report([-0.5, 0, 0])).metrics.maxDrawdown).toBe(-0.5);
});

test('no loss is 0 and not minus 0', () => {
  expect(Object.is(withPrototypeSigns(report([0.01, 0.02])).metrics.maxDrawdown, 0)).toBe(true);
});

test.each<[string, Partial<RiskReportInput>, string]>([
  ['CVaR', { thresholds: { ...lax, dailyCvar95: 0.0299 } }, 'REDUCE_RISK'],
  ['drawdown', { thresholds: { ...lax, maxDrawdown: 0.0349 } }, 'REDUCE_RISK'],
  ['Sharpe ratio', { thresholds: { ...lax, sharpe: 0.5 }, recentLoss: 0.1 }, 'IMPROVE_EFFICIENCY'],
  ['severe losses of late', { recentLoss: 0.1, winStreak: 5 }, 'AVOID_TRADING'],
  ['a streak of wins', { winStreak: 5 }, 'CAUTION'],
  ['nothing', {}, 'HOLD'],
])('the first threshold that is broken decides: %s', (_, besides, word) => {
  expect(report(prototypeReturns, besides).overallRecommendation).toBe(word);
});

test('a threshold that is met exactly is not broken', () => {
  const { headline } = report(prototypeReturns);
  const thresholds = {
    dailyCvar95: headline.cvar95!,
    maxDrawdown: headline.maxDrawdown!,
    sharpe: headline.sharpeRatio!,
  };
  expect(report(prototypeReturns, { thresholds }).overallRecommendation).toBe('HOLD');
});

test('a portfolio within its policy is not told to avoid trading, though half of it is Bitcoin', () => {
  const positions = { weights: weights({ BTC: 0.55, ETH: 0.2, SPY: 0.15, GLD: 0.1 }), limits: defaultLimits };
  expect(report(prototypeReturns, { positions })).toMatchObject({
    biasFlags: [],
    biasRecommendation: 'OK',
    overallRecommendation: 'HOLD',
  });
});

test('a position above its limit is flagged', () => {
  const positions = { weights: weights({ BTC: 0.75, ETH: 0.25 }), limits: defaultLimits };
  const found = report(prototypeReturns, { positions });
  expect(found.biasFlags.map(({ type }) => type)).toEqual(['limit_breach', 'limit_breach']);
  expect(found.overallRecommendation).toBe('AVOID_TRADING');
});

test('without returns there is a report that says so', () => {
  const found = report([]);
  expect(found).toMatchObject({
    observations: 0,
    overallRecommendation: 'INSUFFICIENT_DATA',
    biasRecommendation: 'OK',
    varBacktest: null,
  });
  expect(new Set(Object.values(found.headline))).toEqual(new Set([null]));
  expect(found.uncertainty).toMatchObject({ volatility: null, sharpeRatio: null, cvar95: null, maxDrawdown: null });
  expect(withPrototypeSigns(found).metrics.cvar95).toBeNull();
});

test('the prototype’s word for a weight above its limit is anchoring; habits keep theirs', () => {
  expect(prototypeBiasType('limit_breach')).toBe('anchoring');
  expect(prototypeBiasType('overconfidence')).toBe('overconfidence');
});

test('an unknown Sharpe ratio breaks no threshold', () => {
  expect(report(new Float64Array(40), { thresholds: { ...lax, sharpe: 0.5 } }).overallRecommendation).toBe('HOLD');
});

describe('of two years', () => {
  const { normal } = seededRandom(9);
  const returns = Float64Array.from({ length: 500 }, () => 0.001 + 0.03 * normal());
  const found = report(returns);

  test('the intervals hold the numbers, and their width is that of theory', () => {
    for (const key of ['volatility', 'sharpeRatio', 'cvar95', 'expectedReturn'] as const) {
      const { low, high } = found.uncertainty[key]!;
      expect(low <= found.headline[key]! && found.headline[key]! <= high).toBe(true);
    }
    // normal returns: σ/√(2n), and Lo's error of the Sharpe ratio
    expect(found.uncertainty.volatility!.standardError / (found.headline.volatility! / Math.sqrt(1000))).toBeCloseTo(
      1,
      0,
    );
    expect(found.uncertainty.sharpeRatio!.standardError / found.measures.sharpe_ratio!.standardError).toBeCloseTo(1, 0);
  });

  test('forecasts of the second year are judged', () => {
    expect(found.varBacktest).toMatchObject({ observations: 250, expectedExceptions: expect.closeTo(12.5, 9) });
  });

  test('the same input gives the same report, and another seed other intervals', () => {
    expect(report(returns)).toEqual(found);
    expect(report(returns, { seed: 43 }).uncertainty.volatility).not.toEqual(found.uncertainty.volatility);
  });
});
