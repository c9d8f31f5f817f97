import fc from 'fast-check';
import {
  cutlerRelativeStrength,
  relativeStrength,
} from '../../../../../src/signals/domain/indicators/relative-strength.js';
import { computeIndicator, latestValues } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { closesOf, expectWithin, known } from '../../../../support/indicators.js';
import { taLibDaily } from '../../../../support/ta-lib-series.js';

const seed = 20261125;
const rsiOf = (...closes: number[]) => latestValues(relativeStrength, closesOf(...closes)).value;
const line = (start: number, step: number) => Array.from({ length: 30 }, (_, i) => start + i * step);

describe('relative strength index', () => {
  // StockCharts ChartSchool, "Relative Strength Index (RSI)", worked spreadsheet with 14 periods
  const closes = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.614,
    46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548,
    44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
  ];
  const published = [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46,
    37.3, 33.08, 37.77,
  ];

  test('agrees with the published worked example', () => {
    expectWithin(known(computeIndicator(relativeStrength, closesOf(...closes)).value), published, 0.005);
  });

  test('agrees with the regression tests of TA-Lib', () => {
    // test_rsi.c: the first three values with 14 periods
    const { value } = computeIndicator(relativeStrength, taLibDaily);
    expectWithin(known(value).slice(0, 3), [49.14, 52.32, 46.07], 0.01);
  });

  test('agrees with technicalindicators where gains alone come first', () => {
    // npm, test/oscillators/RSI.js: rounded to two digits
    const { value } = computeIndicator(
      relativeStrength,
      closesOf(
        ...[294435, 294435, 294435, 294500, 294500, 294500, 294520, 294539, 294539, 294600, 294600, 294600, 294600],
        ...[294600, 294700, 294600, 294600, 294600, 294600, 294600, 294700],
      ),
    );
    expectWithin(known(value), [100, 71.1, 71.1, 71.1, 71.1, 71.1, 79.63], 0.005);
  });

  test('needs one close more than its period', () => {
    expect(rsiOf(...closes.slice(0, 14))).toBeNull();
    expect(rsiOf(...closes.slice(0, 15))).not.toBeNull();
  });

  test.each([
    ['losses alone', line(100, -1), 0],
    ['gains alone', line(100, 1), 100],
    ['no change at all', line(100.1, 0), 50],
  ])('%s give a round number', (_name, series, expected) => {
    expect(rsiOf(...series)).toBe(expected);
    expect(latestValues(cutlerRelativeStrength, closesOf(...series)).value).toBe(expected);
  });

  test('stays between 0 and 100', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 15, maxLength: 60 }),
        (series) => {
          for (const definition of [relativeStrength, cutlerRelativeStrength]) {
            const values = known(computeIndicator(definition, closesOf(...series)).value);
            expect(values).toHaveLength(series.length - 14);
            expect(values.every((value) => value >= 0 && value <= 100)).toBe(true);
          }
        },
      ),
      { seed },
    );
  });

  test('mirrors when prices move the other way', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 15, maxLength: 60 }), (steps) => {
        const path = (sign: number) => steps.reduce((at, step) => [...at, at[at.length - 1]! + sign * step], [10_000]);
        expect(rsiOf(...path(1))! + rsiOf(...path(-1))!).toBeCloseTo(100, 9);
      }),
      { seed },
    );
  });
});

test("Cutler's index is that of the prototype: plain means of the last 14 changes", () => {
  const closes = [
    100, 101, 102, 101, 103, 104, 103, 105, 106, 105, 104, 106, 107, 108, 107, 109, 110, 108, 107, 109, 111, 112, 110,
    111, 113, 112,
  ];
  expect(latestValues(cutlerRelativeStrength, closesOf(...closes)).value).toBeCloseTo(65, 12);
});
