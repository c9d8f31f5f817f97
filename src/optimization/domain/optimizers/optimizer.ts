import type { Certificate } from '../certificate.js';
import type { OptimizationProblem } from '../optimization-problem.js';

/** What a method can be asked to respect besides the boxes of single assets. */
export const constraintKinds = ['box', 'linear', 'turnover', 'cost', 'l2', 'positions', 'lots'] as const;
type ConstraintKind = (typeof constraintKinds)[number];
/** `projected`: the method takes no such limit, and the nearest weights that keep it are answered. */
export type Support = 'supported' | 'projected' | { readonly refused: string };

/** What a method has to be told besides the covariance. */
export type Need = 'expected_returns' | 'scenarios' | 'benchmark' | 'target_return' | 'target_volatility';

/** What a binding limit costs, in words and numbers: the objective gets better by `factor` times its multiplier. */
export interface PriceOfLimits {
  /** `lowers yearly volatility`, `raises the Sharpe ratio`. */
  readonly words: string;
  readonly unit: 'points' | 'ratio';
  readonly factor: number;
}

/** How far an answer is proven: residuals of the scaled problem that `of` names, null where it has none. */
type Proof = Pick<Certificate, 'primalResidual' | 'dualResidual' | 'complementarity' | 'dualityGap'> & {
  readonly of: string;
};

export interface SolvedProblem {
  readonly kind: 'solved';
  readonly weights: Float64Array;
  /** What the method minimises, at these weights: comparable between limits of one problem, and only there. */
  readonly objective: number;
  readonly iterations: number;
  readonly proof: Proof;
  /** Of the limits of single assets and of the linear ones (by their index): never negative. */
  readonly multipliers: {
    readonly lower: Float64Array;
    readonly upper: Float64Array;
    readonly linear: readonly { readonly index: number; readonly side: 'min' | 'max'; readonly value: number }[];
    /** Of the turnover limit, 0 where there is none. */
    readonly turnover?: number;
  };
  readonly price: PriceOfLimits;
  /** Distance in volatility to what the method itself wanted; null when it took the limits. */
  readonly projectedBy: number | null;
  readonly notes: readonly string[];
  /** How far the choice of the assets that are held is proven, where there was one. */
  readonly choice?: ChoiceOfAssets;
}

/** What branch and bound tells of the assets it chose. */
export interface ChoiceOfAssets {
  /** True when no other choice is better. */
  readonly proven: boolean;
  /** No choice makes the objective better by more than this share of its size; null when nothing bounds it. */
  readonly gap: number | null;
  /** Problems that were solved on the way. */
  readonly problems: number;
}

export type UnsolvedCode = 'limits' | 'no_excess_return' | 'out_of_reach' | 'not_supported' | 'unsolved' | 'views';

/** Failure is a value with a reason in words. */
export type OptimizerOutcome =
  | SolvedProblem
  | {
      readonly kind: 'infeasible';
      readonly code: UnsolvedCode;
      readonly reason: string;
      /** Limits that cannot hold together, and how far they would have to be moved, in words. */
      readonly conflict?: readonly string[];
      readonly relaxation?: readonly string[];
    };

/** One method. It is given well-formed problems whose covariance is positive semi-definite. */
export interface Optimizer {
  readonly id: string;
  /** Rises whenever the same problem may give other numbers than before. */
  readonly version: number;
  readonly needs: readonly Need[];
  readonly constraints: Readonly<Record<ConstraintKind, Support>>;
  solve(problem: OptimizationProblem): OptimizerOutcome;
}

/** All kinds of limits go into the quadratic program; which assets are held is searched by branch and bound. */
export const takesAllLimits = {
  box: 'supported',
  linear: 'supported',
  turnover: 'supported',
  cost: 'supported',
  l2: 'supported',
  positions: 'supported',
  lots: 'projected',
} as const satisfies Optimizer['constraints'];

const noObjective = { refused: 'the method minimises no objective that it could be added to' } as const;

/** Methods that build weights and take no limits. */
export const projectsOnLimits = {
  box: 'projected',
  linear: 'projected',
  turnover: 'projected',
  cost: noObjective,
  l2: noObjective,
  positions: 'projected',
  lots: 'projected',
} as const satisfies Optimizer['constraints'];
