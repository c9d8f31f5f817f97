import { barsText } from '../../../../src/signals/domain/bars-text.js';
import { canonicalJson } from '../../../../src/shared/canonical-json.js';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';

test('the text of bars is the canonical JSON of them and their series', () => {
  const series: SeriesRef = {
    source: 'csv:"odd"',
    quoteCurrency: 'USD',
    adjustment: 'unknown',
    interval: '1d',
    assetId: 'BTC' as AssetId,
  };
  const bars = [
    { openTime: 0, open: '1', high: '2.50', low: '0.1', close: '2', volume: null },
    { volume: '7', openTime: 86_400_000, close: '3', open: null, high: null, low: null },
  ];
  expect(barsText(series, bars)).toBe(canonicalJson({ series, bars }));
  expect(barsText(series, [])).toBe(canonicalJson({ series, bars: [] }));
});
