import { InvariantViolation } from '../../../shared/errors.js';
import { toIso, type EpochMs } from '../../../shared/time.js';

/** A value that somebody can bet on before it is known. */
export interface DelayedValue {
  /** When weight and bounds were known and nothing of the value was. */
  readonly openedAt: EpochMs;
  /** Below 0 and above it; a value beyond is taken as the bound. */
  readonly low: number;
  readonly high: number;
  /** The value and from when on it is known, later than `openedAt`; null while nobody knows it. */
  readonly closed: { readonly at: EpochMs; readonly value: number } | null;
  /** How much it counts, more than 0, known at `openedAt`. */
  readonly weight: number;
}

export interface SequentialTest {
  /** Of known values. */
  readonly count: number;
  /**
   * Money that is in hand after having bet one unit on a mean above 0, and on one below 0. If the mean is not above 0, the
   * first reaches `decisive` at any time with a probability of 2.5 % at the most, however often one looks.
   */
  readonly evidenceAbove: number;
  readonly evidenceBelow: number;
  /** The mean lies between them with 95 %, at all times together; null while nothing says so. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Both sides together are wrong at any time with this probability at the most. */
const errorRate = 0.05;
/** Of each side: the reciprocal of its share of the error rate (Ville's inequality). */
export const decisive = 2 / errorRate;
/**
 * What an account holds at the most; what it wins beyond is given away, so that it forgets: values that turn against it
 * take away what is left within a few dozen, not only after as many as there were before.
 */
const mostHeld = 25 * decisive;
/**
 * What is staked at a time, in parts of the money in hand spread over all that is open: one account each, as nobody knows
 * before which is best. With many trades open 8 parts keep eight ninths of the money at stake.
 */
const boldness = [1 / 8, 1 / 4, 1 / 2, 2, 8] as const;
/** Of the money in hand at one instant. */
const mostStaked = 0.9;
/** Of a bound, a fraction of the whole range. */
const precision = 1e-4;

/**
 * An anytime-valid test of the mean of bounded values that are known late, and its confidence sequence.
 *
 * By betting (Shafer, "Testing by betting", 2021; Waudby-Smith & Ramdas, "Estimating means of bounded random variables by
 * betting", 2024): an account starts with 1 and bets on the mean being above m. A bet stakes a part of the money in hand
 * and gives stake · (value - low) / (m - low) back, which is never negative and, if m is not below the mean, no more than
 * the stake on average. So the probability that it ever holds 1/α is α at the most (Ville, 1939).
 *
 * Trades overlap, and one that is stopped is known earlier than one that wins. So a stake is taken out of the account when
 * a trade opens, before anything of it is known, and what comes back counts when it closes; what is out counts nothing. An
 * account that would stop betting at the first time it holds 1/α ends with no less, and with 1 at the most on average, so
 * the bound needs no independence of trades, of any number, at the same time or one after the other, and no order in which
 * they close. What is still open belongs to the values: its stakes are out. All it needs is that, given what was known at its opening, no value is expected above m.
 *
 * The mean is that of values by their weights. The test is the mean of five accounts, each with another share of its money
 * at stake, spread over what is open by weight.
 */
export function sequentialTest(values: readonly DelayedValue[]): SequentialTest {
  const above = timelineOf(values);
  const below = timelineOf(values.map(mirrored));
  const high = boundOf(below);
  return {
    count: values.filter(({ closed }) => closed !== null).length,
    evidenceAbove: held(above, 0),
    evidenceBelow: held(below, 0),
    low: boundOf(above),
    high: high === null ? null : 0 - high,
  };
}

/** `evidenceAbove` of the whole test alone. */
export const evidenceAbove = (values: readonly DelayedValue[]): number => held(timelineOf(values), 0);

/** What an account that bets on a mean above 0 holds after each closing, in the order in which they come. */
export function evidenceOverTime(values: readonly DelayedValue[]): Float64Array {
  const path: number[] = [];
  held(timelineOf(values), 0, (money) => path.push(money));
  return Float64Array.from(path);
}

/** A bet on a mean below 0 is one on the mean of the opposite above it. */
export const mirrored = (one: DelayedValue): DelayedValue => ({
  ...one,
  low: -one.high,
  high: -one.low,
  closed: one.closed && { ...one.closed, value: -one.closed.value },
});

/** Openings and closings in the order of time; `at` counts into the columns. */
interface Timeline {
  /** Above the lower bound of each; NaN while it is open. */
  readonly values: Float64Array;
  readonly lows: Float64Array;
  /** What the mean may be: where every value may lie. */
  readonly from: number;
  readonly to: number;
  /** Part of the weight of all that is open once the ones of the same instant are, too. */
  readonly partOfOpen: Float64Array;
  /** Part of the weight of what opens at the same instant. */
  readonly partOfInstant: Float64Array;
  /** 1 for the first opening of an instant: all of one instant stake parts of the same money. */
  readonly startsInstant: Uint8Array;
  /** `at` for an opening, `-1 - at` for a closing. */
  readonly events: Int32Array;
}

function timelineOf(values: readonly DelayedValue[]): Timeline {
  values.forEach(assertUsable);
  const timeOf = (event: number) => (event >= 0 ? values[event]!.openedAt : values[-1 - event]!.closed!.at);
  const events = Int32Array.from(values.flatMap(({ closed }, at) => (closed ? [at, -1 - at] : [at])));
  // what closes at an instant is known to who opens at it
  events.sort((a, b) => timeOf(a) - timeOf(b) || Number(a >= 0) - Number(b >= 0) || Math.abs(a) - Math.abs(b));
  return {
    values: Float64Array.from(values, ({ low, high, closed }) =>
      closed ? Math.min(high, Math.max(low, closed.value)) : NaN,
    ),
    lows: Float64Array.from(values, ({ low }) => low),
    from: values.reduce((most, { low }) => Math.max(most, low), -Infinity),
    to: values.reduce((least, { high }) => Math.min(least, high), Infinity),
    events,
    ...openings(
      events,
      values.map(({ weight }) => weight),
      timeOf,
    ),
  };
}

function assertUsable({ openedAt, low, high, closed, weight }: DelayedValue): void {
  if (!(low < 0 && high > 0)) throw new InvariantViolation(`bounds of ${low} to ${high}`);
  if (!(weight > 0 && weight < Infinity)) throw new InvariantViolation(`a weight of ${weight}`);
  if (!closed) return;
  if (!(closed.at > openedAt)) {
    throw new InvariantViolation(`opened at ${toIso(openedAt)}, known at ${toIso(closed.at)}`);
  }
  if (!Number.isFinite(closed.value)) throw new InvariantViolation(`a value of ${closed.value}`);
}

function openings(events: Int32Array, weights: readonly number[], timeOf: (event: number) => EpochMs) {
  const partOfOpen = new Float64Array(weights.length);
  const partOfInstant = new Float64Array(weights.length);
  const startsInstant = new Uint8Array(weights.length);
  let open = 0;
  for (let i = 0; i < events.length;) {
    const event = events[i]!;
    if (event < 0) {
      open -= weights[-1 - event]!;
      i++;
      continue;
    }
    const first = i;
    const already = open;
    for (; i < events.length && events[i]! >= 0 && timeOf(events[i]!) === timeOf(event); i++) {
      open += weights[events[i]!]!;
    }
    startsInstant[event] = 1;
    for (const at of events.subarray(first, i)) {
      partOfOpen[at] = weights[at]! / open;
      partOfInstant[at] = weights[at]! / (open - already);
    }
  }
  return { partOfOpen, partOfInstant, startsInstant };
}

/** What is in hand at the end after bets on a mean above `m`, on average over the accounts; told after each closing. */
function held(timeline: Timeline, m: number, onClosing?: (money: number) => void): number {
  const { values, lows, partOfOpen, partOfInstant, startsInstant, events } = timeline;
  const accounts = boldness.length;
  const money = new Float64Array(accounts).fill(1);
  const before = new Float64Array(accounts);
  const stakes = new Float64Array(accounts * values.length);
  const total = () => money.reduce((sum, one) => sum + one, 0) / accounts;
  for (const event of events) {
    if (event >= 0) {
      if (startsInstant[event] === 1) before.set(money);
      const most = mostStaked * partOfInstant[event]!;
      for (let k = 0; k < accounts; k++) {
        const stake = before[k]! * Math.min(most, boldness[k]! * partOfOpen[event]!);
        stakes[event * accounts + k] = stake;
        money[k] = money[k]! - stake;
      }
      continue;
    }
    const at = -1 - event;
    const back = (values[at]! - lows[at]!) / (m - lows[at]!);
    for (let k = 0; k < accounts; k++) {
      money[k] = Math.min(mostHeld, money[k]! + stakes[at * accounts + k]! * back);
    }
    onClosing?.(total());
  }
  return total();
}

/** The largest `m` that is refuted: the mean lies above it. Null while none is. */
function boundOf(timeline: Timeline): number | null {
  const { from, to } = timeline;
  const isRefuted = (m: number) => held(timeline, m) >= decisive;
  const step = precision * (to - from);
  // 0 first, so that the bound and the evidence never contradict each other
  let [refuted, standing] = isRefuted(0) ? [0, to] : [from, 0];
  while (standing - refuted > step) {
    const middle = (refuted + standing) / 2;
    if (isRefuted(middle)) refuted = middle;
    else standing = middle;
  }
  return refuted === from ? null : refuted;
}
