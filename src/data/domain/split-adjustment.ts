import { dayMs, utcDate, type EpochMs } from '../../shared/time.js';
import type { Adjustment, SeriesRef } from './candle.js';
import { suspectedSplits, type SuspectedSplit } from './quality.js';

/** A split that somebody tells of. */
export interface KnownSplit {
  /** 00:00 UTC of the first day on the new units, as it was told. */
  readonly day: EpochMs;
  /** New units for an old one: 4 for four to one, 0.1 for one to ten. */
  readonly factor: number;
  /** The source of prices, or `ledger`. */
  readonly toldBy: string;
}

export interface SplitAdjusted {
  /** In units after all splits. */
  readonly closes: Float64Array;
  /** Splits that the prices before them were divided by, with the first day on the new units. */
  readonly applied: readonly KnownSplit[];
  /** Jumps that look like a split of which nobody tells. */
  readonly suspected: readonly SuspectedSplit[];
  /** Splits that raw prices do not show. */
  readonly unseen: readonly KnownSplit[];
}

interface Closes {
  readonly openTimes: ArrayLike<EpochMs>;
  readonly closes: ArrayLike<number>;
}

/** Brokers and sources tell a split some days off; so far from the day told it is looked for. */
const daysOff = 5;
/** Logarithm of a factor that stands out from what a price does on an ordinary day. */
const standsOut = Math.log(1.2);
/** A close moves away from its split by a day's return; opens, which `suspectedSplits` prefers, are not known here. */
const closeTolerance = 0.08;
/** Below that of the smallest split that is looked for, two for one, with its tolerance. */
const smallestJump = 1.8;

/**
 * Daily closes in units after all splits, so that a split is no return. Closes that are adjusted already stay as they are.
 * Of others those before a split are divided by its factor, where the prices show it: where the move of a day is nearer
 * to the split than to none, on the day that was told or, for a split that stands out, a few days around it. So a series
 * whose adjustment nobody knows is right in either case. `canSplit` says whether jumps are looked for (not of coins).
 */
export function splitAdjusted(
  { openTimes, closes }: Closes,
  adjustment: Adjustment,
  known: readonly KnownSplit[],
  canSplit: boolean,
): SplitAdjusted {
  const adjusted = new Float64Array(closes);
  const applied: KnownSplit[] = [];
  const unseen: KnownSplit[] = [];
  const isAdjusted = adjustment === 'split' || adjustment === 'total_return';
  for (const split of isAdjusted ? [] : known) {
    const isTold = [...applied, ...unseen].some(
      ({ day, factor }) =>
        Math.abs(day - split.day) <= 2 * daysOff * dayMs && Math.abs(factor / split.factor - 1) < 1e-9,
    );
    // a second telling of one split
    if (isTold) continue;
    const at = stepOf(split, openTimes, adjusted);
    if (at === 'outside') continue;
    if (at === 'unseen') {
      if (adjustment === 'raw') unseen.push(split);
      continue;
    }
    for (let i = 0; i < at; i++) adjusted[i]! /= split.factor;
    applied.push({ ...split, day: Math.floor(openTimes[at]! / dayMs) * dayMs });
  }
  const suspected = canSplit ? jumpsLikeSplits(openTimes, adjusted) : [];
  return { closes: adjusted, applied, suspected, unseen };
}

/** Only the few jumps that are large enough are looked at as bars: histories are long, and a request may wait for this. */
function jumpsLikeSplits(openTimes: ArrayLike<EpochMs>, closes: Float64Array): SuspectedSplit[] {
  const suspected: SuspectedSplit[] = [];
  for (let i = 1; i < closes.length; i++) {
    const factor = closes[i - 1]! / closes[i]!;
    if (factor < smallestJump && factor > 1 / smallestJump) continue;
    const bars = [i - 1, i].map((at) => ({ openTime: openTimes[at]!, open: null, close: closes[at]! }));
    suspected.push(...suspectedSplits(bars, [], closeTolerance));
  }
  return suspected;
}

/** Position of the first close after a split; `outside` when the closes do not reach over it. */
function stepOf({ day, factor }: KnownSplit, openTimes: ArrayLike<EpochMs>, closes: Float64Array) {
  const size = Math.log(factor);
  let [found, distance, isWithin] = [-1, Infinity, false];
  for (let i = 1; i < closes.length; i++) {
    const time = openTimes[i]!;
    const isOfDay = time >= day && openTimes[i - 1]! < day;
    isWithin ||= isOfDay;
    const isNear = Math.abs(size) >= standsOut && Math.abs(Math.floor(time / dayMs) * dayMs - day) <= daysOff * dayMs;
    if (!isOfDay && !isNear) continue;
    const move = Math.log(closes[i]! / closes[i - 1]!);
    const off = Math.abs(move + size);
    if (off >= Math.abs(move) || off >= distance) continue;
    [found, distance] = [i, off];
  }
  if (found > 0) return found;
  return isWithin ? ('unseen' as const) : ('outside' as const);
}

/** What is to be known of an asset's prices from a day on because of splits, in sentences. */
export function splitNotes(
  assetId: string,
  { applied, suspected, unseen }: Pick<SplitAdjusted, 'applied' | 'suspected' | 'unseen'>,
  from: EpochMs = -Infinity,
): string[] {
  const recent = (splits: readonly KnownSplit[]) => splits.filter(({ day }) => day >= from);
  const jumps = suspected.filter(({ openTime }) => openTime >= from);
  return [
    ...recent(applied).map(
      ({ day, factor, toldBy }) =>
        `${assetId}: prices before ${utcDate(day)} are carried over a split of ${ratio(factor)}, told by ${told(toldBy)}`,
    ),
    ...recent(unseen).map(
      ({ day, factor, toldBy }) =>
        `${assetId}: ${told(toldBy)} tells of a split of ${ratio(factor)} on ${utcDate(day)}, which the prices do not show`,
    ),
    ...jumps.map(
      ({ openTime, factor }) =>
        `${assetId}: the price jumps on ${utcDate(openTime)} as after a split of about ${ratio(factor)}, of which nobody tells: it counts as a return`,
    ),
  ];
}

const ratio = (factor: number): string => (factor >= 1 ? `${rounded(factor)} for 1` : `1 for ${rounded(1 / factor)}`);
const rounded = (factor: number): number => Number(factor.toPrecision(3));
const told = (by: string): string => (by === 'ledger' ? 'the ledger' : by);

/** As `splitAdjusted`, of bars whose closes are decimal texts: those that no split concerns stay as they are. */
export function splitAdjustedTexts(
  { assetId, adjustment }: Pick<SeriesRef, 'assetId' | 'adjustment'>,
  bars: readonly { readonly openTime: EpochMs; readonly close: string }[],
  known: readonly KnownSplit[],
  canSplit: boolean,
): { closes: { openTime: EpochMs; close: string }[]; notes: string[] } {
  const closes = bars.map(({ close }) => Number(close));
  const adjusted = splitAdjusted(
    { openTimes: bars.map(({ openTime }) => openTime), closes },
    adjustment,
    known,
    canSplit,
  );
  return {
    closes: bars.map(({ openTime, close }, i) => ({
      openTime,
      close: adjusted.closes[i] === closes[i] ? close : String(adjusted.closes[i]),
    })),
    notes: splitNotes(assetId, adjusted),
  };
}
