import { dayMs, type EpochMs } from '../../shared/time.js';

/** Money put in (negative) or taken out (positive) by a person; the last one usually is what is left. */
export interface CashFlow {
  readonly time: EpochMs;
  readonly amount: number;
}

export type MoneyWeightedReturn =
  | { readonly kind: 'rate'; readonly yearly: number }
  /** There is none, or more than one: no number would be true. */
  | { readonly kind: 'none'; readonly reason: string };

/** Logarithms of the yearly growth factor between which a root is looked for: from nearly all lost to e^25-fold. */
const range = { from: -25, to: 25, steps: 1_000 };

/**
 * Yearly rate at which the flows' present value is nil: `sum(amount / (1 + r)^(days / 365)) = 0` (internal rate of return
 * with dates, as XIRR of spreadsheets).
 *
 * The root is bracketed on a grid of `ln(1 + r)` and then bisected, so that what is found is a root; flows of one sign
 * have none, and flows that change their sign several times may have more than one.
 */
export function moneyWeightedReturn(flows: readonly CashFlow[]): MoneyWeightedReturn {
  const none = (reason: string): MoneyWeightedReturn => ({ kind: 'none', reason });
  const moved = flows.filter(({ amount }) => amount !== 0);
  if (!moved.some(({ amount }) => amount > 0) || !moved.some(({ amount }) => amount < 0)) {
    return none('money only went one way');
  }
  const first = Math.min(...moved.map(({ time }) => time));
  const years = moved.map(({ time }) => (time - first) / (365 * dayMs));
  const longest = Math.max(...years);
  if (longest === 0) return none('all money moved at the same moment');
  // over short times only small rates keep the powers finite; scaled so that every horizon has the same grid
  const presentValue = (x: number): number =>
    moved.reduce((sum, { amount }, i) => sum + amount * Math.exp((-x * years[i]!) / longest), 0);
  const at = (i: number) => range.from + ((range.to - range.from) * i) / range.steps;
  const roots: number[] = [];
  for (let i = 0; i < range.steps; i++) {
    const [low, high] = [presentValue(at(i)), presentValue(at(i + 1))];
    if (low === 0) roots.push(at(i));
    else if (high !== 0 && low < 0 !== high < 0) roots.push(bisected(presentValue, at(i), at(i + 1)));
  }
  if (roots.length === 0) return none('no rate explains the flows');
  if (roots.length > 1) return none(`${roots.length} rates explain the flows`);
  return { kind: 'rate', yearly: Math.expm1(roots[0]! / longest) };
}

function bisected(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  const below = f(low) < 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) < 0 === below) low = middle;
    else high = middle;
  }
}
