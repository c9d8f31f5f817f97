import { donchianChannel, stochasticOscillator } from '../../../../../src/signals/domain/indicators/ranges.js';
import { computeIndicator, latestValues } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { expectWithin, known } from '../../../../support/indicators.js';
import { taLibDaily } from '../../../../support/ta-lib-series.js';

describe('stochastic oscillator', () => {
  test('agrees with the example of technicalindicators', () => {
    // npm, test/momentum/Stochastic.js: the bars of StockCharts ChartSchool, "Stochastic Oscillator"
    const bars = {
      high: Float64Array.of(
        ...[127.009, 127.616, 126.591, 127.347, 128.173, 128.432, 127.367, 126.422, 126.9, 126.85, 125.646, 125.716],
        ...[127.158, 127.715, 127.686, 128.223, 128.273, 128.093, 128.273, 127.735, 128.77, 129.287, 130.063, 129.118],
        ...[129.287, 128.472, 128.093, 128.651, 129.138, 128.641],
      ),
      low: Float64Array.of(
        ...[125.357, 126.163, 124.93, 126.094, 126.82, 126.482, 126.034, 124.83, 126.392, 125.716, 124.562, 124.572],
        ...[125.069, 126.86, 126.631, 126.8, 126.711, 126.8, 126.134, 125.925, 126.989, 127.815, 128.472, 128.064],
        ...[127.606, 127.596, 126.999, 126.9, 127.487, 127.397],
      ),
      close: Float64Array.of(
        ...[125.357, 126.163, 124.93, 126.094, 126.82, 126.482, 126.034, 124.83, 126.392, 125.716, 124.562, 124.572],
        ...[125.069, 127.288, 127.178, 128.014, 127.109, 127.725, 127.059, 127.327, 128.71, 127.875, 128.581, 128.601],
        ...[127.934, 128.113, 127.596, 127.596, 128.69, 128.273],
      ),
    };
    const ks = [
      70.43927648578827, 67.59689922480636, 89.19896640826927, 65.81395348837218, 81.73126614987092, 64.52196382428956,
      74.50821880894642, 98.57414448669196, 70.11640211640204, 73.05944373750224, 73.42301399745516, 61.22746312147157,
      60.95314377252715, 40.38182696955075, 40.38182696955075, 66.81971967133897, 56.74238762687298,
    ];
    const ds = [
      75.74504737295463, 74.2032730404826, 78.91472868217079, 70.68906115417757, 73.58714959436897, 79.20144237330932,
      81.06625513734681, 80.58333011353209, 72.19961995045314, 69.23664028547631, 65.20120696381794, 54.187477954516474,
      47.238932570542865, 49.19445787014681, 54.647978089254224,
    ];
    const { k, d } = computeIndicator(stochasticOscillator, bars, { smoothing: 1 });
    expectWithin(known(k), ks, 1e-10);
    expectWithin(known(d), ds, 1e-10);
  });

  test('agrees with the regression tests of TA-Lib', () => {
    // test_stoch.c: 5 bars, smoothed by 3; the first value with a signal of 3, and the one value with a signal of 4
    const slow = computeIndicator(stochasticOscillator, taLibDaily, { period: 5 });
    expect([known(slow.d)[0], slow.k[8]]).toEqual([expect.closeTo(36.254, 2), expect.closeTo(24.0128, 2)]);
    const slower = computeIndicator(stochasticOscillator, taLibDaily, { period: 5, signal: 4 });
    expect([known(slower.d)[0], slower.k[9]]).toEqual([expect.closeTo(36.725, 2), expect.closeTo(38.139, 2)]);
  });

  test('is in the middle of a range that has no height', () => {
    const price = new Float64Array(30).fill(7);
    expect(latestValues(stochasticOscillator, { high: price, low: price, close: price })).toEqual({ k: 50, d: 50 });
  });
});

describe('Donchian channel', () => {
  test('spans the last bars, this one included', () => {
    const high = Float64Array.of(5, 9, 7, 6, 8, 8, 7);
    const low = Float64Array.of(4, 5, 3, 5, 6, 6, 5);
    expect(computeIndicator(donchianChannel, { high, low }, { period: 3 })).toEqual({
      lower: Float64Array.of(NaN, NaN, 3, 3, 3, 5, 5),
      middle: Float64Array.of(NaN, NaN, 6, 6, 5.5, 6.5, 6.5),
      upper: Float64Array.of(NaN, NaN, 9, 9, 8, 8, 8),
    });
  });
});
