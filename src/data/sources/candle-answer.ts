import type { EpochMs } from '../../shared/time.js';
import { isBarStart } from '../domain/bar-grid.js';
import { checkCandles, type OfferedCandle } from '../domain/candle-checks.js';
import { intervalMs, type Adjustment, type QuoteCurrency, type RefusedRow } from '../domain/candle.js';
import { whyUnitChanges } from '../domain/unit-change.js';
import { badAnswer } from './http-outcome.js';
import type { CandleAnswer, CandleRequest, CorporateAction, SourceOutcome } from './market-data-source.js';

export interface OfferedBars {
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
  /** Rows as the source printed them, in its order; the running bar may be among them. */
  readonly offered: readonly OfferedCandle[];
  /** Rows that could not even be read. */
  readonly malformed?: readonly RefusedRow[];
  readonly actions?: readonly CorporateAction[];
  readonly simulatedSeed: string | null;
}

/**
 * What a source's rows are worth: the closed bars of the window that are believed, oldest first, and the others with the
 * reason. Bars before the window and the running bar are left out without complaint; without any row it is `empty`.
 */
export function candleAnswer(
  { offered, malformed = [], actions = [], ...series }: OfferedBars,
  { asset: { assetClass }, interval, from, to }: CandleRequest,
  now: EpochMs,
): SourceOutcome<CandleAnswer> {
  const step = intervalMs[interval];
  const offGrid: RefusedRow[] = [];
  const wanted = offered.filter(({ openTime, where }) => {
    // what lies in the future is no running bar: the checks refuse it by name
    if (openTime > now) return true;
    if (openTime + step > Math.min(to, now) || openTime < (from ?? -Infinity)) return false;
    if (!Number.isSafeInteger(openTime) || isBarStart(assetClass, interval, openTime)) return true;
    offGrid.push({ where, reason: `open time ${openTime} is no start of a bar of ${interval}` });
    return false;
  });
  const { candles, refused: disbelieved } = checkCandles(wanted, interval, now);
  const refused = [...malformed, ...offGrid, ...disbelieved];
  if (candles.length === 0) {
    return refused[0]
      ? badAnswer(`all ${refused.length} rows refused, the first: ${refused[0].where} ${refused[0].reason}`)
      : { kind: 'empty' };
  }
  const unit = whyUnitChanges(candles);
  if (unit !== undefined) return badAnswer(unit);
  return { kind: 'ok', value: { ...series, candles, refused, rowsRefused: refused.length, actions } };
}
