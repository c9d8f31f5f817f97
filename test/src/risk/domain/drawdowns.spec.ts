import { drawdowns, maxDrawdown, underwater, wealthOf } from '../../../../src/risk/domain/drawdowns.js';
import { prototypeReturns } from '../../../support/returns.js';

test('wealth starts at 1 before the first return', () => {
  expect([...wealthOf([0.5, -0.5])]).toEqual([1, 1.5, 0.75]);
});

test('a loss on the first day is a drawdown', () => {
  expect(maxDrawdown([-0.5, 0, 0])).toBe(0.5);
  expect(drawdowns([-0.5, 0, 0])).toEqual([{ depth: 0.5, peak: 0, trough: 1, recovery: null }]);
});

test('the largest drawdown of the prototype’s check values', () => {
  expect(maxDrawdown(prototypeReturns)).toBeCloseTo(0.0349955, 7);
});

test('each fall has its peak, its first lowest point and its recovery', () => {
  // wealth 1, 2, 1, 1, 2, 4, 3, 3.3
  const falls = drawdowns([1, -0.5, 0, 1, 1, -0.25, 0.1]);
  expect(falls).toHaveLength(2);
  expect(falls[0]).toEqual({ depth: 0.5, peak: 1, trough: 2, recovery: 4 });
  expect(falls[1]).toEqual({ depth: 0.25, peak: 5, trough: 6, recovery: null });
  expect([...underwater([1, -0.5, 0, 1])]).toEqual([0, 0.5, 0.5, 0]);
});

test('wealth that comes back to its peak but for rounding has recovered', () => {
  // 0.7 × (1 / 0.7) is below 1 in floating point for some such pairs; each of them ends where it began
  for (const loss of [0.1, 0.3, 0.35, 0.45, 0.7]) {
    expect(drawdowns([-loss, 1 / (1 - loss) - 1, 0])).toEqual([
      { depth: expect.closeTo(loss, 12), peak: 0, trough: 1, recovery: 2 },
    ]);
  }
});

test('wealth that never falls has no drawdown, and no returns have an unknown one', () => {
  expect(maxDrawdown([0.1, 0])).toBe(0);
  expect(drawdowns([0.1, 0])).toEqual([]);
  expect(maxDrawdown([])).toBeNull();
});

test('a total loss is a drawdown of everything that nothing recovers', () => {
  expect(drawdowns([0.1, -1, 0.5])).toEqual([{ depth: 1, peak: 1, trough: 2, recovery: null }]);
});
