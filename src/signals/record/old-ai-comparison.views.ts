import { z } from 'zod';
import { tradeCategories } from '../../shared/trade-categories.js';
import { provenances, type ArmAverages } from '../domain/record/recorded-signal.js';
import { estimateView, servedView } from './record.views.js';
import type { RecordReport } from '../domain/record/report.js';

const number = z.number().nullable();
const change = z.object({ delta: z.number(), percent_change: z.number() });

const averages = <Type extends string>(type: Type) =>
  z.object({
    signal_count: z.int().describe('Signals of the period that the arm does not cancel'),
    avg_confidence: number.describe('0 to 1; null without signals'),
    avg_risk_reward: number,
    avg_position_size: number.describe('Fraction of the portfolio'),
    strong_signals: z.int(),
    very_strong_signals: z.int(),
    signal_type: z.literal(type),
  });

const estimate = z.object({ count: z.int(), mean: number, low: number, high: number });

const comparison = {
  period: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  category: z.enum(tradeCategories).describe('The one that was used'),
  provenance: z.enum(provenances),
  baseline: averages('baseline'),
  ai_enhanced: averages('ai_enhanced').describe(
    'The same signals with their opinions followed in full; as the baseline where there is none',
  ),
  improvements: z
    .object({
      confidence: change.optional(),
      risk_reward: change.optional(),
      signal_quality: z.object({ strong_signals_delta: z.int(), very_strong_signals_delta: z.int() }).optional(),
    })
    .describe('Of what the arms say, not of what came; parts are absent where there is nothing to compare'),
  outcomes: z
    .object({
      settled_pairs: z.int(),
      return_usd: estimate.describe('AI less baseline, a fraction of the portfolio by signal'),
      r_multiple: estimate,
      brier_baseline: number,
      brier_ai: number,
    })
    .describe('What came of the settled ones that have an opinion'),
  served: servedView,
  summary: z.string(),
};

const example = {
  period: { start: '2024-01-31T00:00:00Z', end: '2024-03-01T00:00:00Z' },
  category: 'swing',
  provenance: 'live',
  baseline: {
    signal_count: 4,
    avg_confidence: 0.7,
    avg_risk_reward: 2,
    avg_position_size: 0.2,
    strong_signals: 1,
    very_strong_signals: 3,
    signal_type: 'baseline',
  },
  ai_enhanced: {
    signal_count: 3,
    avg_confidence: 0.65,
    avg_risk_reward: 2,
    avg_position_size: 0.17,
    strong_signals: 1,
    very_strong_signals: 2,
    signal_type: 'ai_enhanced',
  },
  improvements: {
    confidence: { delta: -0.05, percent_change: -7.142857142857 },
    risk_reward: { delta: 0, percent_change: 0 },
    signal_quality: { strong_signals_delta: 0, very_strong_signals_delta: -1 },
  },
  outcomes: {
    settled_pairs: 2,
    return_usd: { count: 2, mean: -0.0075, low: null, high: null },
    r_multiple: { count: 2, mean: -0.75, low: null, high: null },
    brier_baseline: 0.49,
    brier_ai: 0.36,
  },
  served: {
    arm: 'rules',
    mode: 'show',
    setting: null,
    record: { mode: 'show', scope: 'all', pairs: 2, pairs_needed: 100, reasons: ['2 settled pairs, 100 are needed'] },
    signals: { rules: 4, rules_and_ai: 0 },
  },
  summary: '2 of 4 swing signals of the last 30 days have come to an end and have an opinion; the baseline is served.',
};

export const oldComparisonSchema = z.object(comparison).meta({ id: 'AiComparison', example });
export type OldComparisonView = z.output<typeof oldComparisonSchema>;

export const oldPerformanceReportSchema = z
  .object({ ...comparison, recommendations: z.array(z.string()).min(1), generated_at: z.iso.datetime() })
  .meta({
    id: 'AiPerformanceReport',
    example: {
      ...example,
      recommendations: ['serve the baseline and keep collecting: 2 settled pairs, 100 are needed'],
      generated_at: '2024-03-01T00:00:00Z',
    },
  });
export type OldPerformanceReportView = z.output<typeof oldPerformanceReportSchema>;

export const averagesView = <Type extends string>(of: ArmAverages, type: Type) => ({
  signal_count: of.signals,
  avg_confidence: of.confidence,
  avg_risk_reward: of.riskReward,
  avg_position_size: of.positionSize,
  strong_signals: of.strong,
  very_strong_signals: of.veryStrong,
  signal_type: type,
});

export function improvementsView(baseline: ArmAverages, ai: ArmAverages): OldComparisonView['improvements'] {
  const changeOf = (from: number | null, to: number | null) =>
    from === null || to === null || from === 0
      ? undefined
      : { delta: to - from, percent_change: ((to - from) / from) * 100 };
  const confidence = changeOf(baseline.confidence, ai.confidence);
  const riskReward = changeOf(baseline.riskReward, ai.riskReward);
  return {
    ...(confidence && { confidence }),
    ...(riskReward && { risk_reward: riskReward }),
    ...(baseline.signals > 0 && {
      signal_quality: {
        strong_signals_delta: ai.strong - baseline.strong,
        very_strong_signals_delta: ai.veryStrong - baseline.veryStrong,
      },
    }),
  };
}

export const outcomesView = ({ comparison: { pairs, difference, baseline, ai } }: RecordReport) => ({
  settled_pairs: pairs,
  return_usd: estimateView(difference.usd),
  r_multiple: estimateView(difference.r),
  brier_baseline: baseline.calibration?.brier ?? null,
  brier_ai: ai.calibration?.brier ?? null,
});
