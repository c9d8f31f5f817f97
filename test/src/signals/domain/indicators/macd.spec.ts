import fc from 'fast-check';
import { movingAverageConvergence } from '../../../../../src/signals/domain/indicators/macd.js';
import {
  computeIndicator,
  latestValues,
  resolveParameters,
} from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { closesOf, expectWithin, known } from '../../../../support/indicators.js';

test('agrees with the published worked example', () => {
  // investexcel.net, "How to Calculate MACD in Excel": 12, 26 and 9 days; the digits as the Go package stockutil has them
  const closes = closesOf(
    ...[459.99, 448.85, 446.06, 450.81, 442.8, 448.97, 444.57, 441.4, 430.47, 420.05, 431.14, 425.66, 430.58, 431.72],
    ...[437.87, 428.43, 428.35, 432.5, 443.66, 455.72, 454.49, 452.08, 452.73, 461.91, 463.58, 461.14, 452.08, 442.66],
    ...[428.91, 429.79, 431.99, 427.72, 423.2, 426.21, 426.98, 435.69, 434.33, 429.8, 419.85, 426.24],
  );
  const { macd, signal, histogram } = computeIndicator(movingAverageConvergence, closes);
  expect([macd[24], macd[25], macd[31]]).toEqual([
    NaN,
    expect.closeTo(8.275269503907623, 10),
    expect.closeTo(0.10298149119910249, 10),
  ]);
  expect([signal[32], signal[33], signal[39]]).toEqual([
    NaN,
    expect.closeTo(3.037525868733945, 10),
    expect.closeTo(-1.338100412582993, 10),
  ]);
  expect(histogram[39]).toBe(macd[39]! - signal[39]!);
});

test('agrees with the example of technicalindicators', () => {
  // npm, test/moving_averages/MACD.js: 5, 8 and 3 bars
  const closes = closesOf(
    ...[127.75, 129.02, 132.75, 145.4, 148.98, 137.52, 147.38, 139.05, 137.23, 149.3, 162.45, 178.95, 200.35, 221.9],
    ...[243.23, 243.52, 286.42, 280.27],
  );
  const { macd, signal, histogram } = computeIndicator(movingAverageConvergence, closes, {
    fast: 5,
    slow: 8,
    signal: 3,
  });
  const lines = [
    1.5206018518518647, 0.8747067901234686, 1.8161162551440384, 3.630838477366268, 6.1361878905654805, 9.35850329810836,
    12.730555487344787, 15.906022882701109, 16.40655983713023, 20.217463455194945, 20.012564334547392,
  ];
  const signals = [
    1.4038082990397907, 2.517323388203029, 4.326755639384254, 6.842629468746307, 9.786592478045547, 12.846307680373329,
    14.62643375875178, 17.421948606973363, 18.717256470760375,
  ];
  expectWithin(known(macd), lines, 1e-12);
  expectWithin(known(signal), signals, 1e-12);
  expectWithin(
    known(histogram),
    signals.map((value, i) => lines[i + 2]! - value),
    1e-12,
  );
});

test('is the difference of the two lags on a straight line, which the signal reaches', () => {
  const line = closesOf(...Array.from({ length: 120 }, (_, i) => 100 + i));
  expect(latestValues(movingAverageConvergence, line)).toEqual({
    macd: expect.closeTo(7, 9),
    signal: expect.closeTo(7, 9),
    histogram: expect.closeTo(0, 9),
  });
});

test('is exactly 0 on closes that stand, whatever their price', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), (price) => {
      const flat = closesOf(...new Array<number>(120).fill(price));
      expect(latestValues(movingAverageConvergence, flat)).toEqual({ macd: 0, signal: 0, histogram: 0 });
    }),
    { seed: 20261125 },
  );
});

test('a fast average that is not faster is refused', () => {
  expect(() => resolveParameters(movingAverageConvergence, { fast: 26 })).toThrow(
    'macd.fast "26" is not below slow, which is 26',
  );
});
