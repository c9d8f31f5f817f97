import {
  exponentialMovingAverage,
  simpleMovingAverage,
} from '../../../../../src/signals/domain/indicators/moving-averages.js';
import { computeIndicator } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { closesOf, expectWithin, known } from '../../../../support/indicators.js';

// the closes of technicalindicators' tests (npm, test/data.js), and what its tests expect of them
const closes = [
  127.75, 129.02, 132.75, 145.4, 148.98, 137.52, 147.38, 139.05, 137.23, 149.3, 162.45, 178.95, 200.35, 221.9, 243.23,
  243.52, 286.42, 280.27,
];

describe('simple moving average', () => {
  test('agrees with the examples of technicalindicators', () => {
    const expected = [139.438, 142.908, 147.901, 154.661, 162.311, 171.736, 182.336, 196.24, 210.362];
    const { value } = computeIndicator(simpleMovingAverage, closesOf(...closes), { period: 10 });
    expectWithin(known(value), expected, 1e-12);
    const small = closesOf(0.001, 0.003, 0.001, 0.003, 0.004, 0.002, 0.003, 0.003, 0.002);
    expectWithin(
      known(computeIndicator(simpleMovingAverage, small, { period: 4 }).value),
      [0.002, 0.00275, 0.0025, 0.003, 0.003, 0.0025],
      1e-17,
    );
  });

  test('is each close itself with a period of 1', () => {
    expect(known(computeIndicator(simpleMovingAverage, closesOf(...closes), { period: 1 }).value)).toEqual(closes);
  });

  test('is exactly the price of closes that stand', () => {
    const { value } = computeIndicator(simpleMovingAverage, closesOf(...new Array<number>(200).fill(100.1)));
    expect(new Set(known(value))).toEqual(new Set([100.1]));
  });
});

describe('exponential moving average', () => {
  test('agrees with the example of technicalindicators', () => {
    const expected = [
      138.3422222222222, 140.53377777777777, 144.91702222222222, 151.72361777777778, 161.4488942222222,
      173.53911537777776, 187.4772923022222, 198.68583384177776, 216.23266707342222, 229.04013365873777,
    ];
    const { value } = computeIndicator(exponentialMovingAverage, closesOf(...closes), { period: 9 });
    expectWithin(known(value), expected, 1e-12);
  });

  test('agrees with the published worked example', () => {
    // StockCharts ChartSchool, "Moving Averages", 10-day EMA of Intel; its inputs are shown rounded to cents
    const intel = closesOf(
      ...[22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36],
      ...[24.05, 23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.1, 23.33, 22.68, 23.1, 22.4, 22.17],
    );
    const published = [23.34, 23.43, 23.51, 23.54, 23.47, 23.4, 23.39, 23.26, 23.23, 23.08, 22.92];
    const { value } = computeIndicator(exponentialMovingAverage, intel, { period: 10 });
    expectWithin([...value.slice(19)], published, 0.0101);
  });

  test('trails a straight line by half its period less a half', () => {
    // on x = a + t the EMA with factor 2 / (p + 1), seeded with the mean, lags by (p - 1) / 2 for ever
    const line = closesOf(...Array.from({ length: 120 }, (_, i) => 100 + i));
    const last = (period: number) => computeIndicator(exponentialMovingAverage, line, { period }).value.at(-1);
    expect(last(12)).toBeCloseTo(219 - 5.5, 9);
    expect(last(26)).toBeCloseTo(219 - 12.5, 9);
  });
});
