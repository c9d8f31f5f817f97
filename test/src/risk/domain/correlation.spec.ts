import { alignedReturns, onUtcDates, type PriceSeries } from '../../../../src/risk/domain/alignment.js';
import {
  correlation,
  correlationsWith,
  estimatedCorrelations,
  minimumOverlap,
  pairwiseCorrelations,
  repaired,
} from '../../../../src/risk/domain/correlation.js';
import type { CovarianceEstimatorId } from '../../../../src/risk/domain/covariance/registry.js';
import { inNumeraire } from '../../../../src/risk/domain/numeraire.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs } from '../../../../src/shared/time.js';
import { congruential } from '../../../support/returns.js';

const monday = Date.parse('2021-01-04T00:00:00Z');
const isWeekday = (ms: number) => ![0, 6].includes(new Date(ms).getUTCDay());

function series(assetId: string, seed: number, options: { days?: number; hour?: number; weekdays?: boolean } = {}) {
  const { days = 60, hour = 0, weekdays = false } = options;
  const noise = congruential(days, seed);
  let price = 100;
  const rows = Array.from({ length: days }, (_, i) => {
    price *= 1 + noise[i]! / 10;
    return { openTime: monday + i * dayMs, close: price };
  }).filter(({ openTime }) => !weekdays || isWeekday(openTime));
  return {
    assetId: assetId as AssetId,
    openTimes: rows.map(({ openTime }) => openTime + hour * hourMs),
    closes: rows.map(({ close }) => close),
  };
}

const btc = series('BTC', 1);
const eth = series('ETH', 2);
const spy = series('SPY', 3, { weekdays: true, hour: 14 });
const shortLived = series('NEW', 4, { days: 20 });
const still: PriceSeries = { ...btc, assetId: 'USD' as AssetId, closes: btc.closes.map(() => 1) };

test('Pearson’s correlation of a known table', () => {
  // x = 1..20, y = x² : Σ(x-m)(y-m) / √(ΣΣ) = 13965 / √(665 · 310583) computed by hand from power sums
  const x = Array.from({ length: 20 }, (_, i) => i + 1);
  const y = x.map((value) => value ** 2);
  // sums: Σx = 210, Σx² = 2870, Σx³ = 44100, Σx⁴ = 722666
  const [sxy, sxx, syy] = [44100 - (210 * 2870) / 20, 2870 - 210 ** 2 / 20, 722666 - 2870 ** 2 / 20];
  expect(correlation(x, y)).toBeCloseTo(sxy / Math.sqrt(sxx * syy), 12);
  expect(
    correlation(
      x,
      x.map((value) => -value),
    ),
  ).toBe(-1);
});

test('a stock and a coin meet on the UTC dates that both have, whatever the hour of their bars', () => {
  const { matrix, observations } = pairwiseCorrelations([btc, spy]);
  const weekdays = btc.openTimes.filter(isWeekday).length;
  expect(observations[0]![1]).toBe(weekdays - 1);
  // the coin's return over the weekend is from Friday to Monday
  const common = btc.closes.filter((_, i) => isWeekday(btc.openTimes[i]!));
  const returns = (closes: number[]) => closes.slice(1).map((close, i) => close / closes[i]! - 1);
  expect(matrix[0]![1]).toBeCloseTo(correlation(returns(common), returns(spy.closes))!, 12);
  expect(matrix[1]![0]).toBe(matrix[0]![1]);
  expect([matrix[0]![0], matrix[1]![1]]).toEqual([1, 1]);
});

test('what cannot be told is null: fewer than 20 common returns, or a price that does not move', () => {
  const { matrix, observations } = pairwiseCorrelations([btc, shortLived, still]);
  expect(observations[0]![1]).toBe(minimumOverlap - 1);
  expect(matrix).toEqual([
    [1, null, null],
    [null, null, null],
    [null, null, null],
  ]);
});

test('with one return more the pair is told', () => {
  expect(pairwiseCorrelations([btc, series('NEW', 4, { days: 21 })]).matrix[0]![1]).not.toBeNull();
});

test('correlations with Bitcoin leave Bitcoin out and keep the order', () => {
  const found = correlationsWith(btc, [eth, btc, shortLived]);
  expect(found.map(({ assetId }) => assetId)).toEqual(['ETH', 'NEW']);
  expect(found[0]!.correlation).toBe(pairwiseCorrelations([btc, eth]).matrix[0]![1]);
  expect(found[1]).toEqual({ assetId: 'NEW', correlation: null, observations: 19 });
});

test('pairs over unlike dates may contradict each other, and the nearest matrix that does not is told', () => {
  const contradicting = {
    assets: [],
    observations: [],
    matrix: [
      [1, 0.9, -0.9],
      [0.9, 1, 0.9],
      [-0.9, 0.9, 1],
    ],
  };
  const { matrix, distance } = repaired(contradicting)!;
  // by symmetry x, x, -x with x = 1/2, where the determinant is 0; each of six entries moves by 0.4
  expect(matrix[1]).toBeCloseTo(0.5, 9);
  expect(matrix[2]).toBeCloseTo(-0.5, 9);
  expect(distance).toBeCloseTo(Math.sqrt(6 * 0.16), 9);
  expect(repaired(pairwiseCorrelations([btc, eth]))!.distance).toBe(0);
  expect(repaired(pairwiseCorrelations([btc, shortLived]))).toBeNull();
});

test('without series there is an empty matrix', () => {
  expect(pairwiseCorrelations([])).toEqual({ assets: [], matrix: [], observations: [] });
  expect(alignedReturns([])).toMatchObject({ assets: [], dates: [], periods: 0 });
});

test('of two bars on one UTC date the later one in the list holds, and dates come in order', () => {
  const { days, closes } = onUtcDates({
    assetId: 'X' as AssetId,
    openTimes: [monday + dayMs, monday + hourMs, monday + 2 * hourMs],
    closes: [3, 1, 2],
  });
  expect([...days]).toEqual([monday / dayMs, monday / dayMs + 1]);
  expect([...closes]).toEqual([2, 3]);
});

test('aligned returns are rows of all assets between the dates that every one has', () => {
  const found = alignedReturns([btc, spy]);
  expect(found.dates[0]).toBe('2021-01-04');
  expect(found.dates).toHaveLength(found.periods + 1);
  expect(found.dates.every((date) => isWeekday(Date.parse(`${date}T00:00:00Z`)))).toBe(true);
  expect(found.returns).toHaveLength(found.periods * 2);
  expect(found.returns[1]).toBeCloseTo(spy.closes[1]! / spy.closes[0]! - 1, 14);
});

test.each<CovarianceEstimatorId>([
  'sample',
  'ledoit_wolf_identity',
  'ledoit_wolf_constant_correlation',
  'oas',
  'gerber',
])('correlations by %s have a unit diagonal, say their quality and leave out what does not move', (estimator) => {
  const found = estimatedCorrelations([btc, eth, spy, still], estimator);
  expect(found.matrix[0]![0]).toBe(1);
  expect(found.matrix[0]![3]).toBeNull();
  expect(found.matrix[3]![3]).toBeNull();
  expect(Math.abs(found.matrix[0]![1]!)).toBeLessThanOrEqual(1);
  expect(found.effectiveObservations).toBeGreaterThan(0);
  expect(found.observations[0]![1]).toBe(btc.openTimes.filter(isWeekday).length - 1);
});

test('the sample estimate on common dates is the pairwise correlation there', () => {
  expect(estimatedCorrelations([btc, eth], 'sample').matrix[0]![1]).toBeCloseTo(
    pairwiseCorrelations([btc, eth]).matrix[0]![1]!,
    12,
  );
});

test('estimates from too short a common history are all null', () => {
  expect(estimatedCorrelations([btc, shortLived], 'oas')).toMatchObject({
    matrix: [
      [null, null],
      [null, null],
    ],
    shrinkage: null,
    effectiveObservations: null,
  });
});

test('prices in bitcoin are dollar prices over Bitcoin’s of the same date, and Bitcoin’s own are 1', () => {
  const inBitcoin = inNumeraire(spy, btc);
  expect(inBitcoin.closes).toHaveLength(spy.closes.length);
  expect(inBitcoin.closes[0]).toBe(spy.closes[0]! / btc.closes[0]!);
  expect(Array.from(inNumeraire(btc, btc).closes).every((close) => close === 1)).toBe(true);
  expect(alignedReturns([inNumeraire(btc, btc)]).returns.every((value) => value === 0)).toBe(true);
});
