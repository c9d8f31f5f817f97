import { computeIndicator } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { supportResistance } from '../../../../../src/signals/domain/indicators/support-resistance.js';

const levels = (prices: readonly number[], parameters: { wing?: number; pivots?: number }) => {
  const price = Float64Array.from(prices);
  const { support, resistance } = computeIndicator(
    supportResistance,
    { high: price, low: price, close: price },
    parameters,
  );
  return { support: [...support], resistance: [...resistance] };
};

test('a peak is known when the bars after it have closed, and becomes a support when it is passed', () => {
  expect(levels([1, 3, 2, 1, 4, 5], { wing: 1 })).toEqual({
    support: [NaN, NaN, NaN, NaN, 3, 3],
    resistance: [NaN, NaN, 3, 3, NaN, NaN],
  });
});

test('the nearest level on either side counts', () => {
  // peaks 9, 6 and 8, troughs 2, 4 and 5
  const { support, resistance } = levels([5, 9, 2, 6, 4, 8, 5, 5.5], { wing: 1 });
  expect([support.at(-1), resistance.at(-1)]).toEqual([5, 6]);
});

test('of a plateau only one bar is a peak, and a level that the price stands on is a support', () => {
  expect(levels([1, 3, 3, 1, 3], { wing: 1 })).toMatchObject({ support: [NaN, NaN, 3, NaN, 3] });
});

test('old pivots are forgotten', () => {
  const prices = [1, 9, 1, 5, 1, 6, 1];
  expect(levels(prices, { wing: 1, pivots: 2 }).resistance.at(-1)).toBe(5);
  expect(levels([...prices, 7, 1], { wing: 1, pivots: 2 }).resistance.at(-1)).toBe(6);
});
