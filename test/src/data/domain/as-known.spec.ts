import { compareAsKnown, seriesText } from '../../../../src/data/domain/as-known.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

const start = Date.parse('2024-05-01T00:00:00Z');
const bar = (i: number, over: Partial<Candle> = {}): Candle => ({
  openTime: start + i * dayMs,
  open: '1',
  high: '2',
  low: '1',
  close: '1.50',
  volume: '10',
  ...over,
});
const series: SeriesRef = {
  assetId: 'BTC' as AssetId,
  interval: '1d',
  source: 'binance',
  quoteCurrency: 'USDT',
  adjustment: 'raw',
};

test('names the bars that came, went and changed, oldest first', () => {
  const before = [bar(0), bar(1), bar(2), bar(4)];
  const after = [bar(1), bar(2, { close: '1.6' }), bar(3), bar(4, { volume: null })];
  expect(compareAsKnown(before, after)).toEqual([
    { openTime: start, before: bar(0), after: null },
    { openTime: start + 2 * dayMs, before: bar(2), after: bar(2, { close: '1.6' }) },
    { openTime: start + 3 * dayMs, before: null, after: bar(3) },
    { openTime: start + 4 * dayMs, before: bar(4), after: bar(4, { volume: null }) },
  ]);
});

test('compares numbers, where missing is never zero', () => {
  expect(compareAsKnown([bar(0)], [bar(0, { close: '15e-1', volume: '10.0' })])).toEqual([]);
  expect(compareAsKnown([bar(0, { volume: '0' })], [bar(0, { volume: null })])).toHaveLength(1);
  expect(compareAsKnown([], [])).toEqual([]);
});

test('the same bars have the same text, whatever the order of their members', () => {
  const { close, ...rest } = bar(0);
  expect(seriesText(series, [{ close, ...rest }])).toBe(seriesText({ ...series }, [bar(0)]));
  expect(seriesText(series, [bar(0, { open: null, high: null, low: null })])).toBe(
    '{"bars":[{"close":"1.50","high":null,"low":null,"open":null,"openTime":"2024-05-01T00:00:00Z","volume":"10"}],' +
      '"series":{"adjustment":"raw","assetId":"BTC","interval":"1d","quoteCurrency":"USDT","source":"binance"}}',
  );
});
