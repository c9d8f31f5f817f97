import { InvariantViolation } from '../../../shared/errors.js';
import { dot } from '../../../shared/vectors.js';
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
  return inOrder(conflict);
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

/**
 * The least `sum|x - from| / 2` within limits, where it is more than `most`, with the limits of which each one is needed
 * for that; undefined where no more than that is needed, or nothing is within the limits.
 */
export function turnoverConflict(
  limits: ProgramLimits,
  from: Float64Array,
  most: number,
): { readonly turnover: number; readonly limits: LimitSide[] } | undefined {
  const needed = leastTurnover(limits, from);
  if (!needed || needed.turnover <= most + noMove) return undefined;
  let { asking } = needed;
  for (const side of asking) {
    if (!asking.some((one) => isSame(one, side))) continue;
    const rest = asking.filter((one) => !isSame(one, side));
    const without = leastTurnover(onlyThese(limits, rest), from);
    if (without && without.turnover > most + noMove) ({ asking } = without);
  }
  return { turnover: needed.turnover, limits: inOrder(asking) };
}

/** Linear in what is bought and what is sold; `asking` are the limits whose multipliers are not zero. */
function leastTurnover(
  { min, max, rows }: ProgramLimits,
  from: Float64Array,
): { readonly turnover: number; readonly asking: LimitSide[] } | null {
  const n = from.length;
  const both = (bought: (i: number) => number, sold: (i: number) => number) =>
    Float64Array.from({ length: 2 * n }, (_, at) => (at < n ? bought(at) : sold(at - n)));
  const simplex = new DualSimplex(
    new Float64Array(2 * n).fill(0.5),
    both(
      (i) => Math.max(0, min[i]! - from[i]!),
      (i) => Math.max(0, from[i]! - max[i]!),
    ),
    both(
      (i) => Math.max(0, max[i]! - from[i]!),
      (i) => Math.max(0, from[i]! - min[i]!),
    ),
  );
  for (const row of rows) {
    const { coefficients, min: low, max: high } = scaled(row);
    const held = dot(coefficients, from);
    const trades = both(
      (i) => coefficients[i]!,
      (i) => -coefficients[i]!,
    );
    simplex.addRow(trades, low - held, high - held);
  }
  if (simplex.solve().kind !== 'optimal') return null;
  const turnover = both(
    (i) => simplex.at(i),
    (i) => simplex.at(n + i),
  ).reduce((sum, trade) => sum + trade / 2, 0);
  const asking = Array.from(simplex.multipliers(), (multiplier, at): LimitSide[] => {
    if (Math.abs(multiplier) <= noMove) return [];
    if (at >= 2 * n) return [{ kind: 'row', index: at - 2 * n, side: multiplier > 0 ? 'min' : 'max' }];
    const index = at % n;
    // that neither is below zero is no limit; what is sold stands at its least where the weight stands at its most
    const isMin = at < n === multiplier > 0;
    if (multiplier > 0 && !(at < n ? min[index]! > from[index]! : max[index]! < from[index]!)) return [];
    return [{ kind: 'variable', index, side: isMin ? 'min' : 'max' }];
  }).flat();
  return { turnover, asking };
}

function onlyThese({ min, max, rows }: ProgramLimits, sides: readonly LimitSide[]): ProgramLimits {
  const has = (kind: LimitSide['kind'], index: number, side: LimitSide['side']) =>
    sides.some((one) => isSame(one, { kind, index, side }));
  return {
    min: min.map((low, i) => (has('variable', i, 'min') ? low : -Infinity)),
    max: max.map((high, i) => (has('variable', i, 'max') ? high : Infinity)),
    rows: rows.map((row, i) => ({
      ...row,
      min: has('row', i, 'min') ? row.min : -Infinity,
      max: has('row', i, 'max') ? row.max : Infinity,
    })),
  };
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

const inOrder = (sides: readonly LimitSide[]): LimitSide[] =>
  [...sides].sort((a, b) => placeOf(a) - placeOf(b) || a.index - b.index);

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
