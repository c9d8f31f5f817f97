import { barColumns } from '../../../../../src/signals/domain/indicators/bars.js';
import { simpleMovingAverage } from '../../../../../src/signals/domain/indicators/moving-averages.js';
import { indicatorOf } from '../../../../../src/signals/domain/indicators/registry.js';
import {
  computeIndicator,
  indicatorStream,
  latestValues,
} from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { averageTrueRange } from '../../../../../src/signals/domain/indicators/true-range.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { closesOf } from '../../../../support/indicators.js';

test('a value that is not there yet is NaN in a line and null on its own', () => {
  const bars = closesOf(1, 2);
  expect(computeIndicator(simpleMovingAverage, bars, { period: 2 }).value).toEqual(Float64Array.of(NaN, 1.5));
  expect(latestValues(simpleMovingAverage, bars, { period: 3 })).toEqual({ value: null });
  expect(latestValues(simpleMovingAverage, closesOf(), { period: 3 })).toEqual({ value: null });
  const stream = indicatorStream(simpleMovingAverage, { period: 2 });
  expect([{ close: 1 }, { close: null }, {}, { close: 2 }].map((bar) => stream.next(bar).value)).toEqual([
    null,
    null,
    null,
    1.5,
  ]);
});

test('bars in rows become columns, with NaN for what is unknown', () => {
  expect(barColumns([{ close: 1, volume: null }, { openTime: 5 }])).toEqual({
    openTime: Float64Array.of(NaN, 5),
    high: Float64Array.of(NaN, NaN),
    low: Float64Array.of(NaN, NaN),
    close: Float64Array.of(1, NaN),
    volume: Float64Array.of(NaN, NaN),
  });
});

test.each([
  ['a close above the high', [9, 5, 10], 'bar 1: close 10 and low 5 to high 9 do not fit'],
  ['a close below the low', [9, 5, 4], 'bar 1: close 4 and low 5 to high 9 do not fit'],
  ['a low above the high', [9, 10, 9], 'bar 1: close 9 and low 10 to high 9 do not fit'],
])('%s is refused', (_name, [high, low, close], message) => {
  const bars = { high: Float64Array.of(9, high!), low: Float64Array.of(5, low!), close: Float64Array.of(7, close!) };
  expect(() => computeIndicator(averageTrueRange, bars)).toThrow(new InvariantViolation(message));
});

test('columns that are missing or of different lengths are refused', () => {
  expect(() => computeIndicator(averageTrueRange, closesOf(1))).toThrow(
    'an indicator that reads high got bars without it',
  );
  const [high, low, close] = [Float64Array.of(1, 2), Float64Array.of(1, 2), Float64Array.of(1)];
  expect(() => computeIndicator(averageTrueRange, { high, low, close })).toThrow('close has 1 bars, high has 2');
  const into = { value: new Float64Array(3) };
  expect(() => computeIndicator(simpleMovingAverage, closesOf(1), {}, into)).toThrow('does not go into lines');
});

test('an indicator is found by its id, and an unknown one is refused', () => {
  expect(indicatorOf('sma')).toBe(simpleMovingAverage);
  expect(() => indicatorOf('astrology')).toThrow('indicator "astrology" is none of sma, ema, rsi');
});
