import { intervalMs, isClosed, type Candle, type Interval } from '../../data/domain/candle.js';
import { InvariantViolation } from '../../shared/errors.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { Direction } from './signal.js';

/** What a signal promised; decimal texts in the quote currency of its series. */
export interface LiveSignal {
  readonly direction: Direction;
  readonly entryPrice: string;
  readonly takeProfit: string;
  readonly stopLoss: string;
  /** The entry is the last price before this instant. */
  readonly asOf: EpochMs;
  readonly expiresAt: EpochMs;
}

export const exitReasons = ['take_profit', 'stop_loss', 'expired'] as const;
export type ExitReason = (typeof exitReasons)[number];

/**
 * How a bar that touched both levels was told: `bar` when it touched one only, `finer` by the bars that it is made of,
 * `pessimistic` when those are not there either, so that the stop counts.
 */
export const exitTellings = ['bar', 'finer', 'pessimistic'] as const;
type ExitTold = (typeof exitTellings)[number];

export interface Exit {
  readonly kind: 'exit';
  readonly reason: ExitReason;
  /** Decimal text: the level, or the open where the market jumped over it. */
  readonly price: string;
  /** End of the bar in which it happened: from then on it can be known. */
  readonly at: EpochMs;
  /** The market opened beyond the level. */
  readonly gap: boolean;
  readonly told: ExitTold;
  /** Furthest that the price went for and against the trade until then, as fractions of the entry, neither negative. */
  readonly bestMove: number;
  readonly worstMove: number;
}

export type Settlement = Exit | { readonly kind: 'open'; readonly bestMove: number; readonly worstMove: number };

/** Bars of which a bar is made, oldest first; none when they are not stored. */
export type FinerBars = (bar: Candle, interval: Interval) => readonly Candle[];

interface Moves {
  best: number;
  worst: number;
}

/**
 * What became of a signal on later bars of one interval, oldest first, all of them closed: the first level that is reached,
 * or the last close before the expiry. Bars that open before the signal's as-of are refused.
 *
 * A bar that opens beyond a level leaves at its open, for better or worse: nobody got the level. Where one bar reaches both
 * levels its finer bars decide, and without them the stop does. Bars that know only a close are judged by it, and leave at
 * it. A signal is expired by the bar that ends at or after the expiry, at the last close that was made by then; without any
 * bar in between at its entry. Where there is no such bar the clock tells it, once it would be there (`now`).
 */
export function settle(
  signal: LiveSignal,
  bars: readonly Candle[],
  interval: Interval,
  finer: FinerBars = () => [],
  now: EpochMs = -Infinity,
): Settlement {
  assertLevels(signal);
  const moves: Moves = { best: 0, worst: 0 };
  let lastClose = signal.entryPrice;
  let previous = signal.asOf - 1;
  for (const bar of bars) {
    if (bar.openTime <= previous) {
      throw new InvariantViolation(`a bar of ${toIso(bar.openTime)} follows ${toIso(previous)}`);
    }
    previous = bar.openTime;
    if (bar.openTime >= signal.expiresAt) return expired(signal, lastClose, moves);
    const exit = within(signal, bar, interval, finer, moves);
    if (exit) return exit;
    const end = bar.openTime + intervalMs[interval];
    if (end <= signal.expiresAt) lastClose = bar.close;
    if (end >= signal.expiresAt) return expired(signal, lastClose, moves);
  }
  if (isClosed(signal.expiresAt, interval, now)) return expired(signal, lastClose, moves);
  return { kind: 'open', bestMove: moves.best, worstMove: moves.worst };
}

function assertLevels({ direction, entryPrice, takeProfit, stopLoss }: LiveSignal): void {
  const [entry, target, stop] = [Number(entryPrice), Number(takeProfit), Number(stopLoss)];
  const isInOrder = direction === 'buy' ? stop < entry && entry < target : target < entry && entry < stop;
  if (!(isInOrder && Math.min(entry, target, stop) > 0)) {
    throw new InvariantViolation(`a ${direction} at ${entryPrice} with target ${takeProfit} and stop ${stopLoss}`);
  }
}

const expired = ({ expiresAt }: LiveSignal, price: string, moves: Moves): Exit => ({
  kind: 'exit',
  reason: 'expired',
  price,
  at: expiresAt,
  gap: false,
  told: 'bar',
  bestMove: moves.best,
  worstMove: moves.worst,
});

/** The exit that happens in a bar, undefined when neither level is reached; `moves` grows by the bar. */
function within(signal: LiveSignal, bar: Candle, interval: Interval, finer: FinerBars, moves: Moves): Exit | undefined {
  const sign = signal.direction === 'buy' ? 1 : -1;
  const entry = Number(signal.entryPrice);
  // towards the target is positive for either direction
  const move = (price: string | number) => (sign * (Number(price) - entry)) / entry;
  const [toTarget, toStop] = [move(signal.takeProfit), move(signal.stopLoss)];
  const leave = (reason: ExitReason, price: string, told: ExitTold, gap = false): Exit => {
    track(moves, move(price));
    const at = bar.openTime + intervalMs[interval];
    return { kind: 'exit', reason, price, at, gap, told, bestMove: moves.best, worstMove: moves.worst };
  };
  if (bar.open === null || bar.high === null || bar.low === null) {
    const closed = move(bar.close);
    if (closed <= toStop) return leave('stop_loss', bar.close, 'bar', closed < toStop);
    if (closed >= toTarget) return leave('take_profit', bar.close, 'bar', closed > toTarget);
    track(moves, closed);
    return undefined;
  }
  const opened = move(bar.open);
  if (opened <= toStop) return leave('stop_loss', bar.open, 'bar', opened < toStop);
  if (opened >= toTarget) return leave('take_profit', bar.open, 'bar', opened > toTarget);
  const [furthest, nearest] = sign > 0 ? [move(bar.high), move(bar.low)] : [move(bar.low), move(bar.high)];
  const [isTarget, isStop] = [furthest >= toTarget, nearest <= toStop];
  if (isTarget && isStop) {
    for (const part of finer(bar, interval)) {
      const exit = within(signal, part, interval, () => [], moves);
      if (exit)
        return { ...exit, at: bar.openTime + intervalMs[interval], told: exit.told === 'bar' ? 'finer' : exit.told };
    }
    return leave('stop_loss', signal.stopLoss, 'pessimistic');
  }
  if (isStop) {
    // what came first in the bar is not known: the stop counts, and with it no better price
    return leave('stop_loss', signal.stopLoss, 'bar');
  }
  if (isTarget) {
    track(moves, nearest);
    return leave('take_profit', signal.takeProfit, 'bar');
  }
  track(moves, furthest);
  track(moves, nearest);
  return undefined;
}

function track(moves: Moves, move: number): void {
  moves.best = Math.max(moves.best, move);
  moves.worst = Math.max(moves.worst, -move);
}

export interface SettledReturns {
  /** Of the position, after the costs of both trades, a fraction of its value at the entry. */
  readonly usd: number;
  /** The same for who counts in bitcoin; null where bitcoin has no price then. */
  readonly btc: number | null;
  /** The return in units of what the stop would have cost. */
  readonly rMultiple: number;
}

/**
 * What a settled signal brought. A sell is a short sale that is paid out in US dollars: its gain or loss is turned into
 * bitcoin at the exit. `costRate` is paid on the value of each of the two trades.
 */
export function settledReturns(
  { direction, entryPrice, stopLoss }: Pick<LiveSignal, 'direction' | 'entryPrice' | 'stopLoss'>,
  exitPrice: string,
  costRate: number,
  btc: { readonly atEntry: number | null; readonly atExit: number | null },
): SettledReturns {
  const [entry, exit, stop] = [Number(entryPrice), Number(exitPrice), Number(stopLoss)];
  const sign = direction === 'buy' ? 1 : -1;
  const costs = costRate * (1 + exit / entry);
  const usd = (sign * (exit - entry)) / entry - costs;
  const risk = Math.abs(entry - stop) / entry;
  const { atEntry, atExit } = btc;
  if (atEntry === null || atExit === null) return { usd, btc: null, rMultiple: usd / risk };
  const turned = atEntry / atExit;
  return { usd, btc: direction === 'buy' ? (1 + usd) * turned - 1 : usd * turned, rMultiple: usd / risk };
}
