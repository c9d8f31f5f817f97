import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { beat } from '../src/platform/temporal/heartbeat.js';
import type { SignalId } from '../src/shared/ids.js';
import { SignalEvaluator, type Evaluated } from '../src/signals/signal-evaluator.js';
import { SignalSettler } from '../src/signals/signal-settler.js';
import { SignalRepository, type RecordedRun, type SignalRow } from '../src/signals/signal.repository.js';
import type { WithheldSignal } from '../src/signals/signal.entity.js';
import type {
  GenerateSignalsInput,
  SettlementReport,
  SignalActivities,
  SignalsSummary,
} from '../src/signals/signals.contract.js';

@Injectable()
export class SignalActivitiesProvider implements SignalActivities {
  constructor(
    private readonly evaluator: SignalEvaluator,
    private readonly signals: SignalRepository,
    private readonly settler: SignalSettler,
  ) {}

  async evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary> {
    const recorded = await this.signals.recordedRun(input.runId);
    if (recorded) return summaryOf(recorded);

    const { ownerId, portfolioId, categories, rehearsal, series } = input;
    const asOf = Date.parse(input.asOf);
    const assetIds = series.map(({ assetId }) => assetId);
    const evaluated = await this.evaluator.evaluate(
      { ownerId, portfolioId, categories, asOf, rehearsal },
      assetIds,
      series,
    );
    const found: SignalRow[] = [];
    const withheld: WithheldSignal[] = [];
    for (const one of evaluated) {
      const row = rowOf(input, one);
      if (row) found.push(row);
      if (one.outcome.kind === 'withheld') {
        withheld.push({ assetId: one.assetId, category: one.category, reason: one.outcome.reason });
      }
    }
    const run = { id: input.runId, ownerId, portfolioId, asOf: new Date(asOf), rehearsal, withheld };
    return summaryOf(await this.signals.recordRun(run, found));
  }

  settleSignals(): Promise<SettlementReport> {
    return this.settler.settleAll(Date.now(), () => beat({ note: 'settling' }));
  }
}

function rowOf(
  input: GenerateSignalsInput,
  { assetId, outcome: signal, read, simulated }: Evaluated,
): SignalRow | null {
  if (signal.kind === 'withheld' || !read) return null;
  const { runId, ownerId, portfolioId, rehearsal } = input;
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
    evidence: { ...signal.evidence, barsSha256: read.sha256 },
    series: { source, quoteCurrency, adjustment },
    ruleVersion: signal.ruleVersion,
    rehearsal,
    simulated,
    asOf: new Date(input.asOf),
    expiresAt: new Date(signal.expiresAt),
  };
}

const summaryOf = ({ run, signals }: RecordedRun): SignalsSummary => ({
  signalIds: signals.map(({ id }) => id as SignalId),
  withheld: run.withheld.map(({ assetId, category, reason }) => ({ assetId: assetId, category, reason })),
});
