import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { assumptionsOf } from '../../../../src/guidance/domain/assumptions.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const series = (asset: string, change: Partial<SeriesRef> = {}): SeriesRef => ({
  assetId: asset as AssetId,
  interval: '1d',
  source: 'csv:x',
  quoteCurrency: 'USD',
  adjustment: 'raw',
  ...change,
});

test('prices in one currency, as they were traded, need no assumption', () => {
  expect(assumptionsOf([series('BTC'), series('SPY')], true)).toEqual([]);
  expect(
    assumptionsOf([series('BTC', { quoteCurrency: 'USDT' }), series('ETH', { quoteCurrency: 'USDT' })], true),
  ).toEqual([]);
});

test('tells which prices were taken for dollars, and which were adjusted afterwards', () => {
  const mixed = [series('BTC', { quoteCurrency: 'USDT' }), series('SPY', { adjustment: 'split' })];
  expect(assumptionsOf(mixed, true)).toEqual([
    '1 USDT is counted as 1 USD: BTC are priced in USDT',
    'past prices are adjusted for later splits or dividends: SPY',
  ]);
  expect(assumptionsOf(mixed, false)).toHaveLength(1);
});
