import { dayMs, startOfUtcDay, toIso, utcDate, type EpochMs } from '../../shared/time.js';
import { intervalMs, type Candle, type Interval, type RefusedRow } from './candle.js';
import { isDecimalText } from './decimal-text.js';

/** A bar as a source offered it, and the place where it stood. */
export interface OfferedCandle extends Candle {
  /** `BTC-USD.csv:17`, or `binance klines[3]`. */
  readonly where: string;
}

export interface CheckedCandles {
  /** Oldest first, one a stamp. */
  readonly candles: Candle[];
  readonly refused: RefusedRow[];
}

/**
 * Relative tolerance with which a price is compared with the bounds of its bar: adjusted prices are products of
 * doubles and miss their own high or low in the 16th digit.
 */
export const boundsTolerance = 1e-9;

/**
 * Why a bar is not believed, or undefined when it is. Names the field and the value.
 *
 * Prices must be positive decimal numbers, with low <= open, close <= high up to `boundsTolerance`, or the close alone;
 * the volume must not be negative, null means that it is unknown; the bar must be over at `now`.
 */
export function whyCandleIsRefused(candle: Candle, interval: Interval, now: EpochMs): string | undefined {
  return whyStampIsRefused(candle.openTime, interval, now) ?? whyNumbersAreRefused(candle);
}

function whyStampIsRefused(openTime: EpochMs, interval: Interval, now: EpochMs): string | undefined {
  // JavaScript's last date; a stamp in microseconds or nanoseconds lies beyond, or in a far century
  if (!Number.isSafeInteger(openTime) || Math.abs(openTime) > 8.64e15) return `date ${openTime} is not a time stamp`;
  const shown = () => (interval === '1d' || interval === '1w' ? utcDate(openTime) : toIso(openTime));
  if (openTime >= startOfUtcDay(now) + dayMs) return `date ${shown()} is after today (${utcDate(now)})`;
  const end = openTime + intervalMs[interval];
  return end > now ? `date ${shown()} is not over: its bar ends ${toIso(end)}` : undefined;
}

function whyNumbersAreRefused({ open, high, low, close, volume }: Candle): string | undefined {
  const wrong = whyPriceIsRefused('close', close) ?? whyVolumeIsRefused(volume);
  if (open === null && high === null && low === null) return wrong;
  const missing = whyBoundIsRefused('open', open) ?? whyBoundIsRefused('high', high) ?? whyBoundIsRefused('low', low);
  if (missing !== undefined) return missing;
  if (wrong !== undefined) return wrong;
  const [top, bottom, first, last] = [Number(high), Number(low), Number(open), Number(close)];
  if (exceeds(bottom, top)) return `high ${high} is below low ${low}`;
  if (exceeds(first, top)) return `open ${open} is above high ${high}`;
  if (exceeds(bottom, first)) return `open ${open} is below low ${low}`;
  if (exceeds(last, top)) return `close ${close} is above high ${high}`;
  if (exceeds(bottom, last)) return `close ${close} is below low ${low}`;
  return undefined;
}

const whyBoundIsRefused = (field: string, text: string | null) =>
  text === null ? `${field} is missing beside the others` : whyPriceIsRefused(field, text);

function whyPriceIsRefused(field: string, text: string): string | undefined {
  if (!isDecimalText(text)) return `${field} "${text.slice(0, 40)}" is not a number`;
  return Number(text) <= 0 ? `${field} ${text} is not positive` : undefined;
}

function whyVolumeIsRefused(volume: string | null): string | undefined {
  if (volume === null) return undefined;
  if (!isDecimalText(volume)) return `volume "${volume.slice(0, 40)}" is not a number`;
  return Number(volume) < 0 ? `volume ${volume} is negative` : undefined;
}

/** Whether `a` is above `b` by more than the tolerance; both are positive. */
const exceeds = (a: number, b: number) => a > b * (1 + boundsTolerance);

/**
 * The bars that are believed, oldest first, and the others with the reason.
 *
 * Of two bars with one stamp the first is kept. A bar out of order is refused, where "out of order" means the fewest
 * bars whose removal leaves the others ascending, so that one mistyped date does not cost all that follow it.
 */
export function checkCandles(offered: readonly OfferedCandle[], interval: Interval, now: EpochMs): CheckedCandles {
  const reasons = new Map<OfferedCandle, string>();
  const seen = new Set<EpochMs>();
  for (const candle of offered) {
    const reason = whyCandleIsRefused(candle, interval, now);
    if (reason !== undefined) reasons.set(candle, reason);
    else if (seen.has(candle.openTime)) reasons.set(candle, `date ${toIso(candle.openTime)} stands there twice`);
    else seen.add(candle.openTime);
  }
  const believed = offered.filter((candle) => !reasons.has(candle));
  const ascending = longestAscending(believed.map(({ openTime }) => openTime));
  believed.forEach((candle, i) => {
    if (!ascending.has(i)) reasons.set(candle, `date ${toIso(candle.openTime)} is out of order`);
  });
  return {
    candles: believed.filter((candle) => !reasons.has(candle)).map(withoutWhere),
    refused: [...reasons].map(([{ where }, reason]) => ({ where, reason })),
  };
}

const withoutWhere = ({ openTime, open, high, low, close, volume }: OfferedCandle): Candle => ({
  openTime,
  open,
  high,
  low,
  close,
  volume,
});

/** Positions of a longest strictly ascending subsequence (Fredman, 1975); every position when the input ascends. */
function longestAscending(values: readonly number[]): ReadonlySet<number> {
  const ends: number[] = [];
  const before = new Int32Array(values.length);
  values.forEach((value, i) => {
    let [from, to] = [0, ends.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (values[ends[middle]!]! < value) from = middle + 1;
      else to = middle;
    }
    before[i] = from > 0 ? ends[from - 1]! : -1;
    ends[from] = i;
  });
  const kept = new Set<number>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]!) kept.add(i);
  return kept;
}
