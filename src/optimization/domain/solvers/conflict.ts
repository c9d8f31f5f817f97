import { InvariantViolation } from '../../../shared/errors.js';
import { DualSimplex } from './dual-simplex.js';
import type { Row } from './program.js';
import type { LimitSide } from './quadratic-program.js';

/** Limits of variables and rows, whether or not they can hold together. */
export interface ProgramLimits {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly rows: readonly Row[];
}

/** A limit that has to give way by `amount`, positive and in its own unit: a minimum falls, a maximum rises. */
export interface Relaxation {
  readonly limit: LimitSide;
  readonly amount: number;
}

/** Moves smaller than this, of rows scaled to a largest coefficient of 1, are rounding. */
const noMove = 1e-10;

/**
 * Limits that cannot hold together, of which each one is needed for that: without any of them the rest can hold. Empty
 * when all can hold together. There may be other such sets, which need not be as small.
 *
 * Deletion filter (Chinneck and Dravnieks, Locating minimal infeasible constraint sets in linear programs, 1991), which
 * starts from the limits that the dual simplex method ends on.
 */
export function smallestConflict(limits: ProgramLimits): LimitSide[] {
  const reversed = emptyInterval(limits);
  if (reversed) return reversed;
  let conflict = conflictAmong(limits, sidesOf(limits));
  if (!conflict) return [];
  for (const side of conflict) {
    if (!conflict.includes(side)) continue;
    // what the simplex ends on is among the rest, and often smaller than it
    conflict =
      conflictAmong(
        limits,
        conflict.filter((other) => other !== side),
      ) ?? conflict;
  }
  return conflict.sort((a, b) => placeOf(a) - placeOf(b) || a.index - b.index);
}

/**
 * The moves of limits that make room for a point with the smallest sum, where rows count in units of their largest
 * coefficient: an elastic program (Chinneck, Feasibility and Infeasibility in Optimization, 2008, 6.1). Empty when the
 * limits can hold as they are. Where several sums are equally small, one of them.
 *
 * The rows numbered in `kept` are never moved; it throws when these contradict each other.
 */
export function leastRelaxation(limits: ProgramLimits, kept: readonly number[] = []): Relaxation[] {
  const n = limits.min.length;
  const elastic = sidesOf(limits).filter(({ kind, index }) => kind === 'variable' || !kept.includes(index));
  const columns = n + elastic.length;
  const costs = new Float64Array(columns).fill(1, n);
  const simplex = new DualSimplex(
    costs,
    new Float64Array(columns).fill(-Infinity, 0, n),
    new Float64Array(columns).fill(Infinity),
  );
  for (const row of kept) {
    const { coefficients, min, max } = scaled(limits.rows[row]!);
    simplex.addRow(widened(coefficients, columns), min, max);
  }
  elastic.forEach((side, at) => {
    const { coefficients, value } = halfSpace(limits, side);
    const row = widened(coefficients, columns);
    row[n + at] = side.side === 'min' ? 1 : -1;
    if (side.side === 'min') simplex.addRow(row, value, Infinity);
    else simplex.addRow(row, -Infinity, value);
  });
  const outcome = simplex.solve();
  if (outcome.kind === 'infeasible') throw new InvariantViolation('rows that are to be kept contradict each other');
  if (outcome.kind === 'stalled') throw new InvariantViolation('the simplex method found no relaxation');
  return elastic.flatMap((limit, at) => {
    const move = simplex.at(n + at);
    return move > noMove ? [{ limit, amount: move * sizeOf(limits, limit) }] : [];
  });
}

/** The two sides of a variable or row whose minimum is above its maximum. */
function emptyInterval({ min, max, rows }: ProgramLimits): LimitSide[] | undefined {
  const both = (kind: LimitSide['kind'], index: number): LimitSide[] => [
    { kind, index, side: 'min' },
    { kind, index, side: 'max' },
  ];
  const variable = min.findIndex((low, i) => low > max[i]!);
  if (variable >= 0) return both('variable', variable);
  const row = rows.findIndex((one) => one.min > one.max);
  return row >= 0 ? both('row', row) : undefined;
}

function sidesOf({ min, max, rows }: ProgramLimits): LimitSide[] {
  const sides: LimitSide[] = [];
  const push = (kind: LimitSide['kind'], index: number, low: number, high: number): void => {
    if (low > -Infinity) sides.push({ kind, index, side: 'min' });
    if (high < Infinity) sides.push({ kind, index, side: 'max' });
  };
  rows.forEach((row, index) => push('row', index, row.min, row.max));
  min.forEach((low, index) => push('variable', index, low, max[index]!));
  return sides;
}

/** Those of the sides that the simplex method finds in conflict; undefined when all can hold together. */
function conflictAmong(limits: ProgramLimits, sides: readonly LimitSide[]): LimitSide[] | undefined {
  const n = limits.min.length;
  const lower = new Float64Array(n).fill(-Infinity);
  const upper = new Float64Array(n).fill(Infinity);
  for (const { kind, index, side } of sides) {
    if (kind !== 'variable') continue;
    if (side === 'min') lower[index] = limits.min[index]!;
    else upper[index] = limits.max[index]!;
  }
  const simplex = new DualSimplex(new Float64Array(n), lower, upper);
  const rows = [...new Set(sides.filter(({ kind }) => kind === 'row').map(({ index }) => index))];
  const has = (index: number, side: LimitSide['side']): boolean =>
    sides.some((one) => one.kind === 'row' && one.index === index && one.side === side);
  for (const row of rows) {
    const { coefficients, min, max } = scaled(limits.rows[row]!);
    simplex.addRow(coefficients, has(row, 'min') ? min : -Infinity, has(row, 'max') ? max : Infinity);
  }
  const outcome = simplex.solve();
  if (outcome.kind === 'optimal') return undefined;
  if (outcome.kind === 'stalled')
    throw new InvariantViolation('the simplex method does not say whether limits can hold');
  const found = outcome.conflict.map(({ variable, side }): LimitSide =>
    variable < n ? { kind: 'variable', index: variable, side } : { kind: 'row', index: rows[variable - n]!, side },
  );
  return sides.filter((one) => found.some(({ kind, index, side }) => isSame(one, { kind, index, side })));
}

const isSame = (a: LimitSide, b: LimitSide): boolean => a.kind === b.kind && a.index === b.index && a.side === b.side;

/** Rows first, as they are what a conflict is about; minima before maxima. */
const placeOf = ({ kind, side }: LimitSide): number => (kind === 'row' ? 0 : 2) + (side === 'min' ? 0 : 1);

const largestOf = (coefficients: Float64Array): number =>
  coefficients.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;

function scaled({ coefficients, min, max }: Row): Row {
  const unit = largestOf(coefficients);
  return { coefficients: coefficients.map((value) => value / unit), min: min / unit, max: max / unit };
}

const sizeOf = ({ rows }: ProgramLimits, { kind, index }: LimitSide): number =>
  kind === 'row' ? largestOf(rows[index]!.coefficients) : 1;

function halfSpace({ min, max, rows }: ProgramLimits, { kind, index, side }: LimitSide) {
  if (kind === 'variable') {
    const coefficients = new Float64Array(min.length);
    coefficients[index] = 1;
    return { coefficients, value: side === 'min' ? min[index]! : max[index]! };
  }
  const row = scaled(rows[index]!);
  return { coefficients: row.coefficients, value: side === 'min' ? row.min : row.max };
}

function widened(coefficients: Float64Array, columns: number): Float64Array {
  const wide = new Float64Array(columns);
  wide.set(coefficients);
  return wide;
}
