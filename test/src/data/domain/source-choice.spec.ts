import type { AssetClass } from '../../../../src/data/domain/asset.js';
import type { Interval, SeriesRef } from '../../../../src/data/domain/candle.js';
import { isCurrent, preferredSeries } from '../../../../src/data/domain/source-choice.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const at = (text: string) => Date.parse(text);

test.each<[AssetClass, Interval, string, string, boolean]>([
  ['crypto', '1d', '2025-03-11', '2025-03-12', true],
  ['crypto', '1d', '2025-03-04', '2025-03-12', true],
  ['crypto', '1d', '2025-03-03', '2025-03-12', false],
  // Friday's bar on the Tuesday after a long weekend
  ['stock', '1d', '2025-02-14', '2025-02-18', true],
  ['stock', '1d', '2025-02-06', '2025-02-18', false],
  ['crypto', '1w', '2025-02-17', '2025-03-12', true],
  ['crypto', '1w', '2025-02-10', '2025-03-12', false],
  ['crypto', '1m', '2025-03-11T00:00', '2025-03-11T23:00', true],
  ['crypto', '1m', '2025-03-10T22:00', '2025-03-11T23:00', false],
  // Friday's last hour on a Sunday
  ['etf', '1h', '2025-03-07T20:30', '2025-03-09T12:00', true],
])('a %s whose last %s bar opens %s is current as of %s: %s', (assetClass, interval, last, asOf, is) => {
  expect(isCurrent(assetClass, interval, at(`${last}Z`), at(`${asOf}Z`))).toBe(is);
});

test('prefers the configured order, then its simulated series, then what has most bars', () => {
  const stored = (source: string, rows = 10, adjustment: SeriesRef['adjustment'] = 'raw') => ({
    series: { assetId: 'BTC' as AssetId, interval: '1d', source, quoteCurrency: 'USDT', adjustment } as const,
    rows,
  });
  const chosen = (...all: ReturnType<typeof stored>[]) =>
    preferredSeries(all, ['binance', 'yahoofinance'])?.series.source;
  expect(chosen()).toBeUndefined();
  expect(chosen(stored('csv:x'), stored('yahoofinance'), stored('binance'))).toBe('binance');
  expect(chosen(stored('simulated:binance:1'), stored('yahoofinance'))).toBe('yahoofinance');
  expect(chosen(stored('csv:x'), stored('simulated:yahoofinance:1'))).toBe('simulated:yahoofinance:1');
  expect(chosen(stored('csv:y'), stored('csv:x'))).toBe('csv:x');
  expect(preferredSeries([stored('csv:x', 5, 'raw'), stored('csv:x', 9, 'split')], [])?.series.adjustment).toBe(
    'split',
  );
});
