import { dot, times } from '../../../shared/vectors.js';
import type { QuadraticProgram } from './program.js';
import { QuadraticSearch } from './quadratic-search.js';

/** One side of the limits of a variable or of a row. An equation has two sides. */
export interface LimitSide {
  readonly kind: 'variable' | 'row';
  /** In the order of the variables or of the rows. */
  readonly index: number;
  readonly side: 'min' | 'max';
}

/** Multipliers are what one unit more of room at a limit lowers the objective by. */
export interface QuadraticSolution {
  readonly kind: 'solved';
  readonly x: Float64Array;
  /** Never negative; 0 unless x stands on that limit. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Of rows: positive where the lower side binds, negative where the upper one does, of any sign for an equation. */
  readonly rows: Float64Array;
  readonly iterations: number;
}

export type QuadraticOutcome =
  | QuadraticSolution
  /** The limits cannot hold together. */
  | { readonly kind: 'infeasible' }
  | { readonly kind: 'stalled'; readonly iterations: number };

/** A value this close to its limit differs from it by rounding alone. */
const dust = 1e-11;

/**
 * The minimum, of several equal ones nearly the one closest to 0; how it is found is said at `QuadraticSearch`. A search
 * that has solved programs with the same curvature and limits goes on from its last minimum; null when the limits
 * cannot hold together.
 */
export function solveQuadraticProgram(
  program: QuadraticProgram,
  search: QuadraticSearch | null = QuadraticSearch.from(program),
): QuadraticOutcome {
  const { linear, min, max } = program;
  const outcome = search?.minimise(linear);
  if (!outcome) return { kind: 'infeasible' };
  if (outcome.kind === 'stalled') return outcome;
  const { x, multipliers, reduced: upper, iterations } = outcome;
  const lower = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = upper[i]!;
    lower[i] = x[i]! - min[i]! <= dust ? Math.max(0, value) : 0;
    upper[i] = max[i]! - x[i]! <= dust ? Math.max(0, -value) : 0;
  }
  return { kind: 'solved', x, lower, upper, rows: multipliers, iterations };
}

/** The program's objective at a point. */
export const objectiveOf = (
  { quadratic, linear }: Pick<QuadraticProgram, 'quadratic' | 'linear'>,
  x: Float64Array,
): number => dot(x, times(quadratic, x)) / 2 + dot(linear, x);
