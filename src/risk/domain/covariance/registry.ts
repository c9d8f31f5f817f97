import type { CovarianceEstimator } from './estimator.js';
import { exponentiallyWeighted } from './exponential.js';
import { gerber } from './gerber.js';
import { sampleCovariance } from './sample.js';
import { ledoitWolfConstantCorrelation, ledoitWolfIdentity, oracleApproximating } from './shrinkage.js';

const sample: CovarianceEstimator = {
  id: 'sample',
  name: 'Sample covariance',
  source: 'divides by periods - 1',
  estimate: (returns, periods, assets, periodsPerYear) => ({
    covariance: sampleCovariance(returns, periods, assets, periodsPerYear),
    shrinkage: null,
    effectiveObservations: periods,
    repairDistance: null,
  }),
};

/** Every estimator there is, the simplest first. */
export const covarianceEstimators = {
  sample,
  ledoit_wolf_identity: ledoitWolfIdentity,
  ledoit_wolf_constant_correlation: ledoitWolfConstantCorrelation,
  oas: oracleApproximating,
  // RiskMetrics' decay for daily returns, and the threshold of Gerber's study
  exponentially_weighted: exponentiallyWeighted(0.94),
  gerber: gerber(0.5),
} as const satisfies Record<string, CovarianceEstimator>;

export type CovarianceEstimatorId = keyof typeof covarianceEstimators;
