import quantileOfNormal from '@stdlib/stats-base-dists-normal-quantile';
import { InvariantViolation } from '../../shared/errors.js';
import { underwater } from './drawdowns.js';
import { seededRandom } from './random.js';
import { mean, sampleStandardDeviation, type Numbers } from './returns.js';
import { ascending, excessKurtosis, quantile, skewness } from './statistics.js';

/**
 * What a period loses at the given confidence, as positive fractions of wealth (negative when even the tail gains):
 * `valueAtRisk` is exceeded with probability 1 - confidence, `expectedShortfall` (CVaR) is the mean loss beyond it.
 */
export interface TailLoss {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * Observations in the worst (1 - confidence) of n: not a whole number, and never less than the one that is worst of all.
 * So exactly (1 - confidence) of the probability is a tail, and the observation at its edge counts in part where it does
 * not fit (Rockafellar & Uryasev, "Conditional value-at-risk for general loss distributions", 2002; Acerbi & Tasche,
 * 2002): a mean over it is coherent, and convex in a portfolio's weights. Every tail in the product is this one.
 */
function tailCount(n: number, confidence: number): number {
  const count = Math.max(1, n * (1 - confidence));
  const whole = Math.round(count);
  // rounding in 1 - confidence takes in no further observation
  return Math.abs(count - whole) < 1e-9 ? whole : count;
}

/** Mean of the lowest values of a tail; rising order, at least one. */
function meanOfLowest(sorted: Numbers, confidence: number): number {
  const count = tailCount(sorted.length, confidence);
  const whole = Math.floor(count);
  let sum = 0;
  for (let i = 0; i < whole; i++) sum += sorted[i]!;
  return (whole === count ? sum : sum + (count - whole) * sorted[whole]!) / count;
}

/**
 * Shares that periods have in the mean of the lowest (1 - confidence) of their values, summing to 1: of those below the
 * edge the same each, of those at the edge the rest in equal parts. At least one value.
 */
export function tailShares(values: Numbers, confidence: number): Float64Array {
  assertConfidence(confidence);
  if (values.length === 0) throw new InvariantViolation('the tail of no values was asked for');
  const count = tailCount(values.length, confidence);
  const edge = ascending(values)[Math.ceil(count) - 1]!;
  let [below, at] = [0, 0];
  for (let t = 0; t < values.length; t++) {
    if (values[t]! < edge) below++;
    else if (values[t] === edge) at++;
  }
  const ofEdge = (count - below) / at / count;
  return Float64Array.from(values, (value) => (value < edge ? 1 / count : value === edge ? ofEdge : 0));
}

/**
 * Historical: VaR is the (1 - confidence)-quantile of the returns with linear interpolation (type 7), the rule of the
 * prototype; CVaR is the mean of the worst (1 - confidence) of the returns, the one at the edge in part, which is also what
 * the optimizers make least. CVaR is never below VaR. Null with fewer than two returns.
 */
export function historicalTail(returns: Numbers, confidence: number): TailLoss | null {
  assertConfidence(confidence);
  if (returns.length < 2) return null;
  const sorted = ascending(returns);
  // 0 - x, for -x would make -0 of 0
  return {
    valueAtRisk: 0 - quantile(sorted, 1 - confidence),
    expectedShortfall: 0 - meanOfLowest(sorted, confidence),
  };
}

/**
 * Conditional drawdown at risk, a positive fraction: the mean of the worst (1 - confidence) of the losses against the
 * highest wealth so far, the one at the edge in part (Chekhlov, Uryasev & Zabarankin, "Drawdown measure in portfolio optimization",
 * 2005), of compounded wealth as every drawdown here. Null without returns.
 */
export function conditionalDrawdown(returns: Numbers, confidence: number): number | null {
  assertConfidence(confidence);
  if (returns.length === 0) return null;
  return 0 - meanOfLowest(ascending(underwater(returns).map((loss) => 0 - loss)), confidence);
}

/**
 * Normal: VaR = -(m + z·s) and CVaR = -(m - s·φ(z)/α) with sample mean m, sample deviation s, α = 1 - confidence and z
 * the standard normal quantile of α (J.P. Morgan, RiskMetrics, 1996). Null with fewer than two returns.
 */
export function normalTail(returns: Numbers, confidence: number): TailLoss | null {
  assertConfidence(confidence);
  const deviation = sampleStandardDeviation(returns);
  if (deviation === null) return null;
  const { z, meanBelow } = normalBelow(confidence);
  const centre = mean(returns);
  return { valueAtRisk: 0 - (centre + deviation * z), expectedShortfall: 0 - (centre + deviation * meanBelow) };
}

/** Draws of a simulation; the prototype's number. */
const draws = 10_000;

/**
 * Monte Carlo: 10,000 normal returns with the sample's mean and deviation, judged like history. It differs from
 * normalTail by sampling error alone and shows how large that is. Null with fewer than two returns.
 */
export function simulatedTail(returns: Numbers, confidence: number, seed: number): TailLoss | null {
  assertConfidence(confidence);
  const deviation = sampleStandardDeviation(returns);
  if (deviation === null) return null;
  const centre = mean(returns);
  const random = seededRandom(seed);
  return historicalTail(
    Float64Array.from({ length: draws }, () => centre + deviation * random.normal()),
    confidence,
  );
}

export interface CornishFisherTail {
  /** Null outside the domain, where the expansion's quantiles are out of order. */
  readonly loss: TailLoss | null;
  readonly inDomain: boolean;
  readonly skewness: number;
  readonly excessKurtosis: number;
}

/**
 * Cornish-Fisher (modified VaR, Favre & Galeano 2002): the normal quantile is corrected for skewness S and excess
 * kurtosis K, z + (z² - 1)·S/6 + (z³ - 3z)·K/24 - (2z³ - 5z)·S²/36; CVaR is the exact mean of that curve below α.
 *
 * S and K are the sample's moments, which is customary though they are not quite the parameters of the expansion
 * (Maillard, "A User's Guide to the Cornish Fisher Expansion", 2012, who also gives the domain). Null with fewer than
 * four returns or none that differs.
 */
export function cornishFisherTail(returns: Numbers, confidence: number): CornishFisherTail | null {
  assertConfidence(confidence);
  const [s, k] = [skewness(returns), excessKurtosis(returns)];
  if (s === null || k === null) return null;
  const shape = { skewness: s, excessKurtosis: k };
  if (!inCornishFisherDomain(s, k)) return { loss: null, inDomain: false, ...shape };
  const centre = mean(returns);
  const deviation = sampleStandardDeviation(returns)!;
  const { z, meanBelow, squareBelow, cubeBelow } = normalBelow(confidence);
  const corrected = (first: number, second: number, third: number): number =>
    first + ((second - 1) * s) / 6 + ((third - 3 * first) * k) / 24 - ((2 * third - 5 * first) * s ** 2) / 36;
  const loss = {
    valueAtRisk: -(centre + deviation * corrected(z, z ** 2, z ** 3)),
    expectedShortfall: -(centre + deviation * corrected(meanBelow, squareBelow, cubeBelow)),
  };
  return { loss, inDomain: true, ...shape };
}

/**
 * Whether the Cornish-Fisher curve rises everywhere: its slope (K/8 - S²/6)·z² + (S/3)·z + 1 - K/8 + 5S²/36 is nowhere
 * negative (Maillard 2012). At S = 0 that is 0 <= K <= 8; |S| is at most 6·(√2 - 1).
 */
export function inCornishFisherDomain(s: number, k: number): boolean {
  const square = k / 8 - s ** 2 / 6;
  const constant = 1 - k / 8 + (5 * s ** 2) / 36;
  return square >= 0 && s ** 2 / 9 <= 4 * square * constant;
}

/** The standard normal below its α-quantile z: means of the first three powers given that it is below. */
function normalBelow(confidence: number) {
  const alpha = 1 - confidence;
  const z = quantileOfNormal(alpha, 0, 1);
  const hazard = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI) / alpha;
  return { z, meanBelow: -hazard, squareBelow: 1 - z * hazard, cubeBelow: -(z ** 2 + 2) * hazard };
}

function assertConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new InvariantViolation(`a confidence lies strictly between 0 and 1: ${confidence}`);
  }
}
