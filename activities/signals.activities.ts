import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import { isSimulatedSource, revisionsFor, type SeriesRef } from '../src/data/domain/candle.js';
import type { SignalId } from '../src/shared/ids.js';
import { evaluateSignal, swingLookbackBars, type TradeSignal } from '../src/signals/domain/evaluate-signal.js';
import { defaultRiskBudget } from '../src/signals/domain/trade-plan.js';
import { SignalRepository, type RecordedRun, type SignalRow } from '../src/signals/signal.repository.js';
import type { WithheldSignal } from '../src/signals/signal.entity.js';
import type { GenerateSignalsInput, SignalActivities, SignalsSummary } from '../src/signals/signals.contract.js';

@Injectable()
export class SignalActivitiesProvider implements SignalActivities {
  constructor(
    private readonly candles: CandleRepository,
    private readonly signals: SignalRepository,
  ) {}

  async evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary> {
    const recorded = await this.signals.recordedRun(input.runId);
    if (recorded) return summaryOf(recorded);

    const asOf = Date.parse(input.asOf);
    const found: SignalRow[] = [];
    const withheld: WithheldSignal[] = [];
    for (const series of input.series) {
      const revisions = revisionsFor(series, input.rehearsal);
      const bars = await this.candles.closedBars(series, asOf, { last: swingLookbackBars, revisions });
      for (const category of input.categories) {
        const outcome = evaluateSignal({ category, interval: series.interval, bars, asOf, budget: defaultRiskBudget });
        if (outcome.kind === 'signal') found.push(rowOf(input, series, outcome));
        else withheld.push({ assetId: series.assetId, category, reason: outcome.reason });
      }
    }
    const { runId: id, ownerId, portfolioId, rehearsal } = input;
    const run = { id, ownerId, portfolioId, asOf: new Date(asOf), rehearsal, withheld };
    return summaryOf(await this.signals.recordRun(run, found));
  }
}

function rowOf(input: GenerateSignalsInput, series: SeriesRef, signal: TradeSignal): SignalRow {
  const { runId, ownerId, portfolioId, rehearsal } = input;
  const { assetId, source, quoteCurrency, adjustment } = series;
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
    evidence: signal.evidence,
    series: { source, quoteCurrency, adjustment },
    ruleVersion: signal.ruleVersion,
    rehearsal,
    simulated: isSimulatedSource(source),
    asOf: new Date(input.asOf),
    expiresAt: new Date(signal.expiresAt),
  };
}

const summaryOf = ({ run, signals }: RecordedRun): SignalsSummary => ({
  signalIds: signals.map(({ id }) => id as SignalId),
  withheld: run.withheld.map(({ assetId, category, reason }) => ({ assetId: assetId, category, reason })),
});
