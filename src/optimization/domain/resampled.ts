import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InvariantViolation } from '../../shared/errors.js';
import { seededRandom, type Random } from '../../risk/domain/random.js';

export interface ResamplingInput {
  /** Annual. */
  readonly means: Float64Array;
  /** Annual, n x n row-major. */
  readonly covariance: Float64Array;
  /** How many periods the estimates rest on, and how many a year has: they say how uncertain the estimates are. */
  readonly observations: number;
  readonly periodsPerYear: number;
  readonly draws: number;
  readonly seed: number;
  /** The weights for one pair of estimates; null where there are none (for instance no asset above the risk-free rate). */
  readonly solve: (means: Float64Array, covariance: Float64Array) => Float64Array | null;
}

interface ResampledWeights {
  readonly kind: 'resampled';
  /** Mean of the weights of the draws: within all convex limits, as each of them is. */
  readonly weights: Float64Array;
  /** How far the weights of a single estimate stray: standard deviation over the draws, null with fewer than two. */
  readonly deviations: readonly (number | null)[];
  readonly draws: number;
  /** Draws for which there were no weights. */
  readonly failed: number;
  readonly seed: number;
}

export type ResamplingOutcome =
  ResampledWeights | { readonly kind: 'no_weights'; readonly failed: number; readonly seed: number };

/**
 * Resampled efficiency (Michaud, Efficient asset management, 1998): the weights are computed for many estimates as they
 * would come from other histories of the same length, and averaged. Histories are of independent normal returns, so that
 * the means are normal with covariance S / years and the covariance is Wishart with one degree of freedom less than there
 * are observations; both are drawn directly (Bartlett's decomposition, 1933). Same seed, same weights.
 */
export function resampledWeights(input: ResamplingInput): ResamplingOutcome {
  const { means, covariance, observations, periodsPerYear, draws, seed, solve } = input;
  const n = means.length;
  if (covariance.length !== n * n) throw new InvariantViolation('a covariance must be n x n');
  if (!(observations >= 2) || !(draws >= 1))
    throw new InvariantViolation('resampling needs two observations and a draw');
  const random = seededRandom(seed);
  const root = squareRoot(covariance, n);
  const years = observations / periodsPerYear;
  const sum = new Float64Array(n);
  const found: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const shocks = Float64Array.from({ length: n }, () => random.normal() / Math.sqrt(years));
    const drawnMeans = means.map((mean, i) => {
      let shock = 0;
      for (let j = 0; j < n; j++) shock += root.get(i, j) * shocks[j]!;
      return mean + shock;
    });
    const factor = root.mmul(wishartFactor(random, n, observations - 1));
    const drawn = factor.mmul(factor.transpose());
    // symmetric to the last bit
    const drawnCovariance = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return drawn.get(Math.max(i, j), Math.min(i, j)) / (observations - 1);
    });
    const weights = solve(drawnMeans, drawnCovariance);
    if (weights === null) continue;
    found.push(weights);
    weights.forEach((weight, i) => (sum[i]! += weight));
  }
  const failed = draws - found.length;
  if (found.length === 0) return { kind: 'no_weights', failed, seed };
  const weights = sum.map((value) => value / found.length);
  const deviations = Array.from(weights, (weight, i) => {
    if (found.length < 2) return null;
    const squares = found.reduce((total, of) => total + (of[i]! - weight) ** 2, 0);
    return Math.sqrt(squares / (found.length - 1));
  });
  return { kind: 'resampled', weights, deviations, draws, failed, seed };
}

/** The symmetric root of a covariance, which need not be regular; eigenvalues below 0 are rounding and count as 0. */
function squareRoot(covariance: Float64Array, n: number): Matrix {
  const matrix = new Matrix(Array.from({ length: n }, (_, i) => [...covariance.subarray(i * n, (i + 1) * n)]));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const scaled = eigenvectorMatrix.clone();
  realEigenvalues.forEach((value, j) => scaled.mulColumn(j, Math.sqrt(Math.max(0, value))));
  return scaled.mmul(eigenvectorMatrix.transpose());
}

/** Lower triangular A with AA' Wishart(I, degrees): roots of chi-squares on the diagonal, normals below it. */
function wishartFactor(random: Random, n: number, degrees: number): Matrix {
  const columns = Math.min(n, degrees);
  const factor = Matrix.zeros(n, columns);
  for (let j = 0; j < columns; j++) {
    factor.set(j, j, Math.sqrt(chiSquared(random, degrees - j)));
    for (let i = j + 1; i < n; i++) factor.set(i, j, random.normal());
  }
  return factor;
}

/** By twice a gamma number of half the degrees (Marsaglia and Tsang, A simple method for generating gamma variables, 2000). */
function chiSquared(random: Random, degrees: number): number {
  if (degrees === 1) return random.normal() ** 2;
  const d = degrees / 2 - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(random.uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return 2 * d * v;
  }
}
