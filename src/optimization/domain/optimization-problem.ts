import { type Matrix } from 'ml-matrix';
import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';

/** Covariance of simple returns per year, in the order of the assets it travels with. */
export type AnnualizedCovariance = Matrix;

/** Lowest and highest weight of each asset, fractions of the portfolio, in the order of the assets. */
export interface BoxConstraints {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/** What every optimizer is given: one order of assets for the matrix and the limits; weights sum to 1. */
export interface OptimizationProblem {
  readonly assets: readonly AssetId[];
  readonly covariance: AnnualizedCovariance;
  readonly constraints: BoxConstraints;
}

/**
 * Throws when the parts do not belong together: sizes that differ, an asset named twice, a number that is not finite,
 * a matrix that is not symmetric. No input of a user may cause that.
 */
export function assertWellFormed(problem: OptimizationProblem): void {
  const { assets, covariance, constraints } = problem;
  const n = assets.length;
  if (n === 0) throw new InvariantViolation('the problem has no assets');
  if (new Set(assets).size !== n) throw new InvariantViolation(`assets are named twice: ${assets.join(', ')}`);
  if (covariance.rows !== n || covariance.columns !== n) {
    throw new InvariantViolation(`covariance is ${covariance.rows}×${covariance.columns} but ${n} assets were given`);
  }
  for (const side of ['min', 'max'] as const) {
    const limits = constraints[side];
    if (limits.length !== n) {
      throw new InvariantViolation(`constraints.${side} has ${limits.length} limits but ${n} assets were given`);
    }
    limits.forEach((limit, i) => {
      if (!Number.isFinite(limit)) throw new InvariantViolation(`constraints.${side} of ${assets[i]} is ${limit}`);
    });
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [value, mirrored] = [covariance.get(i, j), covariance.get(j, i)];
      if (!Number.isFinite(value)) {
        throw new InvariantViolation(`covariance of ${assets[i]} and ${assets[j]} is ${value}`);
      }
      if (Math.abs(value - mirrored) > 1e-12 * Math.max(Math.abs(value), Math.abs(mirrored))) {
        throw new InvariantViolation(
          `covariance is not symmetric at ${assets[i]}, ${assets[j]}: ${value}, ${mirrored}`,
        );
      }
    }
  }
}
