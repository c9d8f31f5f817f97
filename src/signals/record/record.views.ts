import { z } from 'zod';
import { opinionBases, opinionModes } from '../../ai/domain/effect.js';
import { opinionModes as opinionSettings } from '../../policies/domain/policy-limits.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import { tradeCategories } from '../../shared/trade-categories.js';
import type { ArmRecord } from '../domain/record/comparison.js';
import type { Calibration } from '../domain/record/calibration.js';
import type { Estimate } from '../domain/record/estimate.js';
import { filterFindings } from '../domain/record/filter-effects.js';
import { provenances } from '../domain/record/recorded-signal.js';
import type { RecordReport } from '../domain/record/report.js';
import { decisive, type SequentialTest } from '../domain/record/sequential-test.js';
import { pairsNeeded, type Verdict } from '../domain/record/verdict.js';

const number = z.number().nullable();

const estimate = z.object({
  count: z.int(),
  mean: number.describe('Null without any value'),
  low: number.describe(
    'The interval covers the mean with 95 % at one look (stationary bootstrap); null below 20 values',
  ),
  high: number,
});

const calibration = z.object({
  count: z.int(),
  brier: z
    .number()
    .describe('Mean squared distance of the confidence from what came: reliability - resolution + uncertainty'),
  reliability: z.number().describe('0 when a confidence of 70 % wins 70 of 100'),
  resolution: z.number().describe('How far confidences tell trades apart; larger is better'),
  uncertainty: z.number().describe('Of the outcomes themselves'),
  curve: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      count: z.int(),
      mean_confidence: number.describe('Null in an empty bin'),
      win_rate: number,
    }),
  ),
});

const arm = z.object({
  taken: z.int(),
  cancelled: z.int(),
  win_rate: number.describe('Of what was taken'),
  return_usd: number.describe(
    'Mean over all pairs of size times return, a fraction of the portfolio; a cancelled one brings 0',
  ),
  return_btc: number,
  r_multiple: number.describe("In units of what the baseline's stop costs"),
  calibration: calibration.nullable().describe('Of the pairs that both arms take'),
});

const sequential = z.object({
  count: z.int().describe('Settled signals that it bets on'),
  evidence_for: z.number().describe(`Decisive from ${decisive} on, however often one looks`),
  evidence_against: z.number(),
  low: number.describe('The mean lies between both with 95 % at all looks together; null while nothing says so'),
  high: number,
  finding: z.enum(['for', 'against', 'open']),
});

const verdict = z.object({
  mode: z.enum(opinionModes).describe('What the record allows now'),
  scope: z.enum([...tradeCategories, 'all']).describe('Signals that were counted: the category with enough, or all'),
  pairs: z.int(),
  pairs_needed: z.int(),
  reasons: z.array(z.string()),
});

export const servedView = z.object({
  arm: z.enum(opinionBases).describe('What is served for a new signal now: `rules` is the baseline'),
  mode: z.enum(opinionModes),
  setting: z
    .enum(opinionSettings)
    .nullable()
    .describe(
      "Of the portfolio's policy: `by_record` follows the record; null where no portfolio is named, and the record decides",
    ),
  record: verdict,
  signals: z
    .object({ rules: z.int(), rules_and_ai: z.int() })
    .describe('Signals of the period by the arm that is served for them'),
});

const recordExample = {
  portfolio_id: null,
  category: 'swing',
  from: '2024-01-01T00:00:00Z',
  to: null,
  provenance: 'live',
  known_at: '2024-03-01T12:00:00Z',
  served: {
    arm: 'rules',
    mode: 'show',
    setting: null,
    record: {
      mode: 'show',
      scope: 'all',
      pairs: 2,
      pairs_needed: 100,
      reasons: ['2 settled pairs, 100 are needed'],
    },
    signals: { rules: 4, rules_and_ai: 0 },
  },
  coverage: {
    signals: 4,
    settled: 2,
    with_opinion: 3,
    late: 0,
    pairs: 2,
    share: 0.75,
    without: { not_asked: 0, unanswered: 1, refused: 0 },
  },
  cost: { calls: 5, milliseconds: 41200, tokens: null, usd: null },
  pairs: 2,
  baseline: {
    taken: 2,
    cancelled: 0,
    win_rate: 0.5,
    return_usd: 0.005,
    return_btc: 0.004,
    r_multiple: 0.5,
    calibration: null,
  },
  ai: {
    taken: 1,
    cancelled: 1,
    win_rate: 0,
    return_usd: -0.0025,
    return_btc: -0.002,
    r_multiple: -0.25,
    calibration: null,
  },
  difference: {
    return_usd: { count: 2, mean: -0.0075, low: null, high: null },
    return_btc: { count: 2, mean: -0.006, low: null, high: null },
    r_multiple: { count: 2, mean: -0.75, low: null, high: null },
  },
  lowering: { count: 2, evidence_for: 0.7, evidence_against: 1.2, low: null, high: null, finding: 'open' },
  raising: { count: 0, evidence_for: 1, evidence_against: 1, low: null, high: null, finding: 'open' },
  filters: [
    {
      by: 'cooldown',
      signals: 31,
      alone: 28,
      settled: 25,
      wins: 6,
      missed_r: { count: 25, mean: -0.31, low: -0.62, high: -0.02 },
      finding: 'avoided',
    },
  ],
};

export const recordSchema = z
  .object({
    portfolio_id: z.uuid().nullable(),
    category: z.enum(tradeCategories).nullable(),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    provenance: z.enum(provenances),
    known_at: z.iso.datetime(),
    served: servedView,
    coverage: z
      .object({
        signals: z.int().describe('Given in the period and shown'),
        settled: z.int(),
        with_opinion: z.int(),
        late: z.int().describe('Of these, answered after they had been served by the rules for half a minute'),
        pairs: z.int().describe('Settled, with an opinion'),
        share: number.describe('With an opinion, of all; null without signals'),
        without: z.object({ not_asked: z.int(), unanswered: z.int(), refused: z.int() }),
      })
      .describe('How many signals have an opinion that can be used, and why the others have none'),
    cost: z.object({
      calls: z.int(),
      milliseconds: z.int(),
      tokens: z.null().describe('fks_ai does not tell'),
      usd: z.null().describe('fks_ai does not tell'),
    }),
    pairs: z.int(),
    baseline: arm,
    ai: arm.describe('The opinion followed in full, whatever was served'),
    difference: z
      .object({ return_usd: estimate, return_btc: estimate, r_multiple: estimate })
      .describe('AI less baseline, pair by pair, in the order of exits'),
    lowering: sequential.describe(
      'What taking size away was worth: R that the opposed trades lost, by the share that was taken away',
    ),
    raising: sequential.describe(
      'What giving confidence was worth: what it took off the Brier score, by the confidence that was given',
    ),
    filters: z
      .array(
        z.object({
          by: z.string(),
          signals: z.int(),
          alone: z.int().describe('No other filter held these back'),
          settled: z.int(),
          wins: z.int(),
          missed_r: estimate.describe('R that they would have brought: below 0 the filter avoided it'),
          finding: z.enum(filterFindings),
        }),
      )
      .describe('What held signals back, and what that avoided or cost'),
  })
  .meta({ id: 'SignalRecord', example: recordExample });
export type SignalRecordView = z.output<typeof recordSchema>;

export const estimateView = ({ count, mean, low, high }: Estimate): z.output<typeof estimate> => ({
  count,
  mean,
  low,
  high,
});

const calibrationView = (of: Calibration): z.output<typeof calibration> => ({
  count: of.count,
  brier: of.brier,
  reliability: of.reliability,
  resolution: of.resolution,
  uncertainty: of.uncertainty,
  curve: of.curve.map(({ from, to, count, meanConfidence, winRate }) => ({
    from,
    to,
    count,
    mean_confidence: meanConfidence,
    win_rate: winRate,
  })),
});

const armView = (of: ArmRecord): z.output<typeof arm> => ({
  taken: of.taken,
  cancelled: of.cancelled,
  win_rate: of.winRate,
  return_usd: of.usd,
  return_btc: of.btc,
  r_multiple: of.r,
  calibration: of.calibration && calibrationView(of.calibration),
});

const sequentialView = ({
  count,
  evidenceAbove,
  evidenceBelow,
  low,
  high,
}: SequentialTest): z.output<typeof sequential> => ({
  count,
  evidence_for: evidenceAbove,
  evidence_against: evidenceBelow,
  low,
  high,
  finding: evidenceAbove >= decisive ? 'for' : evidenceBelow >= decisive ? 'against' : 'open',
});

export const verdictView = ({ mode, scope, pairs, reasons }: Verdict): z.output<typeof verdict> => ({
  mode,
  scope,
  pairs,
  pairs_needed: pairsNeeded,
  reasons: [...reasons],
});

/** What a report is about. */
export interface RecordScope {
  readonly portfolioId: string | undefined;
  readonly category: SignalRecordView['category'];
  readonly from: EpochMs | undefined;
  readonly before: EpochMs | undefined;
  readonly provenance: SignalRecordView['provenance'];
  readonly knownAt: EpochMs;
}

export function recordViewOf(
  scope: RecordScope,
  served: z.output<typeof servedView>,
  { comparison, filters, coverage, cost }: RecordReport,
): SignalRecordView {
  return {
    portfolio_id: scope.portfolioId ?? null,
    category: scope.category,
    from: scope.from === undefined ? null : toIso(scope.from),
    to: scope.before === undefined ? null : toIso(scope.before),
    provenance: scope.provenance,
    known_at: toIso(scope.knownAt),
    served,
    coverage: {
      signals: coverage.signals,
      settled: coverage.settled,
      with_opinion: coverage.withOpinion,
      late: coverage.late,
      pairs: coverage.pairs,
      share: coverage.share,
      without: {
        not_asked: coverage.without.notAsked,
        unanswered: coverage.without.unanswered,
        refused: coverage.without.refused,
      },
    },
    cost: { calls: cost.calls, milliseconds: cost.milliseconds, tokens: null, usd: null },
    pairs: comparison.pairs,
    baseline: armView(comparison.baseline),
    ai: armView(comparison.ai),
    difference: {
      return_usd: estimateView(comparison.difference.usd),
      return_btc: estimateView(comparison.difference.btc),
      r_multiple: estimateView(comparison.difference.r),
    },
    lowering: sequentialView(comparison.lowering),
    raising: sequentialView(comparison.raising),
    filters: filters.map(({ by, signals, alone, settled, wins, missedR, finding }) => ({
      by,
      signals,
      alone,
      settled,
      wins,
      missed_r: estimateView(missedR),
      finding,
    })),
  };
}
