import { alpha, beta, downCapture, informationRatio, trackingError, upCapture } from './benchmark.js';
import { concentration, cvarParts, volatilityParts } from './composition.js';
import { averageDrawdown, cdar, largestDrawdown, painIndex, ulcerIndex } from './drawdown.js';
import type { MeasureInput, RiskMeasure } from './measure.js';
import { calmar, omega, sharpe, sortino } from './ratios.js';
import { cornishFisher, historical, monteCarlo, parametric } from './tail.js';
import { downsideDeviation, kurtosis, skew, tailRatio, volatility } from './volatility.js';

/** Every measure there is, in the order in which it is shown; a new one is its function and a line here. */
export const riskMeasures = [
  volatility,
  downsideDeviation,
  skew,
  kurtosis,
  tailRatio,
  sharpe,
  sortino,
  calmar,
  omega,
  largestDrawdown,
  averageDrawdown,
  cdar,
  painIndex,
  ulcerIndex,
  historical,
  parametric,
  cornishFisher,
  monteCarlo,
  beta,
  alpha,
  trackingError,
  informationRatio,
  upCapture,
  downCapture,
  volatilityParts,
  cvarParts,
  concentration,
] as const satisfies readonly RiskMeasure[];

type Measures = (typeof riskMeasures)[number];
export type MeasureId = Measures['id'];

/** Each measure's value by its id; null where it is undefined or lacks what it needs. */
export type MeasuredRisk = {
  readonly [Each in Measures as Each['id']]: ReturnType<Each['compute']>;
};

export const measureRisk = (input: MeasureInput): MeasuredRisk =>
  Object.fromEntries(riskMeasures.map(({ id, compute }) => [id, compute(input)])) as MeasuredRisk;
