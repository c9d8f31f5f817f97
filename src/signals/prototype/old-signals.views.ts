import { oldDirectionWords } from '../../ai/domain/opinion.js';
import { pythonDuration } from '../../shared/durations.js';
import { dayMs, hourMs, startOfUtcDay, toIso, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from '../../data/domain/asset.js';
import type { StoredEvidence } from '../domain/evidence.js';
import { rules } from '../domain/rules/registry.js';
import type { Rule } from '../domain/rules/rule.js';
import { tradeCategories, type TradeCategory } from '../../shared/trade-categories.js';
import { categoryRules } from '../domain/trade-category.js';
import type { PlannedEntry } from '../entry-plans/entry-planner.js';
import type {
  EnhancedSignalsView,
  FiledSignalsView,
  FiledSignalView,
  FullSignalView,
  GeneratedSignalsView,
  SignalCategoriesView,
  SignalsSummaryView,
} from './old-signals.schemas.js';
import type { SignalOpinionRow } from '../opinions/signal-opinion.repository.js';
import type { SignalRow } from '../signal.repository.js';
import { tradeView } from '../signals.views.js';
import type { SignalSettlement } from '../settlements/signal-settlement.entity.js';

type Brief = GeneratedSignalsView['signals'][number];

export const briefOf = (signal: SignalRow, isLive: boolean): Brief => ({
  symbol: signal.assetId,
  signal_type: signal.direction,
  category: signal.category,
  ...tradeView(signal),
  timestamp: toIso(signal.asOf.getTime()),
  is_valid: isLive,
  simulated: signal.simulated,
});

interface Shown {
  readonly isLive: boolean;
  readonly opinion: SignalOpinionRow | undefined;
}

const fullOf = (signal: SignalRow, { isLive, opinion }: Shown): FullSignalView => ({
  ...briefOf(signal, isLive),
  expected_duration_hours: categoryRules[signal.category].maxHorizonMs / hourMs,
  expiry: toIso(signal.expiresAt.getTime()),
  indicators: indicatorsOf(signal.evidence),
  bias_flags: (signal.evidence.biasFlags ?? []).map(({ message }) => message),
  ai_enhancements: opinion ? saidOf(opinion) : null,
});

export function enhancedOf(
  signal: SignalRow,
  opinion: SignalOpinionRow | undefined,
): EnhancedSignalsView['signals'][number] {
  const full = fullOf(signal, { isLive: true, opinion });
  return { ...full, ai_answered: full.ai_enhancements !== null, arm: opinion?.servedBasis ?? 'rules' };
}

/** A signal in the dialect of the files that the prototype served: upper case, confidence in percent. */
export const filedOf = (signal: SignalRow, shown: Shown): FiledSignalView => ({
  ...fullOf(signal, shown),
  id: signal.id,
  signal_type: signal.direction === 'buy' ? 'BUY' : 'SELL',
  confidence: signal.confidencePoints,
});

const saidOf = ({ direction, confidence, summary }: SignalOpinionRow): FullSignalView['ai_enhancements'] =>
  direction && typeof confidence === 'number'
    ? {
        ai_confidence: confidence,
        final_decision: oldDirectionWords[direction],
        analysis_summary: summary ?? null,
        bull_consensus: null,
        bear_consensus: null,
        consensus_strength: null,
        debate_summary: null,
      }
    : null;

/** What the rules read, as far as it is known. */
function indicatorsOf({ findings, volatility, trend }: StoredEvidence): FullSignalView['indicators'] {
  const read = findings.flatMap(({ values }) => Object.entries(values));
  const known = [...read, ['volatility', volatility] as const].flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(known), trend };
}

/** How it is entered, in both spellings that clients read. */
export function entryOf(
  signal: SignalRow,
  { market, currentPriceUsd, size }: PlannedEntry,
  assetClass: AssetClass,
  at: EpochMs,
): Pick<FiledSignalView, 'lot_size' | 'entry_planning'> {
  const entry = Number(signal.entryPrice);
  const coins = size && assetClass === 'crypto' ? Number(size.quantity) : null;
  const opensAt = market.opensAt === null ? null : toIso(market.opensAt);
  return {
    ...(size && {
      lot_size: {
        symbol: signal.assetId,
        entry_price: entry,
        risk_amount_usd: Number(size.riskUsd),
        position_size_usd: Number(size.positionUsd),
        position_size_tokens: coins,
        token_amount: coins,
        position_size_units: assetClass === 'crypto' ? null : Number(size.quantity),
        lot_size: assetClass === 'cash' ? Number(size.lots) : null,
        lot_type: size.lotType,
        leverage: null,
      },
    }),
    entry_planning: {
      current_price: currentPriceUsd === null ? null : Number(currentPriceUsd),
      entry_price: entry,
      next_trading_day: opensAt ?? toIso(startOfUtcDay(at) + dayMs),
      market_open_time: opensAt,
      entry_strategy: market.orderType,
      recommended_order_type: market.orderType,
      entry_note: noteOf(market),
      time_until_open:
        opensAt === null ? 'N/A (24/7 market)' : market.isOpen ? 'open now' : pythonDuration(market.waitMs),
    },
  };
}

function noteOf({ opensAt, closesAt, isTooLate }: PlannedEntry['market']): string {
  if (isTooLate) return 'The signal expires before it can be entered';
  if (opensAt === null) return 'The market never closes: enter at the market price';
  if (closesAt !== null) return `The market is open until ${toIso(closesAt)}: enter with a limit at the entry price`;
  return `The market opens at ${toIso(opensAt)}: enter with a limit at the entry price`;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export function filedSummary(shown: readonly FiledSignalView[]): FiledSignalsView['summary'] {
  if (shown.length === 0) return null;
  const buys = shown.filter(({ signal_type: type }) => type === 'BUY').length;
  return {
    total_signals: shown.length,
    buy_signals: buys,
    sell_signals: shown.length - buys,
    avg_confidence: meanOf(shown.map(({ confidence }) => confidence)),
  };
}

/** `accountUsd` is what positions are shares of; null where it is not known. */
export function filedPerformance(
  settled: readonly (readonly [SignalRow, SignalSettlement])[],
  accountUsd: number | null,
): FiledSignalsView['performance'] {
  if (settled.length === 0) return null;
  const returns = settled.map(([, { returnUsd }]) => returnUsd);
  const ofAccount = settled.reduce((sum, [signal, { returnUsd }]) => sum + signal.positionSizePct * returnUsd, 0);
  return {
    win_rate: (100 * returns.filter((one) => one > 0).length) / returns.length,
    total_pnl: accountUsd === null ? null : accountUsd * ofAccount,
    avg_return: 100 * meanOf(returns),
    executed_count: settled.length,
  };
}

export function summaryOf(signals: readonly SignalRow[]): SignalsSummaryView {
  const countsOf = (key: 'direction' | 'category' | 'strength') => {
    const counts: Record<string, number> = {};
    for (const signal of signals) counts[signal[key]] = (counts[signal[key]] ?? 0) + 1;
    return counts;
  };
  return {
    total: signals.length,
    by_type: countsOf('direction'),
    by_category: countsOf('category'),
    by_strength: countsOf('strength'),
    avg_confidence: signals.length === 0 ? 0 : meanOf(signals.map((one) => one.confidencePoints)) / 100,
    avg_risk_reward: signals.length === 0 ? 0 : meanOf(signals.map((one) => one.riskRewardRatio)),
  };
}

const descriptions: Readonly<Record<TradeCategory, string>> = {
  scalp: 'Very short holding, seconds to minutes',
  intraday: 'Opened and closed within a day',
  swing: 'Days to weeks',
  long_term: 'Weeks to a year',
};

/** What each category promises and which rules it asks, the shortest first. */
export const signalCategories: SignalCategoriesView = {
  categories: tradeCategories.map((category) => {
    const { takeProfitPct, stopLossPct, minHorizonMs, maxHorizonMs } = categoryRules[category];
    return {
      category,
      description: descriptions[category],
      tp_range: [takeProfitPct.min, takeProfitPct.max],
      sl_range: [stopLossPct.min, stopLossPct.max],
      time_horizon_min_hours: minHorizonMs / hourMs,
      time_horizon_max_hours: maxHorizonMs / hourMs,
      indicators: rules.filter((rule: Rule) => rule.parameters[category] !== undefined).map(({ id }) => id),
    };
  }),
};
