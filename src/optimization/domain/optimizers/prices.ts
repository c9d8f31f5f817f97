import { volatilityOf, type OptimizationProblem } from '../optimization-problem.js';
import type { PriceOfLimits } from './optimizer.js';

/** Half the variance is minimised: its change over the volatility is the volatility's. */
export const priceInVolatility =
  ({ covariance }: OptimizationProblem, scale = 1) =>
  (weights: Float64Array): PriceOfLimits => {
    const volatility = volatilityOf(covariance, weights);
    return {
      words: 'lowers yearly volatility',
      unit: 'points',
      factor: volatility > 0 ? 1 / (scale * volatility) : 0,
    };
  };
