import { toIso } from '../shared/time.js';
import { responseTo, wordFor, type BiasFlag } from './domain/bias-for.js';
import type { Bias } from './domain/bias-test.js';
import { falseDiscoveryRate, overallWord, severities, type Finding } from './domain/find-biases.js';
import type { PolicyLimits } from '../policies/domain/policy-limits.js';
import type { BiasReport } from './domain/bias-report.js';
import type { BiasCheckView, BiasReportView, FindingView } from './bias.schemas.js';

export const biasReportView = (portfolioId: string, report: BiasReport): BiasReportView => ({
  portfolio_id: portfolioId,
  as_of: toIso(report.asOf),
  as_known_at: report.knownAt === undefined ? null : toIso(report.knownAt),
  judged_from: toIso(report.since),
  overall: overallWord(report.findings),
  policy: {
    policy_id: report.policy.policyId,
    version: report.policy.version,
    medium: report.limits.signals.bias.medium,
    high: report.limits.signals.bias.high,
  },
  false_discoveries: {
    method: 'benjamini_yekutieli',
    rate: falseDiscoveryRate,
    tests: report.findings.filter(({ adjustedPValue }) => adjustedPValue !== null).length,
  },
  findings: report.findings.map((finding) => findingView(finding, report.limits)),
  recent_loss: report.record.recentLoss,
  win_streak: report.record.winStreak,
  notes: [...report.notes],
  simulated: report.simulated,
});

function findingView(finding: Finding, limits: PolicyLimits): FindingView {
  const { bias, verdict, severity, touches, source, adjustedPValue, outcome } = finding;
  const about = { bias, verdict, severity, response: severity && responseTo(severity, limits), touches, source };
  const sample = { ...outcome.sample };
  if (outcome.kind === 'not_enough_data') {
    return {
      ...about,
      test: null,
      statistic: null,
      p_value: null,
      adjusted_p_value: null,
      interval: null,
      sample,
      effect: null,
      values: {},
      missing: [...outcome.missing],
    };
  }
  const { test, statistic, pValue, interval, effect, values } = outcome;
  return {
    ...about,
    test,
    statistic: statistic && { ...statistic },
    p_value: pValue,
    adjusted_p_value: adjustedPValue,
    interval: interval && { ...interval },
    sample,
    effect: { ...effect },
    values: { ...values },
    missing: [],
  };
}

/** Where the prototype had a word; it called a weight above its limit anchoring, which it is not. */
const oldWords: Readonly<Partial<Record<Bias, string>>> = {
  loss_aversion: 'recent_loss_aversion',
  confirmation: 'confirmation_bias',
  herding: 'herd_behavior',
};
const oldWordOf = (bias: Bias): string => oldWords[bias] ?? bias;

export function biasCheckView(symbol: string, portfolioId: string | null, flags: readonly BiasFlag[]): BiasCheckView {
  const severest = flags.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))[0];
  return {
    symbol,
    bias_detected: flags.length > 0,
    bias_type: severest ? oldWordOf(severest.bias) : null,
    ai_confidence: null,
    ai_note: 'not asked: fks_ai has no route that judges a signal for biases',
    rule_based_flags: flags.filter(({ from }) => from === 'rule').length,
    flags: flags.map((flag) => ({ ...flag })),
    mitigation: {
      suggestions: flags.map(({ bias, suggestion, severity }) => ({ type: oldWordOf(bias), suggestion, severity })),
      action_required: flags.some(({ response }) => response !== 'warn'),
    },
    recommendation: wordFor(flags),
    portfolio_id: portfolioId,
  };
}
