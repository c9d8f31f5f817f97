import { pairwiseCorrelations } from '../../../../src/risk/domain/correlation.js';
import {
  estimatedIn,
  pairwiseIn,
  repairedIn,
  seriesOf,
  withFirstIn,
  type CorrelationWindow,
} from '../../../../src/risk/domain/correlation-window.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { congruential } from '../../../support/returns.js';

const asOf = Date.parse('2025-01-01T00:00:00Z');

/** Daily closes that end with the bar before the as-of. */
function closesOf(days: number, seed: number) {
  const noise = congruential(days, seed);
  let price = 100;
  const closes = noise.map((value) => (price *= 1 + value / 10));
  return { openTimes: Float64Array.from(closes, (_, i) => asOf - (days - i) * dayMs), closes };
}

const window = (over: Partial<CorrelationWindow> = {}): CorrelationWindow => ({
  assetIds: ['BTC', 'ETH', 'NEW', 'USD'] as AssetId[],
  closes: new Map([
    ['BTC' as AssetId, closesOf(200, 1)],
    ['ETH' as AssetId, closesOf(200, 2)],
  ]),
  numeraire: 'USD' as AssetId,
  asOf,
  lookbackDays: 50,
  ...over,
});

test('a window holds what has prices, with as many returns as the lookback has days', () => {
  const series = seriesOf(window());
  expect(series.map(({ assetId, closes }) => [assetId, closes.length])).toEqual([
    ['BTC', 51],
    ['ETH', 51],
    ['USD', 51],
  ]);
  expect(pairwiseIn(window())).toEqual(pairwiseCorrelations(series));
});

test('counted in BTC, BTC is 1 throughout; without the numeraire’s prices nothing can be counted', () => {
  const [btc, eth] = seriesOf(window({ numeraire: 'BTC' as AssetId }));
  expect(new Set(btc!.closes as Float64Array)).toEqual(new Set([1]));
  const own = window().closes;
  expect(eth!.closes[50]).toBe(own.get('ETH' as AssetId)!.closes[199]! / own.get('BTC' as AssetId)!.closes[199]!);
  expect(seriesOf(window({ numeraire: 'GLD' as AssetId }))).toEqual([]);
});

test('the other answers are those of the same window', () => {
  const { found, nearest } = repairedIn(window({ assetIds: ['BTC', 'ETH'] as AssetId[] }));
  expect(nearest).toEqual({ matrix: Float64Array.from(found.matrix.flat() as number[]), distance: 0 });
  const estimated = estimatedIn({ ...window({ assetIds: ['BTC', 'ETH'] as AssetId[] }), estimator: 'sample' });
  expect(estimated.matrix[0]![1]).toBeCloseTo(found.matrix[0]![1]!, 12);
  expect(withFirstIn(window())).toEqual([
    { assetId: 'ETH', correlation: found.matrix[0]![1], observations: 50 },
    { assetId: 'USD', correlation: null, observations: 50 },
  ]);
  expect(withFirstIn(window({ assetIds: ['NEW', 'BTC'] as AssetId[] }))).toEqual([]);
});
