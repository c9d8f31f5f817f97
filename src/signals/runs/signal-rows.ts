import { v7 as uuidv7 } from 'uuid';
import type { OwnerId, PortfolioId } from '../../shared/ids.js';
import type { Evaluated } from './signal-evaluator.js';
import type { Guarded } from './signal-guard.js';
import type { SignalRow } from '../signal.repository.js';

/** What a signal belongs to. */
export interface SignalContext {
  readonly runId: string;
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly asOf: Date;
  readonly rehearsal: boolean;
}

/** The row of a signal that the rules gave, under a new id; null when they gave none. */
export function signalRowOf(
  { runId, ownerId, portfolioId, asOf, rehearsal }: SignalContext,
  { assetId, outcome: signal, read, simulated }: Evaluated,
  { heldBack, biasFlags }: Guarded,
): SignalRow | null {
  if (signal.kind === 'withheld' || !read) return null;
  const { source, quoteCurrency, adjustment } = read.series;
  return {
    id: uuidv7(),
    runId,
    ownerId,
    portfolioId,
    assetId,
    category: signal.category,
    direction: signal.direction,
    entryPrice: signal.entryPrice,
    takeProfit: signal.takeProfit,
    stopLoss: signal.stopLoss,
    takeProfitPct: signal.takeProfitPct,
    stopLossPct: signal.stopLossPct,
    riskRewardRatio: signal.riskRewardRatio,
    positionSizePct: signal.positionSizePct,
    strength: signal.strength,
    confidencePoints: signal.confidencePoints,
    evidence: { ...signal.evidence, barsSha256: read.sha256, biasFlags },
    series: { source, quoteCurrency, adjustment },
    ruleVersion: signal.ruleVersion,
    rehearsal,
    simulated,
    heldBack,
    asOf,
    expiresAt: new Date(signal.expiresAt),
  };
}
