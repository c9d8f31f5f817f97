import { Injectable } from '@nestjs/common';
import { beat } from '../src/platform/temporal/heartbeat.js';
import type { SignalId } from '../src/shared/ids.js';
import { SignalBudgets } from '../src/signals/runs/signal-budgets.js';
import { SignalEvaluator } from '../src/signals/runs/signal-evaluator.js';
import { SignalGuard } from '../src/signals/runs/signal-guard.js';
import { signalRowOf } from '../src/signals/runs/signal-rows.js';
import { SignalRunRequests } from '../src/signals/runs/signal-run-requests.service.js';
import { SignalRunner } from '../src/signals/runs/signal-runner.js';
import { SignalSettler } from '../src/signals/settlements/signal-settler.js';
import { SignalRepository, toldOf, type RecordedRun, type SignalRow } from '../src/signals/signal.repository.js';
import type { WithheldSignal } from '../src/signals/signal.entity.js';
import type {
  FreezeRunInput,
  FrozenRunSummary,
  GenerateSignalsInput,
  JudgedPart,
  RunPart,
  ScheduledSignalRuns,
  SettlementReport,
  SignalActivities,
  SignalsSummary,
} from '../src/signals/signals.contract.js';

type Input<Name extends keyof SignalActivities> = Parameters<SignalActivities[Name]>[0];

@Injectable()
export class SignalActivitiesProvider implements SignalActivities {
  constructor(
    private readonly evaluator: SignalEvaluator,
    private readonly budgets: SignalBudgets,
    private readonly guard: SignalGuard,
    private readonly signals: SignalRepository,
    private readonly runner: SignalRunner,
    private readonly requests: SignalRunRequests,
    private readonly settler: SignalSettler,
  ) {}

  async evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary> {
    const recorded = await this.signals.recordedRun(input.runId);
    if (recorded) return summaryOf(recorded);

    const { runId, ownerId, portfolioId, categories, rehearsal } = input;
    const asOf = Date.parse(input.asOf);
    const assets = input.series.map(({ assetId }) => assetId);
    const chosen = await this.evaluator.chooseSeries(assets, categories, { viewer: ownerId, asOf });
    const series = [...input.series, ...chosen];
    const budgetOf = await this.budgets.of({ ownerId, portfolioId, asOf, rehearsal });
    const evaluated = await this.evaluator.evaluate({ assets, categories, series, asOf, rehearsal, budgetOf });
    const context = { ownerId, portfolioId, asOf, rehearsal, knownAt: Date.now() };
    const verdicts = await this.guard.guarded(context, evaluated);
    const found: SignalRow[] = [];
    const withheld: WithheldSignal[] = [];
    for (const [i, one] of evaluated.entries()) {
      const row = signalRowOf({ ...context, runId, asOf: new Date(asOf) }, one, verdicts[i]!);
      if (row) found.push(row);
      if (one.outcome.kind === 'withheld') {
        withheld.push({ assetId: one.assetId, category: one.category, reason: one.outcome.reason });
      }
    }
    const run = { id: runId, ownerId, portfolioId, asOf: new Date(asOf), rehearsal, withheld };
    return summaryOf(await this.signals.recordRun({ ...run, question: null, knownAt: null }, found));
  }

  freezeSignalRun(input: FreezeRunInput): Promise<FrozenRunSummary> {
    return this.runner.freeze(input);
  }

  async requestScheduledSignals({
    category,
    scheduledTime,
  }: Input<'requestScheduledSignals'>): Promise<ScheduledSignalRuns> {
    return { jobIds: await this.requests.requestScheduled(category, scheduledTime) };
  }

  judgeSignals(input: RunPart): Promise<JudgedPart> {
    return this.runner.judge(input);
  }

  settleSignals(): Promise<SettlementReport> {
    return this.settler.settleAll(Date.now(), () => beat({ note: 'settling' }));
  }
}

function summaryOf(recorded: RecordedRun): SignalsSummary {
  const { shown, withheld } = toldOf(recorded);
  return { signalIds: shown.map(({ id }) => id as SignalId), withheld };
}
