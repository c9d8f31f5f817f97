import { Injectable } from '@nestjs/common';
import { DatedPrices } from '../src/data/prices/dated-prices.js';
import { isCash } from '../src/data/domain/seed-assets.js';
import { DecisionReconciler } from '../src/guidance/decision-reconciler.js';
import { DecisionRepository, type NewDecision } from '../src/guidance/decision.repository.js';
import type {
  DecisionsReconciled,
  GuidanceActivities,
  OpenDecisionInput,
  OpenTradeDecisionInput,
  OpenedDecision,
} from '../src/guidance/guidance.contract.js';
import type { DecisionState } from '../src/guidance/domain/decision.js';
import { OptimizationRepository } from '../src/optimization/optimization.repository.js';
import { OptimizationService } from '../src/optimization/optimization.service.js';
import { tradesToDecide } from '../src/guidance/domain/trades-to-decide.js';
import { assumptionsOf } from '../src/guidance/domain/assumptions.js';
import { weightsOf } from '../src/portfolio/domain/holdings.js';
import { PortfolioService } from '../src/portfolio/portfolio.service.js';
import { PoliciesService } from '../src/policies/policies.service.js';
import { DomainError } from '../src/shared/errors.js';
import type { AssetId, DecisionId, OwnerId, PortfolioId, SignalId, SignalRunId } from '../src/shared/ids.js';
import { toIso } from '../src/shared/time.js';
import { SignalRunRepository } from '../src/signals/runs/signal-run.repository.js';
import { SignalsService } from '../src/signals/signals.service.js';

type Input<Name extends keyof GuidanceActivities> = Parameters<GuidanceActivities[Name]>[0];

@Injectable()
export class GuidanceActivitiesProvider implements GuidanceActivities {
  constructor(
    private readonly decisions: DecisionRepository,
    private readonly reconciler: DecisionReconciler,
    private readonly optimizations: OptimizationService,
    private readonly snapshots: OptimizationRepository,
    private readonly portfolios: PortfolioService,
    private readonly prices: DatedPrices,
    private readonly signals: SignalsService,
    private readonly runs: SignalRunRepository,
    private readonly policies: PoliciesService,
  ) {}

  async openDecision(input: OpenDecisionInput): Promise<OpenedDecision> {
    const { ownerId, decisionId, portfolioId, pipelineId, optimizationId } = input;
    const optimization = await this.optimizations.view(ownerId, optimizationId);
    const snapshot = await this.snapshots.snapshot(optimization.snapshot.id);
    const { name, holdings } = await this.portfolios.withHoldings(ownerId, portfolioId);
    const cash = holdings.map(({ assetId }) => assetId).filter(isCash);
    const rates = await this.prices.of(cash, { asOf: Date.parse(input.asOf), viewer: ownerId });
    const current = weightsOf(holdings, (assetId) => rates.get(assetId)?.usd ?? snapshot.closes[assetId]?.at(-1));
    const isValued = [...current.values()].every((weight) => weight !== null);
    const currentOf = (assetId: AssetId) => current.get(assetId) ?? (isValued ? 0 : null);
    const targets = new Map(optimization.weights.map(({ asset_id, weight }) => [asset_id as AssetId, weight]));
    const weights = [...new Set([...targets.keys(), ...current.keys()])].map((assetId) => ({
      assetId,
      currentWeight: currentOf(assetId),
      targetWeight: targets.get(assetId) ?? 0,
    }));
    const signals = (await this.signals.ofRun(ownerId, pipelineId))?.items ?? [];
    const wanted: NewDecision = {
      id: decisionId,
      ownerId,
      portfolioId,
      kind: 'target_allocation',
      proposal: {
        optimizationId,
        pricesOf: snapshot.dates.at(-1) ?? null,
        assumptions: assumptionsOf(snapshot.series, input.rehearsal),
        weights,
      },
      evidence: { pipelineId, signals: signals.map((signal) => ({ ...signal })) },
      asOf: new Date(input.asOf),
      rehearsal: input.rehearsal,
      simulated: optimization.simulated,
      answerWithinHours: input.answerWithinHours,
    };
    const { answerBy, proposalHash } = await this.decisions.open(wanted);
    const title = `${input.rehearsal ? 'rehearsal: ' : ''}target allocation of ${name.slice(0, 40)}`;
    return { decisionId, portfolioId, answerBy: toIso(answerBy.getTime()), proposalHash, title };
  }

  async tradesToDecide({ runId }: Input<'tradesToDecide'>): Promise<SignalId[]> {
    const run = await this.runs.find(runId);
    if (!run) throw new DomainError('not_found', `there is no run ${runId}`);
    const { id, version } = run.question.policy;
    const { signals } = await this.policies.limitsOf(run.ownerId as OwnerId, id, version);
    if (signals.decisions.categories.length === 0) return [];
    const found = await this.runs.foundBy(runId);
    const viewOf = await this.signals.viewed(found);
    const served = found.map((signal) => {
      const { confidence, position_size_pct: positionSizePct, cancelled: isCancelled } = viewOf(signal).served;
      return { ...signal, confidencePoints: Math.round(confidence * 100), positionSizePct, isCancelled };
    });
    return tradesToDecide(served, signals.decisions, Date.now()).map((signal) => signal.id as SignalId);
  }

  async openTradeDecision(input: OpenTradeDecisionInput): Promise<OpenedDecision> {
    const { signalId, ownerId, answerWithinHours } = input;
    const signal = await this.runs.signal(signalId);
    const shown = await this.signals.view(ownerId, signalId);
    const { assetId, category, direction, entryPrice, takeProfit, stopLoss } = signal;
    const decisionId = signalId as string as DecisionId;
    const portfolioId = signal.portfolioId as PortfolioId;
    const { answerBy, proposalHash } = await this.decisions.open({
      id: decisionId,
      ownerId,
      portfolioId,
      kind: 'signal_trade',
      proposal: {
        signalId,
        assetId: assetId as AssetId,
        category,
        direction,
        entryPrice,
        takeProfit,
        stopLoss,
        positionSizePct: shown.served.position_size_pct,
        confidence: shown.served.confidence,
        expiresAt: toIso(signal.expiresAt.getTime()),
      },
      evidence: { pipelineId: null, runId: signal.runId as SignalRunId, signals: [{ ...shown }] },
      asOf: signal.asOf,
      rehearsal: signal.rehearsal,
      simulated: signal.simulated,
      answerWithinHours,
      answerBefore: signal.expiresAt,
    });
    const title = `${signal.rehearsal ? 'rehearsal: ' : ''}${direction} ${assetId} (${category})`;
    return { decisionId, portfolioId, answerBy: toIso(answerBy.getTime()), proposalHash, title };
  }

  recordDecision({ decisionId, answer, updateId }: Input<'recordDecision'>): Promise<DecisionState> {
    return this.decisions.recordAnswer(decisionId, answer, updateId);
  }

  reconcileDecisions(): Promise<DecisionsReconciled> {
    return this.reconciler.reconcile();
  }

  recordExpiry({ decisionId }: Input<'recordExpiry'>): Promise<DecisionState> {
    return this.decisions.recordExpiry(decisionId);
  }
}
