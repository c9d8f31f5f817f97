import type { RealisedGain } from '../../portfolio/domain/lots.js';
import { dayMs, type EpochMs } from '../../shared/time.js';

/** How trading went of late, as the checks for habits of thought want it. */
export interface TradingRecord {
  /** Net realised loss of the last 30 days over the portfolio's value, a positive fraction; 0 for a gain; null where unknown. */
  readonly recentLoss: number | null;
  /** Sales in a row, newest first, that made a gain; a sale whose gain nobody knows ends the row. */
  readonly winStreak: number;
}

type Gain = Pick<RealisedGain, 'transactionId' | 'disposedAt' | 'gain' | 'currency'>;

const recentDays = 30;

/**
 * From realised gains, in any order, of all sales until `asOf`: those of one sale, made of several lots, count as one.
 * `usdOf` values a currency in US dollars, undefined where nobody knows; the loss is null when a sale of the last 30 days
 * has no known gain, or the value is not above 0.
 */
export function tradingRecord(
  gains: readonly Gain[],
  {
    asOf,
    valueUsd,
    usdOf,
  }: { asOf: EpochMs; valueUsd: number; usdOf: (currency: Gain['currency']) => number | undefined },
): TradingRecord {
  const sales = new Map<string, { at: EpochMs; usd: number | null }>();
  for (const { transactionId, disposedAt, gain, currency } of gains) {
    if (disposedAt > asOf) continue;
    const rate = usdOf(currency);
    const own = gain === null || rate === undefined ? null : Number(gain) * rate;
    const before = sales.get(transactionId)?.usd;
    const usd = before === undefined ? own : before === null || own === null ? null : before + own;
    sales.set(transactionId, { at: disposedAt, usd });
  }
  const newestFirst = [...sales.values()].toSorted((a, b) => b.at - a.at);
  const recent = newestFirst.filter(({ at }) => at > asOf - recentDays * dayMs);
  const net = recent.reduce<number | null>((sum, { usd }) => (sum === null || usd === null ? null : sum + usd), 0);
  const lost = newestFirst.findIndex(({ usd }) => usd === null || usd <= 0);
  return {
    recentLoss: net === null ? null : net >= 0 ? 0 : valueUsd > 0 ? -net / valueUsd : null,
    winStreak: lost < 0 ? newestFirst.length : lost,
  };
}
