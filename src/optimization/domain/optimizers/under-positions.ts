import { whyBandsCannotHold } from '../bands.js';
import { nothingHeld, solvePositions, type PositionRules } from '../integer.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { roundedUp } from './limit-conflict.js';
import type { OptimizerOutcome, SolvedProblem } from './optimizer.js';

/** Continuous problems after which the best weights so far are answered, with what bounds better ones. */
const mostProblems = 2_000;

/**
 * The best weights among those that hold few enough assets, each of them with its minimum position at least. `solve`
 * answers the problem for any boxes and knows no positions; it must be exact, because what it finds for the assets that
 * are still undecided bounds what any choice of them can reach.
 */
export function underPositions(
  problem: OptimizationProblem,
  solve: (plain: OptimizationProblem) => OptimizerOutcome,
): OptimizerOutcome {
  const { positions, limits, assets } = problem;
  const plain = { ...problem, positions: null };
  const unlimited = solve(plain);
  if (positions === null || unlimited.kind !== 'solved') return unlimited;
  const short = limits.min.findIndex((low) => low < 0);
  if (short >= 0) {
    const reason = `positions are refused: ${assets[short]} may be held short, down to ${limits.min[short]}`;
    return { kind: 'infeasible', code: 'not_supported', reason };
  }
  const answers = new Map<Float64Array, SolvedProblem>();
  let stalled = 0;
  const rules: PositionRules = {
    ...limits,
    assets,
    minimumPosition: new Float64Array(assets.length).fill(positions.minimumPosition),
    mostAssets: Math.min(positions.mostAssets, assets.length),
  };
  const outcome = solvePositions(
    (min, max) => {
      // most choices that cannot hold are told by a sum, without asking for their conflict
      if (whyBandsCannotHold(assets, { min, max }) !== undefined) return null;
      const answer = solve({ ...plain, limits: { ...limits, min, max } });
      if (answer.kind !== 'solved') {
        if (answer.code === 'unsolved') stalled++;
        return null;
      }
      answers.set(answer.weights, answer);
      return { weights: answer.weights, objective: answer.objective };
    },
    rules,
    mostProblems,
  );
  if (outcome.kind === 'infeasible') {
    const conflict = limitsOf(problem);
    const relaxation = [`${conflict.join(' and ')}: moved to ${wordsOfWeights(unlimited.weights)}, which can be kept`];
    return { kind: 'infeasible', code: 'limits', reason: outcome.reason, conflict, relaxation };
  }
  if (outcome.kind === 'undecided') return { kind: 'infeasible', code: 'unsolved', reason: outcome.reason };
  const best = answers.get(outcome.weights)!;
  const out = assets.filter((_, i) => best.weights[i]! <= nothingHeld);
  const gap = (outcome.objective - outcome.bound) / (Math.abs(outcome.objective) || 1);
  const isBounded = stalled === 0 && Number.isFinite(gap);
  return {
    ...best,
    // what was left out is kept out by the choice, not by a limit that could be widened
    multipliers: {
      ...best.multipliers,
      upper: best.multipliers.upper.map((value, i) => (best.weights[i]! <= nothingHeld ? 0 : value)),
    },
    choice: {
      proven: outcome.proven && isBounded,
      gap: isBounded ? Math.max(0, gap) : null,
      problems: outcome.solved,
    },
    notes: [
      ...best.notes,
      ...(out.length > 0 ? [`${wordsOf(problem)}: left out ${out.join(', ')}`] : []),
      ...(stalled > 0 ? [`${stalled} of the choices could not be solved: nothing is proven of them`] : []),
    ],
  };
}

const wordsOf = (problem: OptimizationProblem): string => limitsOf(problem).join(' and ') || 'any positions';

/** What the weights without limits of positions keep of them. */
function wordsOfWeights(weights: Float64Array): string {
  const held = weights.filter((weight) => weight > nothingHeld);
  return `at most ${held.length} assets and positions of at least ${-roundedUp(-Math.min(...held))}`;
}

function limitsOf({ positions, assets }: OptimizationProblem): string[] {
  const { mostAssets, minimumPosition } = positions!;
  const few = mostAssets < assets.length ? [`at most ${mostAssets} assets`] : [];
  const large = minimumPosition > 0 ? [`positions of at least ${minimumPosition}`] : [];
  return [...few, ...large];
}
