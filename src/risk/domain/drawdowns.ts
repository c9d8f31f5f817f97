import type { Numbers } from './returns.js';

/** One fall below an earlier peak. Positions count points of wealth: 0 is before the first return, t after the t-th. */
export interface Drawdown {
  /** Positive fraction of the peak's wealth lost at the trough. */
  readonly depth: number;
  readonly peak: number;
  readonly trough: number;
  /** First position at which wealth is the peak's again or more; null while it is not. */
  readonly recovery: number | null;
}

/** Losses up to here are rounding of a wealth that came back to its peak. */
const rounding = 1e-12;

/** Compounded wealth, starting at 1 before the first return: one more value than returns. */
export function wealthOf(returns: Numbers): Float64Array {
  const wealth = new Float64Array(returns.length + 1);
  wealth[0] = 1;
  for (let t = 0; t < returns.length; t++) wealth[t + 1] = wealth[t]! * (1 + returns[t]!);
  return wealth;
}

/**
 * Loss against the highest wealth so far after each return, a positive fraction or 0. Wealth starts at 1 before the
 * first return, so a loss in the first period counts.
 */
export function underwater(returns: Numbers): Float64Array {
  const losses = new Float64Array(returns.length);
  let wealth = 1;
  let peak = 1;
  for (let t = 0; t < returns.length; t++) {
    wealth *= 1 + returns[t]!;
    peak = Math.max(peak, wealth);
    const loss = 1 - wealth / peak;
    losses[t] = loss > rounding ? loss : 0;
  }
  return losses;
}

/** Every fall, oldest first; the last one may not have recovered. */
export function drawdowns(returns: Numbers): Drawdown[] {
  const falls: Drawdown[] = [];
  const losses = underwater(returns);
  let open: { depth: number; peak: number; trough: number } | undefined;
  losses.forEach((loss, t) => {
    if (loss > 0) {
      open ??= { depth: 0, peak: t, trough: t };
      if (loss > open.depth) open = { ...open, depth: loss, trough: t + 1 };
    } else if (open) {
      falls.push({ ...open, recovery: t + 1 });
      open = undefined;
    }
  });
  if (open) falls.push({ ...open, recovery: null });
  return falls;
}

/** Largest loss from a peak, a positive fraction; 0 when wealth never fell, null without returns. */
export function maxDrawdown(returns: Numbers): number | null {
  if (returns.length === 0) return null;
  let wealth = 1;
  let peak = 1;
  let worst = 0;
  for (let t = 0; t < returns.length; t++) {
    wealth *= 1 + returns[t]!;
    if (wealth > peak) peak = wealth;
    else worst = Math.max(worst, 1 - wealth / peak);
  }
  return worst > rounding ? worst : 0;
}
