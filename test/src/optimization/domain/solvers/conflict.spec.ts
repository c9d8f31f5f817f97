import {
  leastRelaxation,
  smallestConflict,
  type ProgramLimits,
} from '../../../../../src/optimization/domain/solvers/conflict.js';
import type { LimitSide } from '../../../../../src/optimization/domain/solvers/quadratic-program.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { quadraticProblem } from '../../../../../tools/differential/quadratic-problems.js';

const row = (coefficients: readonly number[], min: number, max: number) => ({
  coefficients: Float64Array.from(coefficients),
  min,
  max,
});
const limits = (min: readonly number[], max: readonly number[], rows: ProgramLimits['rows']): ProgramLimits => ({
  min: Float64Array.from(min),
  max: Float64Array.from(max),
  rows,
});
const budget = (n: number) => row(new Array<number>(n).fill(1), 1, 1);
const inWords = ({ kind, index, side }: LimitSide) => `${kind} ${index} ${side}`;
const conflictOf = (program: ProgramLimits) => smallestConflict(program).map(inWords);
const relaxationOf = (program: ProgramLimits, kept?: number[]) =>
  leastRelaxation(program, kept).map(({ limit, amount }) => `${inWords(limit)}: ${Number(amount.toPrecision(9))}`);

/** The limits of these sides alone. */
function only({ min, max, rows }: ProgramLimits, sides: readonly LimitSide[]): ProgramLimits {
  const has = (kind: LimitSide['kind'], index: number, side: LimitSide['side']) =>
    sides.some((one) => one.kind === kind && one.index === index && one.side === side);
  return {
    min: min.map((low, i) => (has('variable', i, 'min') ? low : -Infinity)),
    max: max.map((high, i) => (has('variable', i, 'max') ? high : Infinity)),
    rows: rows.map((one, i) => ({
      coefficients: one.coefficients,
      min: has('row', i, 'min') ? one.min : -Infinity,
      max: has('row', i, 'max') ? one.max : Infinity,
    })),
  };
}

/** The limits with room for the moves, and a little for rounding. */
function moved({ min, max, rows }: ProgramLimits, moves: ReturnType<typeof leastRelaxation>): ProgramLimits {
  const by = (kind: LimitSide['kind'], index: number, side: LimitSide['side']) =>
    1e-9 + (moves.find(({ limit }) => inWords(limit) === `${kind} ${index} ${side}`)?.amount ?? 0);
  return {
    min: min.map((low, i) => low - by('variable', i, 'min')),
    max: max.map((high, i) => high + by('variable', i, 'max')),
    rows: rows.map((one, i) => ({
      coefficients: one.coefficients,
      min: one.min - by('row', i, 'min'),
      max: one.max + by('row', i, 'max'),
    })),
  };
}

test('limits that can hold together have no conflict and need no move', () => {
  const program = limits([0.5, 0, 0], [0.6, 0.3, 0.3], [budget(3)]);
  expect(conflictOf(program)).toEqual([]);
  expect(relaxationOf(program)).toEqual([]);
});

test('minima that add up to more than the budget are the conflict, without the ones that are not needed for it', () => {
  const program = limits([0.5, 0.6, 0], [1, 1, 0.1], [budget(3), row([0, 0, 1], -Infinity, 0.05)]);
  expect(conflictOf(program)).toEqual(['row 0 max', 'variable 0 min', 'variable 1 min', 'variable 2 min']);
  expect(relaxationOf(program, [0])).toHaveLength(1);
  expect(leastRelaxation(program, [0])[0]!.amount).toBeCloseTo(0.1, 12);
});

test('maxima that do not reach the budget are the conflict', () => {
  const program = limits([0, 0], [0.3, 0.5], [budget(2)]);
  expect(conflictOf(program)).toEqual(['row 0 min', 'variable 0 max', 'variable 1 max']);
  expect(leastRelaxation(program, [0]).reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(0.2, 12);
});

test('a group that may hold less than its members must conflicts with them, not with the budget', () => {
  const program = limits([0.5, 0, 0], [0.6, 0.5, 0.5], [budget(3), row([1, 1, 0], 0, 0.4)]);
  expect(conflictOf(program)).toEqual(['row 1 max', 'variable 0 min', 'variable 1 min']);
  expect(leastRelaxation(program, [0])).toEqual([
    { limit: expect.anything() as LimitSide, amount: expect.closeTo(0.1, 12) as number },
  ]);
});

test('a minimum above the maximum is a conflict of two sides', () => {
  expect(conflictOf(limits([0.7, 0], [0.6, 1], [budget(2)]))).toEqual(['variable 0 min', 'variable 0 max']);
  expect(conflictOf(limits([0, 0], [1, 1], [budget(2), row([1, 0], 0.4, 0.3)]))).toEqual(['row 1 min', 'row 1 max']);
  expect(relaxationOf(limits([0.7, 0], [0.6, 1], [budget(2)]), [0])).toHaveLength(1);
});

test('two equations that contradict each other are the conflict', () => {
  const program = limits([0, 0], [1, 1], [budget(2), row([2, 2], 1, 1)]);
  expect(conflictOf(program)).toEqual(['row 0 min', 'row 1 max']);
  // in units of the largest coefficient both are equally far; the amount is in the row's own unit
  expect(relaxationOf(program, [0])).toEqual(['row 1 max: 1']);
  expect(relaxationOf(program, [1])).toEqual(['row 0 min: 0.5']);
});

test('rows that must be kept although they contradict each other are a mistake of the caller', () => {
  expect(() => leastRelaxation(limits([0], [1], [budget(1), row([1], 2, 2)]), [0, 1])).toThrow(InvariantViolation);
});

test('negative minima count as what they are', () => {
  const program = limits([-0.5, -0.2], [0.4, 0.4], [budget(2)]);
  expect(conflictOf(program)).toEqual(['row 0 min', 'variable 0 max', 'variable 1 max']);
  expect(conflictOf(limits([-0.5, -0.2], [0.4, 0.6], [budget(2)]))).toEqual([]);
});

test('in seeded problems the conflict really conflicts, each part of it is needed, and the moves are enough and not too large', () => {
  const found = Array.from({ length: 400 }, (_, seed) => ({ seed, program: quadraticProblem(seed, 12) })).flatMap(
    ({ seed, program }) => {
      const conflict = smallestConflict(program);
      return conflict.length > 0 ? [{ seed, program, conflict }] : [];
    },
  );
  const wrong = found.flatMap(({ seed, program, conflict }) => {
    const alone = only(program, conflict);
    const superfluous = conflict.filter(
      (side) =>
        smallestConflict(
          only(
            program,
            conflict.filter((other) => other !== side),
          ),
        ).length > 0,
    );
    const moves = leastRelaxation(program);
    const rest = smallestConflict(moved(program, moves));
    // with nearly all of each move the limits still cannot hold
    const short = smallestConflict(
      moved(
        program,
        moves.map(({ limit, amount }) => ({ limit, amount: 0.99 * amount })),
      ),
    );
    const isRight =
      smallestConflict(alone).length === conflict.length &&
      superfluous.length === 0 &&
      rest.length === 0 &&
      short.length > 0;
    return isRight ? [] : [{ seed, conflict, superfluous, moves, rest, short }];
  });
  expect(wrong).toEqual([]);
  expect(found.length).toBeGreaterThan(40);
});
