import { Injectable } from '@nestjs/common';
import type { OpinionMode } from '../ai/domain/effect.js';
import { ComputePool, type ComputeTask } from '../platform/compute/compute-pool.js';
import { PoliciesService } from '../policies/policies.service.js';
import { rangeOf } from '../portfolio/range.js';
import type { OwnerId } from '../shared/ids.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import {
  coverageOf,
  costOf,
  servedArms,
  type Provenance,
  type RecordedSignal,
} from './domain/record/recorded-signal.js';
import type { RecordReport, reportOf } from './domain/record/report.js';
import type { Verdict } from './domain/record/verdict.js';
import { OpinionRecord } from './opinion-record.js';
import { RecordRepository } from './record.repository.js';
import type { RecordQuery } from './record.schemas.js';
import { recordViewOf, verdictView, type SignalRecordView } from './record.views.js';

const inThread: ComputeTask<Parameters<typeof reportOf>[0], RecordReport> = {
  module: new URL('./domain/record/report.js', import.meta.url),
  name: 'reportOf',
};
const longestMs = 20_000;

/** What signals, opinions and filters were worth, counted from what is stored. */
@Injectable()
export class SignalRecordService {
  constructor(
    private readonly record: RecordRepository,
    private readonly opinions: OpinionRecord,
    private readonly policies: PoliciesService,
    private readonly compute: ComputePool,
  ) {}

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async view(ownerId: OwnerId, query: RecordQuery): Promise<SignalRecordView> {
    const { portfolio_id: portfolioId, category, provenance } = query;
    const { from, before } = rangeOf(query);
    const knownAt = Date.now();
    const setting = portfolioId === undefined ? null : await this.settingOf(ownerId, portfolioId);
    const recorded = await this.record.signals({ ownerId, provenance, portfolioId, category, from, before });
    const of = { provenance, category: category ?? null, setting, recorded };
    return recordViewOf(
      { portfolioId, category: category ?? null, from, before, provenance, knownAt },
      (await this.served(ownerId, of, knownAt)).view,
      coverageOf(recorded),
      costOf(recorded),
      await this.report(recorded),
    );
  }

  /** Of signals, in a thread. */
  report(recorded: readonly RecordedSignal[]): Promise<RecordReport> {
    return this.compute.run(inThread, recorded, AbortSignal.timeout(longestMs));
  }

  /** What is served for a new signal, and what was for these. */
  async served(
    ownerId: OwnerId,
    of: {
      readonly provenance: Provenance;
      readonly category: TradeCategory | null;
      /** Null leaves it to the record. */
      readonly setting: SignalRecordView['served']['setting'];
      readonly recorded: readonly RecordedSignal[];
    },
    now: number,
  ): Promise<{ readonly view: SignalRecordView['served']; readonly verdict: Verdict }> {
    // the record of a rehearsal is the live one: what a model may have known allows nothing
    const provenance = of.provenance === 'simulated' ? 'simulated' : 'live';
    const verdict = await this.opinions.verdict(ownerId, provenance, of.category, now);
    const mode: OpinionMode = of.setting === null || of.setting === 'by_record' ? verdict.mode : of.setting;
    const view = {
      arm: mode === 'show' ? ('rules' as const) : ('rules_and_ai' as const),
      mode,
      setting: of.setting,
      record: verdictView(verdict),
      signals: servedArms(of.recorded),
    };
    return { view, verdict };
  }

  private async settingOf(ownerId: OwnerId, portfolioId: string): Promise<SignalRecordView['served']['setting']> {
    const { limits } = await this.policies.inForceView(ownerId, portfolioId);
    return limits.signals.opinions;
  }
}
