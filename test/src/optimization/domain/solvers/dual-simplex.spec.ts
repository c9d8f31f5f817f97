import { DualSimplex } from '../../../../../src/optimization/domain/solvers/dual-simplex.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';

const numbers = (...values: number[]) => Float64Array.from(values);

test('the two goods of Hillier and Lieberman, Introduction to operations research, come out as by hand', () => {
  // most 3x + 5y with x <= 4, 2y <= 12, 3x + 2y <= 18: x = 2, y = 6
  const simplex = new DualSimplex(numbers(-3, -5), numbers(0, 0), numbers(4, 6));
  simplex.addRow(numbers(3, 2), -Infinity, 18);
  expect(simplex.solve()).toEqual({ kind: 'optimal' });
  expect([simplex.at(0), simplex.at(1)]).toEqual([2, 6]);
  // their shadow prices 1 of the row and 3/2 of 2y <= 12, which is 3 of y <= 6
  const [, ofY, ofRow] = simplex.multipliers();
  expect(ofRow).toBeCloseTo(-1, 14);
  expect(ofY).toBeCloseTo(-3, 14);
});

test('the example on which the plain rule runs in a circle (Beale, 1955) is solved', () => {
  const simplex = new DualSimplex(numbers(-0.75, 20, -0.5, 6), new Float64Array(4), new Float64Array(4).fill(1_000));
  simplex.addRow(numbers(0.25, -8, -1, 9), -Infinity, 0);
  simplex.addRow(numbers(0.5, -12, -0.5, 3), -Infinity, 0);
  simplex.addRow(numbers(0, 0, 1, 0), -Infinity, 1);
  expect(simplex.solve()).toEqual({ kind: 'optimal' });
  const objective = -0.75 * simplex.at(0) + 20 * simplex.at(1) - 0.5 * simplex.at(2) + 6 * simplex.at(3);
  expect(objective).toBeCloseTo(-1.25, 12);
});

test('rows may come later, and the dictionary may be computed afresh at any time', () => {
  const simplex = new DualSimplex(numbers(1, 1), numbers(0, 0), numbers(10, 10));
  simplex.solve();
  expect([simplex.at(0), simplex.at(1)]).toEqual([0, 0]);
  simplex.addRow(numbers(1, 0.5), 2, Infinity);
  simplex.solve();
  expect([simplex.at(0), simplex.at(1)]).toEqual([2, 0]);
  simplex.rebuild();
  simplex.addRow(numbers(-1, 1), 1, 1);
  simplex.solve();
  expect(simplex.at(0)).toBeCloseTo(1, 14);
  expect(simplex.at(1)).toBeCloseTo(2, 14);
});

test('rows that have not been binding for long are forgotten, the others stay', () => {
  const simplex = new DualSimplex(numbers(1), numbers(0), numbers(10));
  for (const least of [1, 2, 5]) simplex.addRow(numbers(1), least, Infinity);
  simplex.solve();
  for (let call = 0; call < 4; call++) simplex.forgetIdle(0, 3);
  simplex.rebuild();
  expect(simplex.solve()).toEqual({ kind: 'optimal' });
  expect(simplex.at(0)).toBe(5);
  expect([...simplex.multipliers()].slice(0, 4)).toEqual([0, 0, 0, 1]);
});

test('columns without bounds may take any value', () => {
  const simplex = new DualSimplex(numbers(0, 1), numbers(-Infinity, -100), numbers(Infinity, Infinity));
  simplex.addRow(numbers(1, 1), 0, Infinity);
  simplex.addRow(numbers(-0.5, 1), -3, Infinity);
  simplex.solve();
  expect(simplex.at(0)).toBeCloseTo(2, 14);
  expect(simplex.at(1)).toBeCloseTo(-2, 14);
});

test('bounds that cannot hold together are named with their sides', () => {
  const simplex = new DualSimplex(numbers(0, 0), numbers(0, 0), numbers(1, 1));
  simplex.addRow(numbers(1, 1), 3, Infinity);
  const answer = simplex.solve();
  expect(answer).toEqual({
    kind: 'infeasible',
    conflict: expect.arrayContaining([
      { variable: 2, side: 'min' },
      { variable: 0, side: 'max' },
      { variable: 1, side: 'max' },
    ]),
  });
});

test('a start without the bound that its cost needs is our mistake', () => {
  expect(() => new DualSimplex(numbers(-1), numbers(0), numbers(Infinity))).toThrow(InvariantViolation);
});
