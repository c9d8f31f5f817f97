import { Injectable } from '@nestjs/common';
import { PoliciesService } from '../../policies/policies.service.js';
import { DomainError } from '../../shared/errors.js';
import type { OwnerId, PortfolioId, SignalId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { budgetWithin, SignalBudgets } from './signal-budgets.js';
import { chunkCount, chunkOf } from '../domain/signal-run.js';
import { SignalEvaluator, type Evaluated } from './signal-evaluator.js';
import { SignalGuard } from './signal-guard.js';
import { signalRowOf, type SignalContext } from './signal-rows.js';
import { SignalRunRepository, type FrozenRun, type OutcomeRow } from './signal-run.repository.js';
import { SignalRepository, type RecordedRun } from '../signal.repository.js';
import type {
  FreezeRunInput,
  FrozenRunSummary,
  GenerateSignalsInput,
  JudgedPart,
  RunPart,
} from '../signals.contract.js';

/** Runs of signals: everything is chosen once, and then each part is judged on the same bars, however often it is begun. */
@Injectable()
export class SignalRunner {
  constructor(
    private readonly evaluator: SignalEvaluator,
    private readonly guard: SignalGuard,
    private readonly budgets: SignalBudgets,
    private readonly policies: PoliciesService,
    private readonly runs: SignalRunRepository,
    private readonly signals: SignalRepository,
  ) {}

  /** Once for a run: a second attempt finds what the first one froze. */
  async freeze(input: FreezeRunInput): Promise<FrozenRunSummary> {
    const { question } = (await this.runs.find(input.runId)) ?? (await this.newRun(input));
    const { id, version } = question.policy;
    const { signals } = await this.policies.limitsOf(input.ownerId, id, version);
    return { parts: chunkCount(question.assets.length), decides: signals.decisions.categories.length > 0 };
  }

  /** A pipeline's run, recorded at once under the pipeline's id: a second attempt is told what the first one stored. */
  async runAtOnce(input: GenerateSignalsInput): Promise<RecordedRun> {
    const { runId, ownerId, portfolioId, categories, rehearsal } = input;
    const recorded = await this.signals.recordedRun(runId);
    if (recorded) return recorded;
    const asOf = Date.parse(input.asOf);
    const assets = input.series.map(({ assetId }) => assetId);
    const chosen = await this.evaluator.chooseSeries(assets, categories, { viewer: ownerId, asOf });
    const series = [...input.series, ...chosen];
    const budgetOf = await this.budgets.of({ ownerId, portfolioId, asOf, rehearsal });
    const evaluated = await this.evaluator.evaluate({ assets, categories, series, asOf, rehearsal, budgetOf });
    const context = { runId, ownerId, portfolioId, asOf: new Date(asOf), rehearsal };
    const found = await this.guardedRows(context, Date.now(), evaluated);
    const withheld = found.flatMap(({ one: { assetId, category, outcome } }) =>
      outcome.kind === 'withheld' ? [{ assetId, category, reason: outcome.reason }] : [],
    );
    const { runId: id, ...run } = context;
    return this.signals.recordRun(
      { id, ...run, withheld, question: null, knownAt: null },
      found.flatMap(({ signal }) => signal ?? []),
    );
  }

  private async newRun(input: FreezeRunInput): Promise<FrozenRun> {
    const { runId, ownerId, portfolioId, assets, categories, opinions, rehearsal } = input;
    const knownAt = await this.runs.now();
    const asOf = Date.parse(input.asOf);
    const series = await this.evaluator.chooseSeries(assets, categories, {
      viewer: ownerId,
      asOf,
      knownAt: knownAt.getTime(),
    });
    const { policyId: id, version } = await this.policies.inForce(ownerId, portfolioId);
    const cashShare = await this.budgets.cashShare({ ownerId, portfolioId, asOf, rehearsal });
    return this.runs.freeze({
      id: runId,
      ownerId,
      portfolioId,
      asOf: new Date(asOf),
      rehearsal,
      knownAt,
      question: { assets, categories, opinions, series, policy: { id, version }, cashShare },
    });
  }

  /** Judges one part; of a pair that has an outcome at this as-of, of this run or another, that one stands. */
  async judge({ runId, part }: RunPart): Promise<JudgedPart> {
    const run = await this.runs.find(runId);
    if (!run) throw new DomainError('not_found', `there is no run ${runId}`);
    const assets = chunkOf(run.question.assets, part);
    const standing = new Set((await this.runs.standing(run, assets)).map(pairOf));
    const open = assets.filter((assetId) =>
      run.question.categories.some((category) => !standing.has(pairOf({ assetId, category }))),
    );
    if (open.length > 0) {
      const evaluated = (await this.evaluate(run, open)).filter((one) => !standing.has(pairOf(one)));
      await this.keep(run, evaluated);
    }
    return judgedOf(await this.runs.standing(run, assets));
  }

  private async evaluate(run: FrozenRun, assets: FrozenRun['question']['assets']): Promise<Evaluated[]> {
    const { categories, series, policy, cashShare } = run.question;
    const limits = await this.policies.limitsOf(run.ownerId as OwnerId, policy.id, policy.version);
    return this.evaluator.evaluate({
      assets,
      categories,
      series,
      asOf: run.asOf.getTime(),
      rehearsal: run.rehearsal,
      knownAt: run.knownAt.getTime(),
      budgetOf: budgetWithin(limits, cashShare),
    });
  }

  private async keep(run: FrozenRun, evaluated: readonly Evaluated[]): Promise<void> {
    const { id: runId, asOf, rehearsal } = run;
    const [ownerId, portfolioId] = [run.ownerId as OwnerId, run.portfolioId as PortfolioId];
    const context = { runId, ownerId, portfolioId, asOf, rehearsal };
    const found = await this.guardedRows(context, run.knownAt.getTime(), evaluated);
    const outcomes = found.map(({ one, signal }): OutcomeRow => {
      const { assetId, category, outcome } = one;
      const reason = outcome.kind === 'withheld' ? outcome.reason : null;
      return { ...context, assetId, category, signalId: signal?.id ?? null, reason };
    });
    await this.runs.keep(
      outcomes,
      found.flatMap(({ signal }) => signal ?? []),
    );
  }

  /** Each outcome with the row of its signal, by what was known at an instant; null where there is none. */
  private async guardedRows(context: SignalContext, knownAt: EpochMs, evaluated: readonly Evaluated[]) {
    const verdicts = await this.guard.guarded({ ...context, asOf: context.asOf.getTime(), knownAt }, evaluated);
    return evaluated.map((one, i) => ({ one, signal: signalRowOf(context, one, verdicts[i]!) }));
  }
}

const pairOf = ({ assetId, category }: { readonly assetId: string; readonly category: string }) =>
  `${assetId} ${category}`;

const judgedOf = (outcomes: readonly OutcomeRow[]): JudgedPart => ({
  signalIds: outcomes.flatMap(({ signalId }) =>
    signalId === null || signalId === undefined ? [] : [signalId as SignalId],
  ),
  withheld: outcomes.filter(({ signalId }) => !signalId).length,
});
