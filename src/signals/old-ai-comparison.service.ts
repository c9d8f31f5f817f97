import { Injectable } from '@nestjs/common';
import type { OwnerId } from '../shared/ids.js';
import { dayMs, toIso } from '../shared/time.js';
import { averagesOf, coverageOf, type RecordedSignal } from './domain/record/recorded-signal.js';
import { recommendations } from './domain/record/recommendations.js';
import type { RecordReport } from './domain/record/report.js';
import type { Verdict } from './domain/record/verdict.js';
import {
  averagesView,
  improvementsView,
  outcomesView,
  type OldComparisonView,
  type OldPerformanceReportView,
} from './old-ai-comparison.views.js';
import { RecordRepository } from './record.repository.js';
import type { OldComparisonQuery } from './record.schemas.js';
import { SignalRecordService } from './signal-record.service.js';

interface Compared {
  readonly view: OldComparisonView;
  readonly recorded: readonly RecordedSignal[];
  readonly report: RecordReport;
  readonly verdict: Verdict;
}

/** The prototype's comparison of signals with AI and without, told from signals that were stored and what became of them. */
@Injectable()
export class OldAiComparisonService {
  constructor(
    private readonly record: RecordRepository,
    private readonly records: SignalRecordService,
  ) {}

  async comparison(ownerId: OwnerId, query: OldComparisonQuery): Promise<OldComparisonView> {
    return (await this.compared(ownerId, query, Date.now())).view;
  }

  async performanceReport(ownerId: OwnerId, query: OldComparisonQuery): Promise<OldPerformanceReportView> {
    const now = Date.now();
    const { view, recorded, report, verdict } = await this.compared(ownerId, query, now);
    return {
      ...view,
      recommendations: recommendations(verdict, coverageOf(recorded), report.comparison),
      generated_at: toIso(now),
    };
  }

  private async compared(
    ownerId: OwnerId,
    { category, symbols, days, provenance }: OldComparisonQuery,
    now: number,
  ): Promise<Compared> {
    const from = now - days * dayMs;
    const assetIds = symbols?.length ? symbols : undefined;
    const recorded = await this.record.signals({ ownerId, provenance, category, assetIds, from, before: now });
    const report = await this.records.report(recorded);
    const { view: served, verdict } = await this.records.served(
      ownerId,
      { provenance, category, setting: null, recorded },
      now,
    );
    const [baseline, ai] = [averagesOf(recorded, 'baseline'), averagesOf(recorded, 'ai')];
    const { pairs } = report.comparison;
    const arm =
      served.arm === 'rules' ? 'the baseline is served' : 'opinions are followed where the policy leaves it to them';
    return {
      recorded,
      report,
      verdict,
      view: {
        period: { start: toIso(from), end: toIso(now) },
        category,
        provenance,
        baseline: averagesView(baseline, 'baseline'),
        ai_enhanced: averagesView(ai, 'ai_enhanced'),
        improvements: improvementsView(baseline, ai),
        outcomes: outcomesView(report),
        served,
        summary: `${pairs} of ${baseline.signals} ${category} signals of the last ${days} days have come to an end and have an opinion; ${arm}.`,
      },
    };
  }
}
