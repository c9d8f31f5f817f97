import fc from 'fast-check';
import {
  exponentialMovingAverage,
  macdLine,
  pricePosition,
  simpleMovingAverage,
  trendOf,
  wilderRsi,
} from '../../../../src/signals/domain/indicators.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const repeat = (value: number, count: number) => new Array<number>(count).fill(value);
const line = (start: number, step: number, count: number) => Array.from({ length: count }, (_, i) => start + i * step);
const seed = 20261125;

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
    published.forEach((value, i) => expect(wilderRsi(closes.slice(0, 15 + i))).toBeCloseTo(value, 2));
  });

  test('needs one close more than its period', () => {
    expect(wilderRsi(closes.slice(0, 14))).toBeNull();
    expect(wilderRsi(closes.slice(0, 15))).not.toBeNull();
  });

  test.each([
    ['losses alone', line(100, -1, 30), 0],
    ['gains alone', line(100, 1, 30), 100],
    ['no change at all', repeat(100.1, 30), 50],
  ])('%s give a round number', (_name, series, expected) => {
    expect(wilderRsi(series)).toBe(expected);
  });

  test('stays between 0 and 100', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 15, maxLength: 60 }),
        (series) => {
          const value = wilderRsi(series)!;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        },
      ),
      { seed },
    );
  });

  test('mirrors when prices move the other way', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 15, maxLength: 60 }), (steps) => {
        const path = (sign: number) => steps.reduce((at, step) => [...at, at[at.length - 1]! + sign * step], [10_000]);
        expect(wilderRsi(path(1))! + wilderRsi(path(-1))!).toBeCloseTo(100, 9);
      }),
      { seed },
    );
  });
});

describe('moving averages', () => {
  test('the simple one is the mean of the last closes', () => {
    expect(simpleMovingAverage([1, 2, 3, 4, 5, 6], 3)).toBe(5);
    expect(simpleMovingAverage([1, 2], 3)).toBeNull();
  });

  test('the exponential one agrees with the published worked example', () => {
    // StockCharts ChartSchool, "Moving Averages", 10-day EMA of Intel; its inputs are shown rounded to cents
    const closes = [
      22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36, 24.05,
      23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.1, 23.33, 22.68, 23.1, 22.4, 22.17,
    ];
    const published = [23.34, 23.43, 23.51, 23.54, 23.47, 23.4, 23.39, 23.26, 23.23, 23.08, 22.92];
    published.forEach((value, i) => {
      expect(Math.abs(exponentialMovingAverage(closes.slice(0, 20 + i), 10)! - value)).toBeLessThan(0.0101);
    });
  });

  test('the exponential one is unknown before twice its period', () => {
    expect(exponentialMovingAverage(line(1, 1, 23), 12)).toBeNull();
    expect(exponentialMovingAverage(line(1, 1, 24), 12)).not.toBeNull();
  });

  test('the exponential one trails a straight line by half its period less a half', () => {
    // on x = a + t the EMA with factor 2 / (p + 1), seeded with the mean, lags by (p - 1) / 2 for ever
    expect(exponentialMovingAverage(line(100, 1, 120), 12)).toBeCloseTo(219 - 5.5, 9);
    expect(exponentialMovingAverage(line(100, 1, 120), 26)).toBeCloseTo(219 - 12.5, 9);
  });

  test.each([0, -1, 1.5])('a period of %p is refused', (period) => {
    expect(() => simpleMovingAverage([1, 2, 3], period)).toThrow(InvariantViolation);
  });
});

describe('MACD line', () => {
  test('is the difference of the two lags on a straight line', () => {
    expect(macdLine(line(100, 1, 120))).toBeCloseTo(7, 9);
  });

  test('needs 52 closes', () => {
    expect(macdLine(line(100, 1, 51))).toBeNull();
    expect(macdLine(line(100, 1, 52))).not.toBeNull();
  });

  test('is exactly 0 on a flat series, whatever its price', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), (price) => {
        expect(macdLine(repeat(price, 120))).toBe(0);
      }),
      { seed },
    );
  });
});

describe('trend', () => {
  test('is up when the 20-bar mean is above the 50-bar mean, down when below', () => {
    expect(trendOf(line(100, 1, 60))).toBe('up');
    expect(trendOf(line(200, -1, 60))).toBe('down');
  });

  test('is neutral with fewer than 50 closes', () => {
    expect(trendOf(line(100, 1, 49))).toBe('neutral');
    expect(trendOf(line(100, 1, 50))).toBe('up');
  });

  test('is neutral on a flat series, whatever its price', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), (price) => {
        expect(trendOf(repeat(price, 120))).toBe('neutral');
      }),
      { seed },
    );
  });
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
