import { computeIndicator } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import {
  onBalanceVolume,
  rollingVwap,
  sessionVwap,
  volumeSpike,
} from '../../../../../src/signals/domain/indicators/volume.js';
import { dayMs, hourMs } from '../../../../../src/shared/time.js';
import { expectWithin, known } from '../../../../support/indicators.js';

describe('on-balance volume', () => {
  test('agrees with the published worked example', () => {
    // StockCharts ChartSchool, "On Balance Volume (OBV)", as technicalindicators tests it
    const close = Float64Array.of(
      ...[53.26, 53.3, 53.32, 53.72, 54.19, 53.92, 54.65, 54.6, 54.21, 54.53, 53.79, 53.66, 53.56, 53.57, 53.94, 53.27],
    );
    const volume = Float64Array.of(
      ...[88888, 8200, 8100, 8300, 8900, 9200, 13300, 10300, 9900, 10100, 11300, 12600, 10700, 11500, 23800, 14600],
    );
    expect(known(computeIndicator(onBalanceVolume, { close, volume }).value)).toEqual([
      8200, 16300, 24600, 33500, 24300, 37600, 27300, 17400, 27500, 16200, 3600, -7100, 4400, 28200, 13600,
    ]);
  });

  test('does not lose small volumes after large ones', () => {
    // a plain sum of 1e16 and ones forgets every one of them
    const close = Float64Array.from({ length: 1_002 }, (_, i) => 1 + i);
    const volume = new Float64Array(1_002).fill(1);
    volume[1] = 1e16;
    expect(computeIndicator(onBalanceVolume, { close, volume }).value.at(-1)).toBe(1e16 + 1_000);
  });

  test('stands still where the close does', () => {
    const [close, volume] = [new Float64Array(3).fill(5), new Float64Array(3).fill(9)];
    expect(known(computeIndicator(onBalanceVolume, { close, volume }).value)).toEqual([0, 0]);
  });
});

// StockCharts ChartSchool, "Volume-Weighted Average Price (VWAP)", minutes of IBM, as technicalindicators tests them
const ibm = {
  openTime: Float64Array.from({ length: 15 }, (_, i) => 14.5 * hourMs + i * 60_000),
  high: Float64Array.of(
    ...[127.36, 127.31, 127.21, 127.15, 127.08, 127.19, 127.09, 127.08, 127.18, 127.16, 127.31, 127.35, 127.34, 127.29],
    127.36,
  ),
  low: Float64Array.of(
    ...[126.99, 127.1, 127.11, 126.93, 126.98, 126.99, 126.82, 126.95, 127.05, 127.05, 127.08, 127.2, 127.25, 127.17],
    127.25,
  ),
  close: Float64Array.of(
    ...[127.28, 127.11, 127.15, 127.04, 126.98, 127.07, 126.93, 127.05, 127.11, 127.15, 127.3, 127.28, 127.28, 127.29],
    127.25,
  ),
  volume: Float64Array.of(
    ...[89329, 16137, 23945, 20679, 27252, 20915, 17372, 17600, 13896, 6700, 13848, 9925, 5540, 10803, 19400],
  ),
};

describe('session volume-weighted average price', () => {
  test('agrees with the published worked example', () => {
    const published = [
      127.21, 127.2, 127.2, 127.17, 127.15, 127.14, 127.13, 127.12, 127.12, 127.12, 127.12, 127.13, 127.13, 127.14,
      127.15,
    ];
    expectWithin([...computeIndicator(sessionVwap, ibm).value], published, 0.005);
  });

  test('begins anew with each UTC day and waits for its first trade', () => {
    const price = Float64Array.of(10, 20, 30, 40);
    const bars = {
      openTime: Float64Array.of(dayMs - 2 * hourMs, dayMs - hourMs, dayMs, dayMs + hourMs),
      ...{ high: price, low: price, close: price, volume: Float64Array.of(1, 1, 0, 5) },
    };
    expect(computeIndicator(sessionVwap, bars).value).toEqual(Float64Array.of(10, 15, NaN, 40));
  });

  test('refuses bars that go back in time', () => {
    const openTime = ibm.openTime.toReversed();
    expect(() => computeIndicator(sessionVwap, { ...ibm, openTime })).toThrow('came after that of');
  });
});

describe('rolling volume-weighted average price', () => {
  test('is that of the session when the window is the session', () => {
    const session = computeIndicator(sessionVwap, ibm).value.at(-1)!;
    expect(computeIndicator(rollingVwap, ibm, { period: 15 }).value.at(-1)).toBeCloseTo(session, 12);
  });

  test('forgets what left the window, and is unknown where nothing was traded in it', () => {
    const price = Float64Array.of(10, 20, 40, 50, 60);
    const bars = { high: price, low: price, close: price, volume: Float64Array.of(3, 1, 1, 0, 0) };
    expect(computeIndicator(rollingVwap, bars, { period: 2 }).value).toEqual(Float64Array.of(NaN, 12.5, 30, 40, NaN));
  });
});

test('a volume spike is a multiple of the mean volume of the bars before', () => {
  const volume = Float64Array.of(2, 4, 9, 0, 0, 0, 5);
  expect(computeIndicator(volumeSpike, { volume }, { period: 2 }).ratio).toEqual(
    Float64Array.of(NaN, NaN, 3, 0, 0, NaN, NaN),
  );
});
