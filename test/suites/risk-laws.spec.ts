import fc from 'fast-check';
import { cvarContributions, portfolioReturns, volatilityContributions } from '../../src/risk/domain/contributions.js';
import { covarianceEstimators, type CovarianceEstimatorId } from '../../src/risk/domain/covariance/registry.js';
import { nearestCorrelation } from '../../src/risk/domain/covariance/nearest.js';
import { drawdowns, maxDrawdown, wealthOf } from '../../src/risk/domain/drawdowns.js';
import { measureRisk, riskMeasures, type MeasureId } from '../../src/risk/domain/measures/registry.js';
import { annualizedVolatility } from '../../src/risk/domain/returns.js';
import { historicalTail } from '../../src/risk/domain/tail-risk.js';
import type { AssetId } from '../../src/shared/ids.js';
import { measureInput, beside } from '../support/returns.js';

/** Fixed, so that a run can be repeated. */
const runs = { seed: 20261125, numRuns: 200 };
const aReturn = fc.double({ min: -0.5, max: 0.5, noNaN: true }).map((value) => (Math.abs(value) < 1e-6 ? 0 : value));
const history = fc.array(aReturn, { minLength: 5, maxLength: 60 });
/** A portfolio: weights that sum to 1, and rows of returns. */
const portfolio = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.record({
    weights: fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: n, maxLength: n })
      .map((raw) => raw.map((value) => value / raw.reduce((sum, each) => sum + each, 0))),
    rows: fc.array(fc.array(aReturn, { minLength: n, maxLength: n }), { minLength: 3, maxLength: 40 }),
  }),
);

/** Measures that look at returns one by one, whatever their order. */
const orderless: readonly MeasureId[] = [
  'volatility',
  'downside_deviation',
  'skewness',
  'excess_kurtosis',
  'tail_ratio',
  'sortino_ratio',
  'omega_ratio',
];

const close = (actual: number | null, expected: number | null, relative = 1e-9): void => {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.max(1e-6, Math.abs(expected)));
};

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

test('every measure is null or finite, of any history', () => {
  const any = fc.array(fc.oneof(aReturn, fc.constantFrom(-1, 0, 1e-300, 1e3)), { maxLength: 12 });
  fc.assert(
    fc.property(any, any, (returns, other) => {
      const benchmark = Float64Array.from(returns, (_, t) => other[t] ?? 0);
      const assetReturns = Float64Array.from({ length: returns.length * 2 }, (_, i) => [...returns, ...benchmark][i]!);
      const composition = { assets: ['A', 'B'] as AssetId[], weights: Float64Array.of(0.5, 0.5), assetReturns };
      const risk = measureRisk(measureInput(returns, { benchmark: beside(returns, benchmark), composition }));
      expect(Object.keys(risk)).toEqual(riskMeasures.map(({ id }) => id));
      expect(numbersIn(risk).every(Number.isFinite)).toBe(true);
    }),
    runs,
  );
});

test('the order of returns matters to drawdowns alone', () => {
  fc.assert(
    fc.property(history, (returns) => {
      const [forth, back] = [measureRisk(measureInput(returns)), measureRisk(measureInput(returns.toReversed()))];
      for (const id of orderless) close(back[id] as number | null, forth[id] as number | null, 1e-7);
      expect(back.historical_tail).toEqual({
        var: expect.closeTo(forth.historical_tail!.var, 12),
        cvar: expect.closeTo(forth.historical_tail!.cvar, 12),
      });
    }),
    runs,
  );
});

test.each([1e-8, 1e-4, 1e8])('measures of size scale with the returns by %d, measures of shape do not', (factor) => {
  fc.assert(
    fc.property(history, (returns) => {
      const plain = measureRisk(measureInput(returns, { riskFreeRate: 0 }));
      const scaled = measureRisk(
        measureInput(
          returns.map((value) => value * factor),
          { riskFreeRate: 0 },
        ),
      );
      for (const id of ['volatility', 'downside_deviation'] as const) {
        close(scaled[id]! / factor, plain[id], 1e-9);
      }
      close(scaled.historical_tail!.cvar / factor, plain.historical_tail!.cvar, 1e-9);
      close(scaled.normal_tail!.var / factor, plain.normal_tail!.var, 1e-9);
      for (const id of ['skewness', 'excess_kurtosis', 'omega_ratio', 'tail_ratio', 'sortino_ratio'] as const) {
        close(scaled[id], plain[id], 1e-6);
      }
      close(scaled.sharpe_ratio?.value ?? null, plain.sharpe_ratio?.value ?? null, 1e-6);
    }),
    runs,
  );
});

test('CVaR is never below VaR, and both grow with the confidence', () => {
  fc.assert(
    fc.property(history, fc.double({ min: 0.5, max: 0.98, noNaN: true }), (returns, confidence) => {
      const [lower, higher] = [historicalTail(returns, confidence)!, historicalTail(returns, confidence + 0.01)!];
      expect(lower.expectedShortfall).toBeGreaterThanOrEqual(lower.valueAtRisk - 1e-12);
      expect(higher.valueAtRisk).toBeGreaterThanOrEqual(lower.valueAtRisk - 1e-12);
      expect(higher.expectedShortfall).toBeGreaterThanOrEqual(lower.expectedShortfall - 1e-12);
    }),
    runs,
  );
});

test('the largest drawdown is the deepest of all, and wealth at its ends says the same', () => {
  fc.assert(
    fc.property(history, (returns) => {
      const [falls, wealth] = [drawdowns(returns), wealthOf(returns)];
      close(maxDrawdown(returns), Math.max(0, ...falls.map(({ depth }) => depth)), 1e-12);
      for (const { depth, peak, trough, recovery } of falls) {
        close(1 - wealth[trough]! / wealth[peak]!, depth, 1e-9);
        expect(wealth[recovery ?? peak]! / wealth[peak]!).toBeGreaterThanOrEqual(1 - 1e-11);
      }
    }),
    runs,
  );
});

test('contributions sum to the whole and follow their assets in another order', () => {
  fc.assert(
    fc.property(portfolio, ({ weights, rows }) => {
      const n = weights.length;
      const flat = Float64Array.from(rows.flat());
      const returns = portfolioReturns(weights, flat);
      const { covariance } = covarianceEstimators.sample.estimate(flat, rows.length, n, 252);
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

      const volatility = volatilityContributions(weights, covariance);
      if (volatility !== null) close(sum(volatility), annualizedVolatility(returns, 252), 1e-7);
      const cvar = cvarContributions(weights, flat, 0.9)!;
      expect(sum(cvar)).toBeCloseTo(historicalTail(returns, 0.9)!.expectedShortfall, 10);

      const reversed = cvarContributions(
        weights.toReversed(),
        Float64Array.from(rows.flatMap((row) => row.toReversed())),
        0.9,
      )!;
      // returns that tie at the edge of the tail may not when they are summed in another order
      const near = [...returns].sort((a, b) => a - b).slice(0, Math.ceil(rows.length * 0.1) + 1);
      fc.pre(near.every((value, i) => i === 0 || value - near[i - 1]! > 1e-9));
      cvar.forEach((part, i) => expect(reversed[n - 1 - i]).toBeCloseTo(part, 10));
    }),
    runs,
  );
});

test('an asset that is listed twice contributes as much in two parts', () => {
  fc.assert(
    fc.property(portfolio, ({ weights, rows }) => {
      const split = [...weights.slice(0, -1), weights.at(-1)! / 2, weights.at(-1)! / 2];
      const doubled = rows.map((row) => [...row, row.at(-1)!]);
      const estimate = (matrix: readonly number[][]) =>
        covarianceEstimators.sample.estimate(Float64Array.from(matrix.flat()), rows.length, matrix[0]!.length, 1)
          .covariance;
      const [once, twice] = [
        volatilityContributions(weights, estimate(rows)),
        volatilityContributions(split, estimate(doubled)),
      ];
      fc.pre(once !== null && twice !== null);
      expect(twice.at(-1)! + twice.at(-2)!).toBeCloseTo(once.at(-1)!, 8);
    }),
    runs,
  );
});

test.each(Object.keys(covarianceEstimators) as CovarianceEstimatorId[])(
  'the estimate %s is positive semi-definite, of few periods and equal assets too',
  (id) => {
    fc.assert(
      fc.property(portfolio, fc.boolean(), ({ rows }, duplicate) => {
        const matrix = duplicate ? rows.map((row) => [...row, row[0]!]) : rows;
        const n = matrix[0]!.length;
        const { covariance } = covarianceEstimators[id].estimate(Float64Array.from(matrix.flat()), rows.length, n, 1);
        covariance.forEach((value, index) => expect(covariance[(index % n) * n + Math.floor(index / n)]).toBe(value));
        const deviation = Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
        const correlation = covariance.map((value, index) => {
          const [i, j] = [Math.floor(index / n), index % n];
          if (i === j) return 1;
          return deviation[i]! > 0 && deviation[j]! > 0 ? value / (deviation[i]! * deviation[j]!) : 0;
        });
        expect(nearestCorrelation(correlation, n).distance).toBeLessThan(1e-7);
      }),
      { ...runs, numRuns: 60 },
    );
  },
);
