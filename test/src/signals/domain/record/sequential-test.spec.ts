import fc from 'fast-check';
import {
  decisive,
  evidenceAbove,
  evidenceOverTime,
  mirrored,
  sequentialTest,
  type DelayedValue,
} from '../../../../../src/signals/domain/record/sequential-test.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';

const bet = (openedAt: number, at: number, value: number, weight = 1): DelayedValue => ({
  openedAt,
  low: -1,
  high: 1,
  weight,
  closed: { at, value },
});
/** One bet after another. */
const inTurn = (...values: number[]) => values.map((value, i) => bet(2 * i, 2 * i + 1, value));

test('a won bet gives its stake back twice, in each account', () => {
  // an eighth, a quarter, a half, and nine tenths, which is the most, twice
  expect(evidenceAbove(inTurn(1))).toBeCloseTo(1 + (0.125 + 0.25 + 0.5 + 0.9 + 0.9) / 5, 15);
  expect(evidenceAbove(inTurn(-1))).toBeCloseTo(1 - (0.125 + 0.25 + 0.5 + 0.9 + 0.9) / 5, 15);
  expect(evidenceAbove(inTurn(1, -1))).toBeCloseTo((1.125 * 0.875 + 1.25 * 0.75 + 1.5 * 0.5 + 2 * (1.9 * 0.1)) / 5, 15);
});

test('a bet is fair at the mean that it is about: wins and losses weigh up', () => {
  const outcomes = [-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].map((c) => [a, b, c])));
  const total = outcomes.reduce((sum, values) => sum + evidenceAbove(inTurn(...values)), 0);
  expect(total / outcomes.length).toBeCloseTo(1, 12);
});

test('it is fair, too, when trades overlap, move together, and winners are known first', () => {
  // one coin for both: won together after one step, lost together after three; a third is opened in between
  const history = (first: number, third: number) => [
    bet(0, first > 0 ? 1 : 3, first),
    bet(0, first > 0 ? 1 : 3, first, 3),
    bet(2, 4, third),
  ];
  const total = [-1, 1].flatMap((a) => [-1, 1].map((b) => evidenceAbove(history(a, b)))).reduce((a, b) => a + b);
  expect(total / 4).toBeCloseTo(1, 12);
});

test('what is out counts nothing until it comes back', () => {
  const open: DelayedValue = { ...bet(0, 1, 0), closed: null };
  expect(evidenceAbove([open])).toBeCloseTo(1 - (0.125 + 0.25 + 0.5 + 0.9 + 0.9) / 5, 15);
  expect(sequentialTest([open])).toMatchObject({ count: 0, low: null, high: null });
});

test('bets of one instant share what is staked by their weights', () => {
  const together = [bet(0, 1, 1, 3), bet(0, 1, -1, 1)];
  // half an account: 3/8 won, 1/8 lost
  const of = (stake: number) => 1 + stake * 0.75 - stake * 0.25;
  expect(evidenceAbove(together)).toBeCloseTo((of(0.125) + of(0.25) + of(0.5) + 2 * of(0.9)) / 5, 15);
});

test('no value, no evidence', () => {
  expect(sequentialTest([])).toEqual({ count: 0, evidenceAbove: 1, evidenceBelow: 1, low: null, high: null });
});

test('values that are always 0 never say more than nothing', () => {
  const zeros = inTurn(...new Array<number>(300).fill(0));
  expect(sequentialTest(zeros)).toMatchObject({ evidenceAbove: 1, evidenceBelow: 1 });
  const { low, high } = sequentialTest(zeros);
  expect(low).toBeLessThan(0);
  expect(low).toBeGreaterThan(-0.05);
  expect(high).toBeCloseTo(-low!, 12);
});

test('the bounds close in on the mean, and its sign is decided with the evidence', () => {
  // three of four: mean 0.5
  const test = sequentialTest(inTurn(...Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? -1 : 1))));
  expect(test.evidenceAbove).toBeGreaterThan(decisive);
  expect(test.evidenceBelow).toBeLessThan(0.01);
  expect(test.low).toBeGreaterThan(0.25);
  expect(test.low).toBeLessThan(0.5);
  expect(test.high).toBeGreaterThan(0.5);
  expect(test.high).toBeLessThan(0.75);
});

test('evidence turns within some dozens of values when they turn, however many spoke for it before', () => {
  const lengthOf = (before: number) => {
    const values = [
      ...Array.from({ length: before }, (_, i) => (i % 4 === 0 ? -1 : 1)),
      ...Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : -1)),
    ];
    return evidenceOverTime(inTurn(...values)).findIndex((money, at) => at >= before && money < decisive) - before;
  };
  expect(lengthOf(400)).toBeLessThan(60);
  expect(lengthOf(4_000)).toBeLessThan(60);
});

test('values beyond a bound count as the bound', () => {
  expect(evidenceAbove(inTurn(5, -7))).toBe(evidenceAbove(inTurn(1, -1)));
});

test('the evidence is told after each closing, and its last is the one of the test', () => {
  const bets = [bet(0, 5, 1), bet(1, 3, -0.5), bet(2, 4, 0.25)];
  const path = evidenceOverTime(bets);
  expect(path).toHaveLength(3);
  expect(path[2]).toBe(sequentialTest(bets).evidenceAbove);
});

const bets = fc.array(
  fc.record({
    openedAt: fc.integer({ min: 0, max: 20 }),
    after: fc.integer({ min: 1, max: 10 }),
    value: fc.double({ min: -1, max: 1, noNaN: true }),
    weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
  }),
  { maxLength: 40 },
);

test('the order of rows changes nothing, and the opposite of all values turns everything around', () => {
  fc.assert(
    fc.property(bets, (drawn) => {
      const values = drawn.map(({ openedAt, after, value, weight }) => bet(openedAt, openedAt + after, value, weight));
      const there = sequentialTest(values);
      const disordered = sequentialTest(values.toReversed());
      expect(disordered.evidenceAbove).toBeCloseTo(there.evidenceAbove, 9);
      expect(disordered.evidenceBelow).toBeCloseTo(there.evidenceBelow, 9);
      const back = sequentialTest(values.map(mirrored));
      expect(back).toMatchObject({ evidenceAbove: there.evidenceBelow, evidenceBelow: there.evidenceAbove });
      expect([back.low, back.high]).toEqual([negative(there.high), negative(there.low)]);
      // money in hand is never negative
      expect(Math.min(there.evidenceAbove, there.evidenceBelow)).toBeGreaterThanOrEqual(0);
    }),
    { seed: 5 },
  );
});

const negative = (bound: number | null) => (bound === null ? null : 0 - bound);

test.each([
  ['known before it was opened', [bet(5, 5, 1)]],
  ['without weight', [bet(0, 1, 1, 0)]],
  ['without a number', [bet(0, 1, NaN)]],
  ['with bounds on one side of 0', [{ ...bet(0, 1, 1), low: 0 }]],
])('a value %s is refused', (_, values) => {
  expect(() => sequentialTest(values)).toThrow(InvariantViolation);
});
