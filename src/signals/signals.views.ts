import { toIso } from '../shared/time.js';
import type { SignalRow } from './signal.repository.js';
import type { SignalView } from './signals.schemas.js';

/** A stored signal as the wire shows it: prices as JSON numbers, confidence as a fraction. */
export function signalViewOf(signal: SignalRow): SignalView {
  const { evidence, series } = signal;
  return {
    id: signal.id,
    asset_id: signal.assetId,
    category: signal.category,
    direction: signal.direction,
    entry_price: Number(signal.entryPrice),
    take_profit: Number(signal.takeProfit),
    stop_loss: Number(signal.stopLoss),
    take_profit_pct: signal.takeProfitPct,
    stop_loss_pct: signal.stopLossPct,
    risk_reward_ratio: signal.riskRewardRatio,
    position_size_pct: signal.positionSizePct,
    strength: signal.strength,
    confidence: signal.confidencePoints / 100,
    as_of: toIso(signal.asOf.getTime()),
    expires_at: toIso(signal.expiresAt.getTime()),
    rehearsal: signal.rehearsal,
    simulated: signal.simulated,
    rule_version: signal.ruleVersion,
    portfolio_id: signal.portfolioId,
    pipeline_id: signal.runId,
    evidence: {
      rule: evidence.rule,
      reason: evidence.reason,
      rsi: evidence.rsi,
      sma_20: evidence.sma20,
      sma_50: evidence.sma50,
      ema_12: evidence.ema12,
      ema_26: evidence.ema26,
      macd: evidence.macd,
      volatility: evidence.volatility,
      price_position: evidence.pricePosition,
      trend: evidence.trend,
      periods_per_year: evidence.periodsPerYear,
      bars: evidence.bars,
      first_date: evidence.firstDate,
      last_date: evidence.lastDate,
      risk_fraction: evidence.riskFraction,
    },
    series: { source: series.source, quote_currency: series.quoteCurrency, adjustment: series.adjustment },
  };
}
