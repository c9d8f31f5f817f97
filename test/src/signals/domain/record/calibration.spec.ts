import fc from 'fast-check';
import { calibrationOf, type Forecast } from '../../../../../src/signals/domain/record/calibration.js';

const forecasts = (points: number, count: number, wins: number): Forecast[] =>
  Array.from({ length: count }, (_, i) => ({ points, won: i < wins }));

test('the score is that of the example in the documentation of scikit-learn', () => {
  // brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]) = 0.0375
  const example = [
    { points: 10, won: false },
    { points: 90, won: true },
    { points: 80, won: true },
    { points: 30, won: false },
  ];
  expect(calibrationOf(example)!.brier).toBeCloseTo(0.0375, 15);
});

test('the partition of a table by hand', () => {
  // 4 of 10 at 20 %, 6 of 10 at 80 %; base rate 0.5
  const calibration = calibrationOf([...forecasts(20, 10, 4), ...forecasts(80, 10, 6)])!;
  // (0.4·0.64 + 0.6·0.04 + 0.6·0.04 + 0.4·0.64) / 2
  expect(calibration.brier).toBeCloseTo(0.28, 15);
  expect(calibration.reliability).toBeCloseTo(0.04, 15);
  expect(calibration.resolution).toBeCloseTo(0.01, 15);
  expect(calibration.uncertainty).toBe(0.25);
});

test('12,402 forecasts of rain have the base rate that Wilks gives', () => {
  // Statistical Methods in the Atmospheric Sciences (1995), table 7.3: forecast, share of all forecasts, share of rain
  const table = [
    [0, 0.4112, 0.006],
    [5, 0.0671, 0.019],
    [10, 0.1833, 0.059],
    [20, 0.0986, 0.15],
    [30, 0.0616, 0.277],
    [40, 0.0366, 0.377],
    [50, 0.0303, 0.511],
    [60, 0.0275, 0.587],
    [70, 0.0245, 0.723],
    [80, 0.022, 0.779],
    [90, 0.017, 0.934],
    [100, 0.0203, 0.933],
  ] as const;
  const rain = table.flatMap(([points, share, rate]) => {
    const count = Math.round(share * 12_402);
    return forecasts(points, count, Math.round(rate * count));
  });
  const { uncertainty, reliability, curve } = calibrationOf(rain)!;
  expect(uncertainty).toBeCloseTo(0.162 * (1 - 0.162), 3);
  // well calibrated, as the book says
  expect(reliability).toBeLessThan(0.003);
  expect(curve[0]).toMatchObject({ from: 0, to: 0.1, winRate: expect.closeTo(47 / 5_932, 12) });
  // 90 % and 100 % together
  expect(curve[9]).toMatchObject({ count: 463, meanConfidence: expect.closeTo(0.9544, 4) });
});

test('a step of the curve without a forecast says nothing', () => {
  const { curve } = calibrationOf(forecasts(65, 4, 1))!;
  expect(curve).toHaveLength(10);
  expect(curve[6]).toEqual({ from: 0.6, to: 0.7, count: 4, meanConfidence: 0.65, winRate: 0.25 });
  expect(curve[5]).toEqual({ from: 0.5, to: 0.6, count: 0, meanConfidence: null, winRate: null });
});

test('no forecasts have no score', () => {
  expect(calibrationOf([])).toBeNull();
});

test('the partition adds up to the score, and the curve to the forecasts, whatever the order', () => {
  const forecast = fc.record({ points: fc.integer({ min: 0, max: 100 }), won: fc.boolean() });
  fc.assert(
    fc.property(fc.array(forecast, { minLength: 1, maxLength: 60 }), (all) => {
      const found = calibrationOf(all)!;
      expect(found.reliability - found.resolution + found.uncertainty).toBeCloseTo(found.brier, 12);
      expect(found.curve.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
      expect(calibrationOf(all.toReversed())).toEqual(found);
    }),
    { seed: 7 },
  );
});
