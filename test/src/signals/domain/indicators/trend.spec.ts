import { pricePosition, trendOf } from '../../../../../src/signals/domain/indicators/trend.js';

test.each([
  [101, 100, 'up'],
  [99, 100, 'down'],
  [100, 100, 'neutral'],
  [100 + 1e-8, 100, 'neutral'],
  [null, 100, 'neutral'],
  [100, null, 'neutral'],
] as const)('a fast average of %p over a slow one of %p is %s', (fast, slow, expected) => {
  expect(trendOf(fast, slow)).toBe(expected);
});

test.each([
  [[10, 20, 15], 0.5],
  [[10, 20, 20], 1],
  [[20, 15, 10], 0],
  [[7, 7, 7], 0.5],
])('the last of %p lies at %p of the range', (closes, expected) => {
  expect(pricePosition(closes)).toBe(expected);
});

test('the position in an empty range is unknown', () => {
  expect(pricePosition([])).toBeNull();
});
