import { Injectable } from '@nestjs/common';
import type { OpinionMode } from '../../ai/domain/effect.js';
import { ComputePool, type ComputeTask } from '../../platform/compute/compute-pool.js';
import { PoliciesService } from '../../policies/policies.service.js';
import { rangeOf } from '../../portfolio/range.js';
import type { OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { RecordReport, ReportInput, reportOf } from '../domain/record/report.js';
import { OpinionRecord } from './opinion-record.js';
import { RecordRepository, type RecordFilter } from './record.repository.js';
import type { RecordQuery } from './record.schemas.js';
import { recordViewOf, verdictView, type SignalRecordView } from './record.views.js';

const inThread: ComputeTask<ReportInput, ReturnType<typeof reportOf>> = {
  module: new URL('../domain/record/report.js', import.meta.url),
  name: 'reportOf',
};
const longestMs = 20_000;

type Served = SignalRecordView['served'];

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
    const report = await this.report({ ownerId, provenance, portfolioId, category, from, before }, knownAt);
    const scope = { portfolioId, category: category ?? null, from, before, provenance, knownAt };
    return recordViewOf(scope, servedNow(setting, report), report);
  }

  /** Counted in a thread, with what the record of opinions says now. */
  async report(filter: RecordFilter, knownAt: EpochMs): Promise<RecordReport> {
    const { ownerId, provenance, category = null } = filter;
    const [signals, history] = await Promise.all([
      this.record.signals(filter),
      // a rehearsal follows the live record: what a model may have known allows nothing
      this.opinions.history(ownerId, provenance === 'simulated', knownAt),
    ]);
    const late = (seconds: number) => `the record was not there within ${seconds} seconds: ask again later`;
    return this.compute.runWithin(inThread, { signals, history, category, knownAt }, longestMs, late);
  }

  private async settingOf(ownerId: OwnerId, portfolioId: string): Promise<Served['setting']> {
    const { limits } = await this.policies.inForceView(ownerId, portfolioId);
    return limits.signals.opinions;
  }
}

/** What is served for a new signal; a setting of null leaves it to the record. */
export function servedNow(setting: Served['setting'], { verdict, served }: RecordReport): Served {
  const mode: OpinionMode = setting === null || setting === 'by_record' ? verdict.mode : setting;
  return {
    arm: mode === 'show' ? 'rules' : 'rules_and_ai',
    mode,
    setting,
    record: verdictView(verdict),
    signals: served,
  };
}
