import { dot } from '../../shared/vectors.js';
import { InvariantViolation } from '../../shared/errors.js';
import { sampleCovariance } from '../../risk/domain/covariance/sample.js';
import { betaOf } from '../../risk/domain/statistics.js';
import { solveSymmetric } from './solvers/symmetric-solve.js';

/** Annual expected returns, fractions, in the order of the assets. */
export interface ExpectedReturns {
  readonly means: Float64Array;
  /** Of the means, by the sampling of the returns alone; null where nothing was sampled or one observation cannot tell. */
  readonly standardErrors: readonly (number | null)[];
  /** Periods that the means are taken from; 0 when no returns were. */
  readonly observations: number;
  /** Share of the way from the historical means to a common one; null for methods that shrink nothing. */
  readonly shrinkage: number | null;
}

/** T x n row-major simple returns, the oldest first, and how many periods a year has. */
export interface ReturnSample {
  readonly returns: Float64Array;
  readonly assets: number;
  readonly periodsPerYear: number;
}

function periodsOf({ returns, assets }: ReturnSample): number {
  const periods = returns.length / assets;
  if (!(assets > 0) || !Number.isInteger(periods) || periods === 0) {
    throw new InvariantViolation('the returns must be T x n with at least one period');
  }
  return periods;
}

/** Weighted means and unbiased variances of the columns; variances are null with a single effective observation. */
function moments({ returns, assets }: Pick<ReturnSample, 'returns' | 'assets'>, weights: Float64Array) {
  const means = new Float64Array(assets);
  returns.forEach((value, at) => (means[at % assets]! += weights[Math.floor(at / assets)]! * value));
  const squares = new Float64Array(assets);
  returns.forEach((value, at) => {
    squares[at % assets]! += weights[Math.floor(at / assets)]! * (value - means[at % assets]!) ** 2;
  });
  const concentration = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const variances = Array.from(squares, (square) => (1 - concentration > 1e-12 ? square / (1 - concentration) : null));
  return { means, variances, concentration };
}

const equalWeights = (count: number): Float64Array => new Float64Array(count).fill(1 / count);

function annualised(
  { means, variances, concentration }: ReturnType<typeof moments>,
  periodsPerYear: number,
  observations: number,
): ExpectedReturns {
  return {
    means: means.map((mean) => mean * periodsPerYear),
    standardErrors: variances.map((variance) =>
      variance === null ? null : periodsPerYear * Math.sqrt(variance * concentration),
    ),
    observations,
    shrinkage: null,
  };
}

/** Mean return of a period times the periods of a year; standard error s / sqrt(T). */
export function historicalMeans(sample: ReturnSample): ExpectedReturns {
  const periods = periodsOf(sample);
  return annualised(moments(sample, equalWeights(periods)), sample.periodsPerYear, periods);
}

/**
 * Yearly growth that compounds to the same end: (product of 1 + r)^(periods per year / T) - 1. The standard error is that
 * of the mean log return by the delta method; null after a total loss, whose growth is -1.
 */
export function compoundedMeans(sample: ReturnSample): ExpectedReturns {
  const periods = periodsOf(sample);
  const { returns, assets, periodsPerYear } = sample;
  const logarithms = returns.map((value) => Math.log(Math.max(0, 1 + value)));
  const means = new Float64Array(assets);
  const standardErrors = Array.from(means, (_, j) => {
    const own = Float64Array.from({ length: periods }, (__, t) => logarithms[t * assets + j]!);
    const { means: mean, variances } = moments({ returns: own, assets: 1 }, equalWeights(periods));
    const growth = Math.exp(mean[0]! * periodsPerYear);
    means[j] = growth - 1;
    const variance = variances[0] ?? null;
    if (variance === null || !Number.isFinite(variance)) return null;
    return growth * periodsPerYear * Math.sqrt(variance / periods);
  });
  return { means, standardErrors, observations: periods, shrinkage: null };
}

/** A period counts half as much as one `halfLife` periods later; standard error s * sqrt(sum of squared weights). */
export function exponentiallyWeightedMeans(sample: ReturnSample, halfLife: number): ExpectedReturns {
  const periods = periodsOf(sample);
  if (!(halfLife > 0)) throw new InvariantViolation('a half-life must be above zero');
  const weights = Float64Array.from({ length: periods }, (_, t) => 0.5 ** ((periods - 1 - t) / halfLife));
  const total = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => weight / total);
  return annualised(moments(sample, shares), sample.periodsPerYear, periods);
}

export type ShrunkReturns =
  | ({ readonly kind: 'shrunk' } & ExpectedReturns)
  /** The inverse of the covariance, and with it the shrinkage, is not known. */
  | { readonly kind: 'undefined'; readonly message: string };

/** Per-period means, the inverse covariance's products with them and with 1, as both shrinkage estimators need them. */
function shrinkageParts(sample: ReturnSample) {
  const periods = periodsOf(sample);
  const { returns, assets } = sample;
  const { means } = moments(sample, equalWeights(periods));
  const covariance = periods < 2 ? null : sampleCovariance(returns, periods, assets, 1);
  return { periods, assets, means, covariance };
}

const tooFew = (least: number, periods: number): ShrunkReturns => ({
  kind: 'undefined',
  message: `Shrinking the expected returns of these assets needs at least ${least} observations; there are ${periods}.`,
});

const singular: ShrunkReturns = {
  kind: 'undefined',
  message: 'The returns of some assets are combinations of others, so that no shrinkage can be computed.',
};

/**
 * James-Stein: the historical means drawn towards their average by min(1, (n - 2) / (T d'S^-1 d)), d their deviations from
 * it and S the sample covariance (James and Stein, 1961, for a known covariance; Jorion, Bayes-Stein estimation for
 * portfolio analysis, 1986). None with fewer than three assets. Standard errors are those for a given share.
 */
export function jamesSteinMeans(sample: ReturnSample): ShrunkReturns {
  const { periods, assets: n, means, covariance } = shrinkageParts(sample);
  if (covariance === null || periods <= n) return tooFew(Math.max(2, n + 1), periods);
  const target = means.reduce((a, b) => a + b, 0) / n;
  const deviations = means.map((mean) => mean - target);
  const inverse = solveSymmetric(covariance, deviations);
  if (inverse === null) return singular;
  const distance = periods * dot(deviations, inverse);
  const shrinkage = n <= 2 ? 0 : distance > 0 ? Math.min(1, (n - 2) / distance) : 1;
  // the estimate is (1 - f) mean_i + f average: a linear function of the means
  const rowSums = means.map((_, i) => covariance.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0));
  const ofAverage = rowSums.reduce((a, b) => a + b, 0) / (n * n);
  const variance = (i: number) =>
    (1 - shrinkage) ** 2 * covariance[i * n + i]! +
    (2 * shrinkage * (1 - shrinkage) * rowSums[i]!) / n +
    shrinkage ** 2 * ofAverage;
  return shrunk(sample, shrinkage, target, means, (i) => variance(i) / periods);
}

/**
 * Bayes-Stein (Jorion, Bayes-Stein estimation for portfolio analysis, 1986): towards the mean of the
 * minimum variance portfolio by (n + 2) / (n + 2 + T d'S^-1 d) with S the covariance times (T - 1) / (T - n - 2). The
 * standard errors are those of the posterior means: S / (T + k) + k / (T (T + k + 1)) / 1'S^-1 1, k the prior's precision.
 */
export function bayesSteinMeans(sample: ReturnSample): ShrunkReturns {
  const { periods, assets: n, means, covariance } = shrinkageParts(sample);
  if (covariance === null || periods <= n + 2) return tooFew(n + 3, periods);
  const scaled = covariance.map((value) => (value * (periods - 1)) / (periods - n - 2));
  const minimum = solveSymmetric(scaled, new Float64Array(n).fill(1));
  if (minimum === null) return singular;
  const precision = minimum.reduce((a, b) => a + b, 0);
  const target = dot(minimum, means) / precision;
  const deviations = means.map((mean) => mean - target);
  const inverse = solveSymmetric(scaled, deviations);
  if (inverse === null) return singular;
  const shrinkage = (n + 2) / (n + 2 + periods * dot(deviations, inverse));
  // equal means leave nothing to tell apart: the prior is infinitely precise, and only the common mean is uncertain
  const strength = shrinkage < 1 ? (shrinkage * periods) / (1 - shrinkage) : Infinity;
  const common = strength === Infinity ? 1 / periods : strength / (periods * (periods + strength + 1));
  return shrunk(
    sample,
    shrinkage,
    target,
    means,
    (i) => scaled[i * n + i]! / (periods + strength) + common / precision,
  );
}

function shrunk(
  sample: ReturnSample,
  shrinkage: number,
  target: number,
  means: Float64Array,
  variance: (asset: number) => number,
): ShrunkReturns {
  const { periodsPerYear } = sample;
  return {
    kind: 'shrunk',
    means: means.map((mean) => periodsPerYear * ((1 - shrinkage) * mean + shrinkage * target)),
    standardErrors: Array.from(means, (_, i) => periodsPerYear * Math.sqrt(variance(i))),
    observations: periodsOf(sample),
    shrinkage,
  };
}

export interface CapmReturns extends ExpectedReturns {
  readonly betas: Float64Array;
  /** Annual. */
  readonly marketPremium: number;
}

/**
 * Risk-free rate + beta times the market's premium (Sharpe, Capital asset prices, 1964), beta from the regression on the
 * market's returns. The premium is the market's own mean less the risk-free rate unless it is given. Rates are annual.
 * Standard errors take in those of beta and, when it is estimated, of the premium. Null when the market never moved or
 * with fewer than three observations.
 */
export function capmMeans(
  sample: ReturnSample,
  market: Float64Array,
  riskFree: number,
  givenPremium?: number,
): CapmReturns | null {
  const periods = periodsOf(sample);
  const { returns, assets, periodsPerYear } = sample;
  if (market.length !== periods) throw new InvariantViolation('the market needs a return per period');
  if (periods < 3 || betaOf(market, market) === null) return null;
  const ofMarket = annualised(moments({ returns: market, assets: 1 }, equalWeights(periods)), periodsPerYear, periods);
  const mean = ofMarket.means[0]! / periodsPerYear;
  const squares = market.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const marketPremium = givenPremium ?? ofMarket.means[0]! - riskFree;
  const premiumError = givenPremium === undefined ? (ofMarket.standardErrors[0] ?? 0) : 0;
  const betas = new Float64Array(assets);
  const standardErrors = Array.from(betas, (_, j) => {
    const column = Float64Array.from({ length: periods }, (__, t) => returns[t * assets + j]!);
    const own = column.reduce((sum, value) => sum + value / periods, 0);
    const beta = betaOf(column, market)!;
    betas[j] = beta;
    let residual = 0;
    for (let t = 0; t < periods; t++) residual += (column[t]! - own - beta * (market[t]! - mean)) ** 2;
    const betaError = Math.sqrt(residual / (periods - 2) / squares);
    return Math.hypot(betaError * marketPremium, beta * premiumError);
  });
  const means = betas.map((beta) => riskFree + beta * marketPremium);
  return { means, standardErrors, observations: periods, shrinkage: null, betas, marketPremium };
}

/**
 * The expected returns for which weights are the best ones of an investor with that risk aversion: risk-free rate +
 * aversion times covariance times weights (Black and Litterman, Global portfolio optimization, 1992, reverse optimisation).
 * The covariance is annual, n x n row-major. No standard error: the weights, not returns, tell the means.
 */
export function equilibriumMeans(
  covariance: Float64Array,
  weights: Float64Array,
  riskAversion: number,
  riskFree = 0,
): ExpectedReturns {
  const n = weights.length;
  if (covariance.length !== n * n) throw new InvariantViolation('a covariance must be n x n');
  const means = weights.map((_, i) => riskFree + riskAversion * dot(covariance.subarray(i * n, (i + 1) * n), weights));
  return { means, standardErrors: Array.from(means, () => null), observations: 0, shrinkage: null };
}

/** Means that somebody states: no observations and no standard error. */
export function givenMeans(means: Float64Array): ExpectedReturns {
  return { means, standardErrors: Array.from(means, () => null), observations: 0, shrinkage: null };
}
