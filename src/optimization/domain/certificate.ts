import { EigenvalueDecomposition } from 'ml-matrix';
import { InvariantViolation } from '../../shared/errors.js';
import type { AnnualizedCovariance, OptimizationProblem } from './optimization-problem.js';

/**
 * How far weights are from being provably optimal. All of it is relative: variances are divided by the average
 * variance of the assets, so that the numbers mean the same for any scale of the covariance.
 */
export interface Certificate {
  /** Largest miss of the budget or of a limit, in weight. */
  readonly primalResidual: number;
  /** Largest amount by which a marginal variance lies on the wrong side of the budget's multiplier. */
  readonly dualResidual: number;
  /** Largest product of a limit's multiplier and the distance to that limit. */
  readonly complementarity: number;
  /** Primal minus dual objective: half the variance cannot be lowered by more than this. */
  readonly dualityGap: number;
  /** Steps the optimizer took. */
  readonly iterations: number;
  /** Largest over smallest eigenvalue of the covariance; null when it is singular to working precision. */
  readonly conditionNumber: number | null;
}

interface CertifiedAsset {
  readonly binding: 'lower' | 'upper' | null;
  /** By how much the yearly volatility falls for each unit of weight by which the binding limit is relaxed. */
  readonly shadowPrice: number;
}

export interface Certification {
  readonly certificate: Omit<Certificate, 'iterations'>;
  /** Annualised volatility of the weights, a fraction. */
  readonly volatility: number;
  /** In the order of the problem's assets. */
  readonly assets: readonly CertifiedAsset[];
}

/** A weight this close to a limit stands on it. */
const onLimit = 1e-9;

/** Eigenvalues below this share of the largest are rounding noise. */
const eigenvalueNoise = 1e-13;

/**
 * Checks the Karush-Kuhn-Tucker conditions of "least half variance, weights sum to 1, each within its limits" from the
 * weights alone, knowing nothing of how they were found (Boyd and Vandenberghe, Convex Optimization, 2004, 5.5).
 *
 * The budget's multiplier is the one that makes the worst marginal variance least wrong; the multipliers of the limits
 * then follow asset by asset and are never negative, so that the dual point is feasible and the gap is a true bound.
 * Volatility and shadow prices are annual fractions because the covariance is annualised.
 */
export function certify(problem: OptimizationProblem, weights: readonly number[]): Certification {
  const { assets, covariance, constraints } = problem;
  const n = assets.length;
  if (weights.length !== n) throw new InvariantViolation(`${weights.length} weights for ${n} assets`);
  const invalid = weights.findIndex((weight) => !Number.isFinite(weight));
  if (invalid >= 0) throw new InvariantViolation(`the weight of ${assets[invalid]} is ${weights[invalid]}`);

  const scale = averageVariance(covariance) || 1;
  const marginal = assets.map(
    (_, i) => weights.reduce((sum, weight, j) => sum + covariance.get(i, j) * weight, 0) / scale,
  );
  const roomBelow = weights.map((weight, i) => weight - constraints.min[i]!);
  const roomAbove = weights.map((weight, i) => constraints.max[i]! - weight);
  const canFall = roomBelow.map((room) => room > onLimit);
  const canRise = roomAbove.map((room) => room > onLimit);

  // what can fall must not cost more than the budget's multiplier, what can rise must not cost less
  const highest = Math.max(...marginal.filter((_, i) => canFall[i]));
  const lowest = Math.min(...marginal.filter((_, i) => canRise[i]));
  const multiplier = budgetMultiplier(highest, lowest, marginal);
  const ofLower = marginal.map((value) => Math.max(0, value - multiplier));
  const ofUpper = marginal.map((value) => Math.max(0, multiplier - value));

  const variance = weights.reduce((sum, weight, i) => sum + weight * marginal[i]!, 0);
  const dualObjective =
    -variance / 2 +
    multiplier +
    ofLower.reduce((sum, value, i) => sum + value * constraints.min[i]!, 0) -
    ofUpper.reduce((sum, value, i) => sum + value * constraints.max[i]!, 0);
  const budget = weights.reduce((sum, weight) => sum + weight, 0);
  const volatility = Math.sqrt(Math.max(0, variance * scale));

  return {
    certificate: {
      primalResidual: Math.max(
        Math.abs(budget - 1),
        ...roomBelow.map((room) => -room),
        ...roomAbove.map((room) => -room),
      ),
      dualResidual: Math.max(0, ...marginal.map((value, i) => wrongSide(value - multiplier, canFall[i]!, canRise[i]!))),
      complementarity: Math.max(
        ...weights.map((_, i) =>
          Math.max(Math.abs(ofLower[i]! * roomBelow[i]!), Math.abs(ofUpper[i]! * roomAbove[i]!)),
        ),
      ),
      // rounding may push the difference of two equal numbers just below zero
      dualityGap: Math.max(0, variance / 2 - dualObjective),
      conditionNumber: conditionNumber(covariance),
    },
    volatility,
    assets: weights.map((_, i) => {
      const binding = bindingLimit(canFall[i]!, canRise[i]!, ofLower[i]!, ofUpper[i]!);
      const price = binding === 'lower' ? ofLower[i]! : binding === 'upper' ? ofUpper[i]! : 0;
      return { binding, shadowPrice: volatility > 0 ? (price * scale) / volatility : 0 };
    }),
  };
}

function budgetMultiplier(highest: number, lowest: number, marginal: readonly number[]): number {
  if (Number.isFinite(highest) && Number.isFinite(lowest)) return (highest + lowest) / 2;
  if (Number.isFinite(highest)) return highest;
  if (Number.isFinite(lowest)) return lowest;
  return marginal.reduce((sum, value) => sum + value, 0) / marginal.length;
}

const wrongSide = (excess: number, canFall: boolean, canRise: boolean): number =>
  Math.max(canFall ? excess : 0, canRise ? -excess : 0);

function bindingLimit(canFall: boolean, canRise: boolean, ofLower: number, ofUpper: number): 'lower' | 'upper' | null {
  if (canFall && canRise) return null;
  if (!canFall && !canRise) return ofUpper > ofLower ? 'upper' : 'lower';
  return canFall ? 'upper' : 'lower';
}

/** Mean of the diagonal: the scale that residuals are measured against. */
export const averageVariance = (covariance: AnnualizedCovariance): number => covariance.trace() / covariance.rows;

/** Eigenvalues of the symmetric covariance, smallest first. */
export const eigenvalues = (covariance: AnnualizedCovariance): number[] =>
  new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues.toSorted((a, b) => a - b);

function conditionNumber(covariance: AnnualizedCovariance): number | null {
  const values = eigenvalues(covariance);
  const [smallest, largest] = [values[0]!, values[values.length - 1]!];
  return smallest > eigenvalueNoise * covariance.rows * largest ? largest / smallest : null;
}
