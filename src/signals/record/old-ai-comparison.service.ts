import { Injectable } from '@nestjs/common';
import type { OwnerId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { recommendations } from '../domain/record/recommendations.js';
import type { RecordReport } from '../domain/record/report.js';
import {
  averagesView,
  improvementsView,
  outcomesView,
  type OldComparisonView,
  type OldPerformanceReportView,
} from './old-ai-comparison.views.js';
import type { OldComparisonQuery } from './record.schemas.js';
import { servedNow, SignalRecordService } from './signal-record.service.js';

/** The prototype's comparison of signals with AI and without, told from signals that were stored and what became of them. */
@Injectable()
export class OldAiComparisonService {
  constructor(private readonly records: SignalRecordService) {}

  async comparison(ownerId: OwnerId, query: OldComparisonQuery): Promise<OldComparisonView> {
    const now = Date.now();
    return viewOf(query, await this.report(ownerId, query, now), now);
  }

  async performanceReport(ownerId: OwnerId, query: OldComparisonQuery): Promise<OldPerformanceReportView> {
    const now = Date.now();
    const report = await this.report(ownerId, query, now);
    return {
      ...viewOf(query, report, now),
      recommendations: recommendations(report.verdict, report.coverage, report.comparison),
      generated_at: toIso(now),
    };
  }

  private report(
    ownerId: OwnerId,
    { category, symbols, days, provenance }: OldComparisonQuery,
    now: EpochMs,
  ): Promise<RecordReport> {
    const assetIds = symbols?.length ? symbols : undefined;
    const from = now - days * dayMs;
    return this.records.report({ ownerId, provenance, category, assetIds, from, before: now }, now);
  }
}

function viewOf(
  { category, days, provenance }: OldComparisonQuery,
  report: RecordReport,
  now: EpochMs,
): OldComparisonView {
  const { baseline, ai } = report.averages;
  const served = servedNow(null, report);
  const arm =
    served.arm === 'rules' ? 'the baseline is served' : 'opinions are followed where the policy leaves it to them';
  return {
    period: { start: toIso(now - days * dayMs), end: toIso(now) },
    category,
    provenance,
    baseline: averagesView(baseline, 'baseline'),
    ai_enhanced: averagesView(ai, 'ai_enhanced'),
    improvements: improvementsView(baseline, ai),
    outcomes: outcomesView(report),
    served,
    summary: `${report.comparison.pairs} of ${baseline.signals} ${category} signals of the last ${days} days have come to an end and have an opinion; ${arm}.`,
  };
}
