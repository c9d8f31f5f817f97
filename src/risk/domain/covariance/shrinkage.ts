import { isRounding } from '../returns.js';
import type { CovarianceEstimator } from './estimator.js';
import { sampleCovariance } from './sample.js';

/*
 * The papers divide by T. Their intensities are computed with those moments, and then mix the unbiased covariance
 * (T - 1) of the sample estimator with its own target, so that the estimators differ by their shrinkage alone.
 */

/** Deviations from the column means, row-major like the returns. */
function centred(returns: Float64Array, periods: number, assets: number): Float64Array {
  const means = new Float64Array(assets);
  for (let t = 0; t < periods; t++) for (let i = 0; i < assets; i++) means[i]! += returns[t * assets + i]! / periods;
  return returns.map((value, index) => value - means[index % assets]!);
}

/** (1 - shrinkage)·S + shrinkage·target, times the periods in a year; `target` gives the entry at row i, column j. */
const mixed = (
  sample: Float64Array,
  assets: number,
  shrinkage: number,
  target: (i: number, j: number) => number,
): Float64Array =>
  sample.map((value, index) => {
    const [i, j] = [Math.floor(index / assets), index % assets];
    return (1 - shrinkage) * value + shrinkage * target(i, j);
  });

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

function traceOf(matrix: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]!;
  return sum;
}

const squaredNorm = (matrix: Float64Array): number => matrix.reduce((sum, value) => sum + value ** 2, 0);

/** Shrinks to the average variance on the diagonal and 0 elsewhere. */
const toScaledIdentity =
  (intensity: (deviations: Float64Array, moment: Float64Array, periods: number, assets: number) => number) =>
  (returns: Float64Array, periods: number, assets: number, periodsPerYear: number) => {
    const sample = sampleCovariance(returns, periods, assets, periodsPerYear);
    // without annualising and with the papers' divisor
    const moment = sample.map((value) => (value / periodsPerYear) * ((periods - 1) / periods));
    const shrinkage = intensity(centred(returns, periods, assets), moment, periods, assets);
    const variance = traceOf(sample, assets) / assets;
    return {
      covariance: mixed(sample, assets, shrinkage, (i, j) => (i === j ? variance : 0)),
      shrinkage,
      effectiveObservations: periods,
      repairDistance: null,
    };
  };

/**
 * Ledoit & Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004: intensity
 * min(b², d²) / d² with d² = ‖S - μI‖²/n and b² the sampling variance of S, Σ‖x_t x_t' - S‖² / (nT²).
 */
export const ledoitWolfIdentity: CovarianceEstimator = {
  id: 'ledoit_wolf_identity',
  name: 'Ledoit-Wolf shrinkage to a scaled identity',
  source: 'Ledoit & Wolf 2004',
  estimate: toScaledIdentity((deviations, moment, periods, assets) => {
    const norm = squaredNorm(moment);
    const dispersion = norm - traceOf(moment, assets) ** 2 / assets;
    if (isRounding(dispersion, [norm])) return 0;
    let fourth = 0;
    for (let t = 0; t < periods; t++) {
      fourth += squaredNorm(deviations.subarray(t * assets, (t + 1) * assets)) ** 2;
    }
    return clamp((fourth / periods - norm) / periods / dispersion);
  }),
};

/**
 * Oracle approximating shrinkage (Chen, Wiesel, Eldar & Hero, "Shrinkage algorithms for MMSE covariance estimation",
 * 2010, equation 23): ((1 - 2/n)·tr(S²) + tr²(S)) / ((T + 1 - 2/n)·(tr(S²) - tr²(S)/n)), at most 1.
 */
export const oracleApproximating: CovarianceEstimator = {
  id: 'oas',
  name: 'Oracle approximating shrinkage to a scaled identity',
  source: 'Chen, Wiesel, Eldar & Hero 2010',
  estimate: toScaledIdentity((_, moment, periods, assets) => {
    const norm = squaredNorm(moment);
    const trace = traceOf(moment, assets);
    const dispersion = norm - trace ** 2 / assets;
    if (isRounding(dispersion, [norm])) return 0;
    return clamp(((1 - 2 / assets) * norm + trace ** 2) / ((periods + 1 - 2 / assets) * dispersion));
  }),
};

/**
 * Ledoit & Wolf, "Honey, I shrunk the sample covariance matrix", 2003/2004: to the sample's variances with the mean of
 * its correlations everywhere. Intensity (π - ρ) / (γT) of the paper's appendix B; assets that never move have no part
 * in the mean correlation.
 */
export const ledoitWolfConstantCorrelation: CovarianceEstimator = {
  id: 'ledoit_wolf_constant_correlation',
  name: 'Ledoit-Wolf shrinkage to constant correlation',
  source: 'Ledoit & Wolf 2003',
  estimate: (returns, periods, assets, periodsPerYear) => {
    const n = assets;
    const sample = sampleCovariance(returns, periods, n, periodsPerYear);
    const deviation = Float64Array.from({ length: n }, (_, i) => Math.sqrt(sample[i * n + i]!));
    const moves = (i: number, j: number): boolean => deviation[i]! > 0 && deviation[j]! > 0;
    let [correlations, pairs] = [0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        if (!moves(i, j)) continue;
        correlations += sample[i * n + j]! / (deviation[i]! * deviation[j]!);
        pairs++;
      }
    }
    const average = pairs === 0 ? 0 : correlations / pairs;
    const target = (i: number, j: number): number =>
      i === j ? sample[i * n + i]! : average * (deviation[i]! * deviation[j]!);

    const x = centred(returns, periods, n);
    const { squares, cubes } = higherMoments(x, periods, n);
    const scale = (periods - 1) / periods / periodsPerYear;
    const moment = (i: number, j: number): number => sample[i * n + j]! * scale;
    let [pi, rho, gamma] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const s = moment(i, j);
        const variance = squares[i * n + j]! - s ** 2;
        pi += variance;
        gamma += (target(i, j) * scale - s) ** 2;
        if (i === j) rho += variance;
        else if (moves(i, j)) {
          // both halves of the paper's sum over i and j are the same, so one stands for two
          const theta = cubes[i * n + j]! - moment(i, i) * s;
          rho += average * (deviation[j]! / deviation[i]!) * theta;
        }
      }
    }
    const norm = squaredNorm(sample) * scale ** 2;
    const shrinkage = isRounding(gamma, [norm]) ? 0 : clamp((pi - rho) / gamma / periods);
    return {
      covariance: mixed(sample, n, shrinkage, target),
      shrinkage,
      effectiveObservations: periods,
      repairDistance: null,
    };
  },
};

/** Means over the periods of x_i²·x_j² and x_i³·x_j, row-major. */
function higherMoments(x: Float64Array, periods: number, n: number): { squares: Float64Array; cubes: Float64Array } {
  const [squares, cubes] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let t = 0; t < periods; t++) {
    const row = x.subarray(t * n, (t + 1) * n);
    for (let i = 0; i < n; i++) {
      const square = row[i]! ** 2 / periods;
      const cube = square * row[i]!;
      for (let j = 0; j < n; j++) {
        squares[i * n + j]! += square * row[j]! ** 2;
        cubes[i * n + j]! += cube * row[j]!;
      }
    }
  }
  return { squares, cubes };
}
