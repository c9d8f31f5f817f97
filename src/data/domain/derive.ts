import { Decimal } from 'decimal.js';
import type { EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { intervalMs, type Candle, type Interval } from './candle.js';
import { expectedOpens } from './exchange-calendar.js';

/** Sums are exact: decimal texts have at most 64 digits, and no week has more than 10,080 bars of a minute. */
const Exact = Decimal.clone({ precision: 1_000 });

/** Whether bars of `to` can be put together from bars of `from`. */
export const canDerive = (from: Interval, to: Interval): boolean =>
  intervalMs[from] < intervalMs[to] && intervalMs[to] % intervalMs[from] === 0;

/**
 * Bars of a coarser interval from the closed bars of a finer one of the same series, both oldest first.
 *
 * A bar comes out only when all its parts are there that the calendar of the asset's class expects: a coin's week has
 * seven days from Monday on, a stock's its trading days. Open is the first open, close the last close, high and low the
 * extremes as their sources printed them, the volume the exact sum, null when a part has none. From parts that know
 * only closes comes a close.
 */
export function deriveBars(bars: readonly Candle[], from: Interval, to: Interval, assetClass: AssetClass): Candle[] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last || !canDerive(from, to)) return [];
  const stored = new Map(bars.map((bar) => [bar.openTime, bar]));
  const step = intervalMs[to];
  const end = last.openTime + intervalMs[from];
  const targets = expectedOpens(assetClass, to, first.openTime - step, end + step);
  const parts = expectedOpens(assetClass, from, first.openTime - step, end + step);
  const derived: Candle[] = [];
  let at = 0;
  for (const openTime of targets) {
    while (at < parts.length && parts[at]! < openTime) at++;
    const own: (Candle | undefined)[] = [];
    for (let i = at; i < parts.length && parts[i]! < openTime + step; i++) own.push(stored.get(parts[i]!));
    if (own.length > 0 && own.every((part) => part !== undefined)) derived.push(joined(openTime, own));
  }
  return derived;
}

function joined(openTime: EpochMs, parts: readonly Candle[]): Candle {
  const [opens, highs, lows, volumes] = [
    known(parts, 'open'),
    known(parts, 'high'),
    known(parts, 'low'),
    known(parts, 'volume'),
  ];
  return {
    openTime,
    open: opens?.[0] ?? null,
    high: highs?.reduce((a, b) => (new Exact(b).gt(a) ? b : a)) ?? null,
    low: lows?.reduce((a, b) => (new Exact(b).lt(a) ? b : a)) ?? null,
    close: parts.at(-1)!.close,
    volume: volumes ? Exact.sum(...volumes).toFixed() : null,
  };
}

/** The numbers of all parts, or undefined when one does not have it: an extreme of the others would be invented. */
function known(parts: readonly Candle[], field: 'open' | 'high' | 'low' | 'volume'): string[] | undefined {
  const texts = parts.map((part) => part[field]).filter((text) => text !== null);
  return texts.length === parts.length ? texts : undefined;
}
