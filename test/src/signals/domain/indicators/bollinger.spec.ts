import { bollingerBands } from '../../../../../src/signals/domain/indicators/bollinger.js';
import { computeIndicator, latestValues } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { closesOf, expectWithin, known } from '../../../../support/indicators.js';

test('agrees with the published worked example', () => {
  // StockCharts ChartSchool, "Bollinger Bands", 20 days; its inputs are shown rounded to cents, and so is what it gives
  const closes = closesOf(
    ...[86.16, 89.09, 88.78, 90.32, 89.07, 91.15, 89.44, 89.18, 86.93, 87.68, 86.96, 89.43, 89.32, 88.72, 87.45, 87.26],
    ...[89.5, 87.9, 89.13, 90.7, 92.9, 92.98, 91.8, 92.66, 92.68, 92.3, 92.77, 92.54, 92.95, 93.2, 91.07, 89.83, 89.74],
    ...[90.4, 90.74, 88.02, 88.09, 88.84, 90.78, 90.54, 91.39, 90.65],
  );
  const { lower, middle, upper } = computeIndicator(bollingerBands, closes);
  const published = {
    middle: [
      88.71, 89.05, 89.24, 89.39, 89.51, 89.69, 89.75, 89.91, 90.08, 90.38, 90.66, 90.86, 90.88, 90.91, 90.99, 91.15,
      91.19, 91.12, 91.17, 91.25, 91.24, 91.17, 91.05,
    ],
    upper: [
      91.29, 91.95, 92.61, 92.93, 93.31, 93.73, 93.9, 94.27, 94.57, 94.79, 95.04, 94.91, 94.9, 94.9, 94.86, 94.67,
      94.56, 94.68, 94.58, 94.53, 94.53, 94.37, 94.15,
    ],
    lower: [
      86.12, 86.14, 85.87, 85.85, 85.7, 85.65, 85.59, 85.56, 85.6, 85.98, 86.27, 86.82, 86.87, 86.91, 87.12, 87.63,
      87.83, 87.56, 87.76, 87.97, 87.95, 87.96, 87.95,
    ],
  };
  expectWithin(known(middle), published.middle, 0.0101);
  expectWithin(known(upper), published.upper, 0.0151);
  expectWithin(known(lower), published.lower, 0.0151);
});

test('agrees with the example of technicalindicators', () => {
  // npm, test/volatility/BollingerBands.js: 10 bars, 2 deviations
  const closes = closesOf(
    ...[127.75, 129.02, 132.75, 145.4, 148.98, 137.52, 147.38, 139.05, 137.23, 149.3, 162.45, 178.95, 200.35, 221.9],
    ...[243.23, 243.52, 286.42, 280.27],
  );
  const { lower, upper } = computeIndicator(bollingerBands, closes, { period: 10 });
  const uppers = [
    154.74169314904083, 161.43410439353073, 174.0917624173104, 193.54163214506679, 217.55355928177113, 244.154819763926,
    262.2605184908861, 293.4987612505938, 311.2464934764506,
  ];
  const lowers = [
    124.13430685095913, 124.38189560646923, 121.7102375826896, 115.78036785493323, 107.06844071822883,
    99.31718023607398, 102.41148150911386, 98.98123874940623, 109.47750652354941,
  ];
  expectWithin(known(upper), uppers, 1e-11);
  expectWithin(known(lower), lowers, 1e-11);
});

test('closes that stand have no width at all', () => {
  const flat = closesOf(...new Array<number>(75).fill(0.1));
  expect(latestValues(bollingerBands, flat)).toEqual({ lower: 0.1, middle: 0.1, upper: 0.1 });
});
