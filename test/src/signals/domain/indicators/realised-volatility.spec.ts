import { realisedVolatility } from '../../../../../src/signals/domain/indicators/realised-volatility.js';
import { latestValues } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { closesOf } from '../../../../support/indicators.js';

const of = (...closes: number[]) =>
  latestValues(realisedVolatility, closesOf(...closes), { period: 4, periodsPerYear: 252 }).value;

test('is the root of the mean squared log return, annualised', () => {
  // log returns of 1 %, -2 %, 2 % and 0 %: mean square 0.000225, times 252 is 0.0567
  const logs = [0, 0.01, -0.01, 0.01, 0.01];
  expect(of(...logs.map((log) => 100 * Math.exp(log)))).toBeCloseTo(Math.sqrt(0.0567), 12);
});

test('keeps the trend in, which a standard deviation takes out', () => {
  expect(of(...[0, 1, 2, 3, 4].map((i) => 100 * 1.01 ** i))).toBeCloseTo(Math.log(1.01) * Math.sqrt(252), 12);
});

test('is exactly 0 where nothing moves', () => {
  expect(of(...new Array<number>(30).fill(0.1))).toBe(0);
});
