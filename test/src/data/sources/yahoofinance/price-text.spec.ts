import { priceText } from '../../../../../src/data/sources/yahoofinance/price-text.js';

test.each([
  // 32-bit floats as Yahoo prints them: AAPL and BTC of 2020-01, the contract's own example
  [75.0875015258789, 2, '75.0875'],
  [74.05999755859375, 2, '74.06'],
  [7200.17431640625, 2, '7200.1743'],
  [97208.171875, 2, '97208.17'],
  [0.00002145000034943223, 8, '0.00002145'],
  [100, 2, '100'],
  [16777216, 2, '16777216'],
])('%d means %s (hint %i)', (value, hint, text) => {
  expect(Number(priceText(value, hint))).toBe(Number(text));
});

test('rounds a number that is no 32-bit float to the hint and two more decimals', () => {
  expect(priceText(95219.0212345, 2)).toBe('95219.0212');
  expect(priceText(0.123456789, 2)).toBe('0.123457');
});

test('keeps the order of prices, so that a bar keeps its bounds (seeded walk)', () => {
  let value = 0.001;
  for (let i = 0; i < 5_000; i++) {
    const next = Math.fround(value * 1.003);
    expect(Number(priceText(Math.fround(value), 2))).toBeLessThanOrEqual(Number(priceText(next, 2)));
    value = next;
  }
});
