import { seededRandom, xoshiro128 } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

test('the generator gives the reference values of xoshiro128** 1.1 from the state 1, 2, 3, 4', () => {
  // test vector of the Rust crate rand_xoshiro, made with the C program of the authors
  expect(draw(10, xoshiro128([1, 2, 3, 4]))).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});

test('a seed gives the same numbers each time, and another seed others', () => {
  const numbers = (seed: number) => draw(5, seededRandom(seed).uniform);
  expect(numbers(42)).toEqual(numbers(42));
  expect(numbers(42)).not.toEqual(numbers(43));
});

test('uniform numbers fill the unit interval evenly', () => {
  const counts = new Array<number>(10).fill(0);
  const { uniform } = seededRandom(7);
  for (let i = 0; i < 100_000; i++) {
    const value = uniform();
    if (!(value > 0 && value < 1)) throw new Error(`${value} is not between 0 and 1`);
    counts[Math.floor(value * 10)]! += 1;
  }
  // chi-square with 9 degrees of freedom stays below 27.9 with probability 0.999
  expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
});

test('normal numbers have the moments of the standard normal', () => {
  const values = draw(100_000, seededRandom(7).normal);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  // within four standard errors: sqrt(1/n), sqrt(2/n), sqrt(15/n), sqrt(96/n)
  expect(Math.abs(moment(1))).toBeLessThan(0.0127);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.0179);
  expect(Math.abs(moment(3))).toBeLessThan(0.049);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.124);
});

test('each normal number is the quantile of the uniform in its place', () => {
  const uniforms = seededRandom(3);
  const normals = seededRandom(3);
  for (let i = 0; i < 100; i++) expect(uniforms.uniform() < 0.5).toBe(normals.normal() < 0);
});

test.each([-1, 1.5, NaN, 2 ** 32])('%p is no seed', (seed) => {
  expect(() => seededRandom(seed)).toThrow(InvariantViolation);
});
