import type { Asset, AssetClass } from '../../../../src/data/domain/asset.js';
import type { Interval } from '../../../../src/data/domain/candle.js';
import { dueCollections, isSparedWhileOneRuns } from '../../../../src/data/domain/scheduled-collections.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const asset = (
  id: string,
  assetClass: AssetClass,
  ...intervals: Interval[]
): Pick<Asset, 'id' | 'assetClass' | 'intervals'> => ({
  id: id as AssetId,
  assetClass,
  intervals,
});
const enabled = [
  asset('BTC', 'crypto', '1m', '1h', '1d'),
  asset('ETH', 'crypto', '15m', '1d'),
  asset('SPY', 'etf', '1d', '4h'),
  asset('AAPL', 'stock', '1w'),
  asset('DOGE', 'crypto', '5m'),
];
const at = (text: string) => Date.parse(text);

test('the day of coins has its own schedule, with the dollar token that their pairs are quoted in', () => {
  expect(dueCollections('collect-daily-crypto', enabled, at('2025-06-01T00:37:00Z'))).toEqual([
    { interval: '1d', assets: ['BTC', 'ETH', 'USDT'] },
  ]);
  expect(dueCollections('collect-daily-crypto', [enabled[2]!], at('2025-06-01T00:37:00Z'))).toEqual([]);
});

test('the day of US stocks has its own, and a weekly bar is made of daily ones', () => {
  expect(dueCollections('collect-daily-us', enabled, at('2025-06-03T00:30:00Z'))).toEqual([
    { interval: '1d', assets: ['SPY', 'AAPL'] },
  ]);
});

test('hours are collected of what wants 1h, or 4h that is made of it', () => {
  expect(dueCollections('collect-hourly', enabled, at('2025-06-01T05:01:00Z'))).toEqual([
    { interval: '1h', assets: ['BTC', 'SPY'] },
  ]);
});

test.each([
  ['2025-06-01T05:01:10Z', ['1m BTC']],
  ['2025-06-01T05:05:10Z', ['1m BTC', '5m DOGE']],
  ['2025-06-01T05:15:10Z', ['1m BTC', '5m DOGE', '15m ETH']],
  ['2025-06-01T00:00:10Z', ['1m BTC', '5m DOGE', '15m ETH']],
])('at %s the bars that have just ended are due', (time, expected) => {
  const due = dueCollections('collect-minute', enabled, at(time));
  expect(due.map(({ interval, assets }) => `${interval} ${assets.join(' ')}`)).toEqual(expected);
});

test('only what comes again soon is spared while one still runs', () => {
  expect(isSparedWhileOneRuns('collect-minute')).toBe(true);
  expect(isSparedWhileOneRuns('collect-daily-us')).toBe(false);
});
