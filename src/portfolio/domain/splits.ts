import type { AssetId } from '../../shared/ids.js';
import { utcDate, type EpochMs } from '../../shared/time.js';
import { Exact } from './exact.js';
import type { Transaction } from './transaction.js';

/** How many units one unit became at an instant. */
interface Split {
  readonly at: EpochMs;
  readonly ratio: Exact;
}

const one = new Exact(1);

/**
 * The splits that a portfolio's ledger records, whatever the account: one that several accounts record on the same UTC day
 * is one. Adjusted prices are those of today's units; the ledger's quantities are those of their own day.
 */
export class SplitHistory {
  private readonly splits = new Map<AssetId, Split[]>();

  constructor(transactions: readonly Transaction[]) {
    const seen = new Set<string>();
    for (const { kind, assetId, executedAt: at, ratio } of transactions) {
      if (kind !== 'split' || ratio === null) continue;
      const factor = new Exact(ratio.numerator).div(ratio.denominator);
      const key = `${assetId} ${utcDate(at)} ${factor.toFixed()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const split = { at, ratio: factor };
      const known = this.splits.get(assetId);
      if (known) known.push(split);
      else this.splits.set(assetId, [split]);
    }
  }

  /** How many units of just after `until` one unit of `after` became: the product of the splits in `(after, until]`. */
  factor(assetId: AssetId, after: EpochMs, until = Infinity): Exact {
    const splits = this.splits.get(assetId);
    if (!splits) return one;
    return splits.reduce((product, { at, ratio }) => (at > after && at <= until ? product.times(ratio) : product), one);
  }

  has(assetId: AssetId): boolean {
    return this.splits.has(assetId);
  }
}

/** Whether a series' prices are those of today's units instead of those of their day. */
const isSplitAdjusted = (adjustment: string | undefined): boolean =>
  adjustment === 'split' || adjustment === 'total_return';

/**
 * By what a stored price is multiplied to be that of one unit as held at `asOf`: an adjusted price is taken back over the
 * splits that came later, a raw one of before a split is carried over it.
 */
export const unitFactor = (
  splits: SplitHistory,
  assetId: AssetId,
  adjustment: string | undefined,
  priceTime: EpochMs,
  asOf: EpochMs,
): Exact =>
  isSplitAdjusted(adjustment)
    ? splits.factor(assetId, asOf)
    : one.div(splits.factor(assetId, Math.min(priceTime, asOf), asOf));
