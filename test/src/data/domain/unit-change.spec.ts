import { isHundredfold, whyUnitChangedFromStored, whyUnitChanges } from '../../../../src/data/domain/unit-change.js';
import { dayMs } from '../../../../src/shared/time.js';

const start = Date.parse('2024-05-01T00:00:00Z');
const close = (day: number, price: number | string) => ({ openTime: start + day * dayMs, close: String(price) });

test.each([
  [100, 1, true],
  [1, 100, true],
  [86, 1, true],
  [114, 1, true],
  [84, 1, false],
  [116, 1, false],
  [10, 1, false],
  [1000, 1, false],
])('%d and %d: a hundredfold is %s', (a, b, expected) => {
  expect(isHundredfold(a, b)).toBe(expected);
});

test('within an answer the bar at which the unit changes is named', () => {
  expect(whyUnitChanges([close(0, 250), close(1, 251), close(2, 2.52), close(3, 2.5)])).toBe(
    'close 2.52 at 2024-05-03T00:00:00Z is a hundredfold of 251 before it, or its hundredth: the unit changed',
  );
  expect(whyUnitChanges([close(0, 250), close(1, 125), close(2, 12.5)])).toBeUndefined();
  expect(whyUnitChanges([])).toBeUndefined();
});

describe('against what is stored', () => {
  test('the bar behind, before or at a stored one tells that the unit changed', () => {
    const why = (stored: number, ...candles: [number, number][]) =>
      whyUnitChangedFromStored(
        [close(stored, 250)],
        candles.map(([day, price]) => close(day, price)),
        '1d',
      );
    expect(why(0, [1, 25_100], [2, 25_200])).toBe(
      'close 25100 at 2024-05-02T00:00:00Z is a hundredfold of 250, stored for 2024-05-01T00:00:00Z, or its hundredth: the unit changed',
    );
    expect(why(9, [7, 2.4], [8, 2.5])).toContain('close 2.5 at 2024-05-09');
    expect(why(8, [7, 2.4], [8, 2.5])).toContain('close 2.5 at 2024-05-09');
    expect(why(0, [1, 251], [2, 249])).toBeUndefined();
  });

  test('prices that lie far apart in time may differ by a hundred', () => {
    expect(whyUnitChangedFromStored([close(0, 130)], [close(3_000, 13_000)], '1d')).toBeUndefined();
    expect(whyUnitChangedFromStored([close(0, 130)], [close(14, 13_000)], '1w')).toContain('the unit changed');
  });

  test('where nothing is stored or nothing came there is nothing to compare', () => {
    expect(whyUnitChangedFromStored([], [close(0, 1)], '1d')).toBeUndefined();
    expect(whyUnitChangedFromStored([close(0, 1)], [], '1d')).toBeUndefined();
  });
});
