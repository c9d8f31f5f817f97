import type { Candle, SeriesRef } from '../../data/domain/candle.js';
import { canonicalJson } from '../../shared/canonical-json.js';

/**
 * Canonical JSON of `{ bars, series }`, of which signals keep the SHA-256. Bars are written by hand in the order of their
 * keys: hundreds of them are hashed for every signal.
 */
export function barsText(series: SeriesRef, bars: readonly Candle[]): string {
  const inOrder = bars.map(({ close, high, low, open, openTime, volume }) => {
    return { close, high, low, open, openTime, volume };
  });
  return `{"bars":${JSON.stringify(inOrder)},"series":${canonicalJson(series)}}`;
}
