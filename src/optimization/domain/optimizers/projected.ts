import { averageVariance, primalResidualOf } from '../certificate.js';
import { nothingHeld } from '../integer.js';
import { volatilityOf, type OptimizationProblem, type Positions } from '../optimization-problem.js';
import type { OptimizerOutcome } from './optimizer.js';
import { solveWithin } from './quadratic.js';
import { underPositions } from './under-positions.js';
import { times } from '../../../shared/vectors.js';

/** Limits and budget are kept when they are missed by no more than rounding. */
const rounding = 1e-9;
/** Share of the average variance by which distance in weight counts where the covariance makes no difference. */
const tieBreak = 1e-9;

/** How wanted weights were made. */
interface Made {
  /** What their residuals are of. */
  readonly of?: string;
  readonly iterations?: number;
  /** By how much they miss what the method wants; null where they are computed in one go. */
  readonly residual?: number | null;
  readonly notes?: readonly string[];
}

/**
 * What a method that takes no limits wants, if the limits allow it, and else the feasible weights nearest to it in the norm
 * of the covariance, `min (w - v)'Σ(w - v)`: those whose returns follow the wanted ones best.
 */
export function within(
  problem: OptimizationProblem,
  wanted: Float64Array,
  { of = 'the limits alone: nothing is optimised', iterations = 0, residual = null, notes = [] }: Made = {},
): OptimizerOutcome {
  const { covariance, limits, current, turnoverLimit, positions } = problem;
  const n = wanted.length;
  const primalResidual = primalResidualOf(wanted, limits);
  const turnover = current ? wanted.reduce((sum, one, i) => sum + Math.abs(one - current[i]!), 0) / 2 : 0;
  const isWithinTurnover = turnoverLimit === null || turnover <= turnoverLimit + rounding;
  if (primalResidual <= rounding && isWithinTurnover && (positions === null || areAllowed(wanted, positions))) {
    return {
      kind: 'solved',
      weights: wanted,
      objective: 0,
      iterations,
      proof: { of, primalResidual, dualResidual: residual, complementarity: null, dualityGap: null },
      multipliers: { lower: new Float64Array(n), upper: new Float64Array(n), linear: [] },
      price: { words: 'brings the weights nearer to what the method wants', unit: 'points', factor: 0 },
      projectedBy: null,
      notes,
    };
  }
  const variance = averageVariance(covariance, n);
  const quadratic = covariance.slice();
  // without any variance only the weights are left to tell what is near
  for (let i = 0; i < n; i++) quadratic[i * (n + 1)]! += variance > 0 ? tieBreak * variance : 1;
  const distanceOf = (weights: Float64Array) =>
    volatilityOf(
      covariance,
      weights.map((one, i) => one - wanted[i]!),
    );
  const outcome = underPositions({ ...problem, costRate: 0, l2: 0 }, (plain) => {
    const nearest = solveWithin(plain, {
      quadratic,
      linear: times(quadratic, wanted).map((one) => 0 - one),
      price: (weights) => {
        const distance = distanceOf(weights);
        return {
          words: 'brings the weights nearer to what the method wants',
          unit: 'points',
          factor: distance > 0 ? 1 / distance : 0,
        };
      },
      of: 'nearest to the wanted weights',
    });
    return nearest.kind === 'solved' ? { ...nearest, objective: distanceOf(nearest.weights) ** 2 } : nearest;
  });
  if (outcome.kind !== 'solved') return outcome;
  const { dualResidual } = outcome.proof;
  return {
    ...outcome,
    // what is near to weights that are wrong is no answer
    proof: { ...outcome.proof, dualResidual: Math.max(dualResidual ?? 0, residual ?? 0) },
    projectedBy: distanceOf(outcome.weights),
    notes: [...notes, ...outcome.notes],
  };
}

const areAllowed = (weights: Float64Array, { mostAssets, minimumPosition }: Positions): boolean => {
  const held = weights.filter((weight) => weight > nothingHeld);
  return held.length <= mostAssets && held.every((weight) => weight >= minimumPosition - nothingHeld);
};
