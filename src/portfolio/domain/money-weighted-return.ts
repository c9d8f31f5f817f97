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

/** Logarithms of the growth over the whole time between which roots are looked for: from nearly all lost to e^25-fold. */
const widest = 25;
/** Narrower than this two roots are one: their yearly rates differ by less than a ten-thousandth of a point. */
const narrowest = 1e-6;

/**
 * Yearly rate at which the flows' present value is nil: `sum(amount / (1 + r)^(days / 365)) = 0` (internal rate of return
 * with dates, as XIRR of spreadsheets).
 *
 * All roots are found: an interval of `ln(1 + r)` is halved until bounds of the present value show that it has none, or
 * bounds of its derivative that it has one at most, which is then enclosed. Flows of one sign have no root, and flows that
 * change their sign several times may have more than one.
 */
export function moneyWeightedReturn(flows: readonly CashFlow[]): MoneyWeightedReturn {
  const none = (reason: string): MoneyWeightedReturn => ({ kind: 'none', reason });
  const moved = flows.filter(({ amount }) => amount !== 0);
  if (!moved.some(({ amount }) => amount > 0) || !moved.some(({ amount }) => amount < 0)) {
    return none('money only went one way');
  }
  let [first, last] = [Infinity, -Infinity];
  for (const { time } of moved) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  if (first === last) return none('all money moved at the same moment');
  // over short times only small rates keep the powers finite; scaled so that every horizon has the same interval
  const amounts = Float64Array.from(moved, ({ amount }) => amount);
  const times = Float64Array.from(moved, ({ time }) => (time - first) / (last - first));
  const yearly = (root: number) => Math.expm1((root * 365 * dayMs) / (last - first));
  const roots = rootsOf(amounts, times).map(yearly);
  if (roots.length === 0) return none('no rate explains the flows');
  if (roots.length > 1) return none(`${roots.length} rates explain the flows: ${inWords(roots)}`);
  return { kind: 'rate', yearly: roots[0]! };
}

/** Present value `in - out` at a point, and minus its derivative; every one of the four sums falls as the point rises. */
interface PresentValue {
  readonly at: number;
  readonly in: number;
  readonly out: number;
  readonly slopeIn: number;
  readonly slopeOut: number;
}

function presentValue(amounts: Float64Array, times: Float64Array, at: number): PresentValue {
  const sums = { at, in: 0, out: 0, slopeIn: 0, slopeOut: 0 };
  for (let i = 0; i < amounts.length; i++) {
    const value = amounts[i]! * Math.exp(-at * times[i]!);
    const slope = value * times[i]!;
    if (value > 0) {
      sums.in += value;
      sums.slopeIn += slope;
    } else {
      sums.out -= value;
      sums.slopeOut -= slope;
    }
  }
  return sums;
}

/** Ascending. Intervals are closed below and open above, so that a root between two of them is found once. */
function rootsOf(amounts: Float64Array, times: Float64Array): number[] {
  const of = (at: number) => presentValue(amounts, times, at);
  const roots: number[] = [];
  const open: [PresentValue, PresentValue][] = [[of(-widest), of(widest)]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [low, high] = next;
    if (high.in - low.out > 0 || low.in - high.out < 0) continue;
    const isMonotone = high.slopeIn - low.slopeOut > 0 || low.slopeIn - high.slopeOut < 0;
    const [atLow, atHigh] = [low.in - low.out, high.in - high.out];
    if (isMonotone || high.at - low.at <= narrowest) {
      if (atLow === 0) roots.push(low.at);
      else if (atHigh !== 0 && atLow < 0 !== atHigh < 0) roots.push(rootBetween(of, low, high));
      else if (!isMonotone && isNil(low) && isNil(high)) roots.push((low.at + high.at) / 2);
      continue;
    }
    const middle = of((low.at + high.at) / 2);
    open.push([middle, high], [low, middle]);
  }
  // two narrow intervals beside each other can both hold the point where the value only touches nil
  return roots.filter((root, i) => i === 0 || root - roots[i - 1]! > 2 * narrowest);
}

const netOf = ({ in: into, out }: PresentValue): number => into - out;

/** Nil but for the rounding of the sums. */
const isNil = (value: PresentValue): boolean => Math.abs(netOf(value)) <= 1e-13 * (value.in + value.out);

/** Newton's method, by halves where it would leave the bracket or closes it slowly. */
function rootBetween(of: (at: number) => PresentValue, from: PresentValue, to: PresentValue): number {
  const below = netOf(from) < 0;
  let [low, high, width] = [from.at, to.at, to.at - from.at];
  let at = (low + high) / 2;
  for (let i = 0; ; i++) {
    const value = of(at);
    const net = netOf(value);
    if (net < 0 === below) low = at;
    else high = at;
    const next = at + net / (value.slopeIn - value.slopeOut);
    // three steps have to do what bisection would in one
    const isSlow = i % 3 === 2 && high - low > width / 2;
    if (i % 3 === 2) width = high - low;
    const isWithin = next > low && next < high;
    if (net === 0 || (isWithin && !isSlow && Math.abs(next - at) <= 1e-15 * Math.max(1, Math.abs(at)))) return at;
    at = isWithin && !isSlow ? next : (low + high) / 2;
    if (at <= low || at >= high) return at;
  }
}

/** In percent. */
function inWords(rates: readonly number[]): string {
  const said = rates.map((rate) => `${Number((100 * rate).toPrecision(6))} %`);
  return `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
}
