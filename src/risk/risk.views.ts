import { toIso } from '../shared/time.js';
import type { RiskInNumeraire } from './domain/assessment.js';
import type { Uncertainty } from './domain/bootstrap.js';
import { prototypeBiasType, withPrototypeSigns } from './domain/report.js';
import type { StressOutcome } from './domain/stress.js';
import type { LikelihoodRatioTest, VarBacktest } from './domain/var-backtest.js';
import type { RiskReportRow } from './risk-report.entity.js';
import { riskReportPath } from './risk.contract.js';
import type { DashboardRiskView, RiskReportView } from './risk.schemas.js';

type SideView = RiskReportView['in'][string];
type MeasureView = SideView['measures'][string];

export function riskReportView(row: RiskReportRow): RiskReportView {
  const { request, assessment, provenance } = row;
  const { report } = sideOf(row, request.numeraire);
  const { thresholds } = report;
  return {
    id: row.id,
    portfolio_id: row.portfolioId ?? null,
    as_of: toIso(row.asOf.getTime()),
    as_known_at: row.knownAt ? toIso(row.knownAt.getTime()) : null,
    lookback_days: request.lookbackDays,
    numeraire: request.numeraire,
    benchmark: request.benchmark,
    weights: 'as of, held constant',
    assets: assessment.assets.map(({ assetId, weight, first, last, observations, use }) => ({
      asset_id: assetId,
      weight,
      first,
      last,
      observations,
      use,
    })),
    covered_weight: assessment.coveredWeight,
    unpriced: [...request.unpriced],
    partial: isPartial(row, report.observations),
    notional: request.notional,
    recommendation: report.overallRecommendation,
    bias_flags: report.biasFlags.map((flag) => ({ ...flag })),
    bias_recommendation: report.biasRecommendation,
    thresholds: {
      daily_cvar_95: thresholds.dailyCvar95,
      max_drawdown: thresholds.maxDrawdown,
      sharpe: thresholds.sharpe,
    },
    policy: request.policy && { id: request.policy.id, version: request.policy.version },
    in: Object.fromEntries(assessment.sides.map((side) => [side.numeraire, sideView(side)])),
    correlations_with_btc: assessment.correlationsWithBtc.map(({ assetId, correlation, observations }) => ({
      asset_id: assetId,
      correlation,
      observations,
    })),
    notes: notesOf(row),
    provenance: {
      algorithm: provenance.algorithm.name,
      version: provenance.algorithm.version,
      service_version: provenance.serviceVersion,
      seed: request.seed,
      series: provenance.series.map(({ series, first, last, bars, heldBack, sha256 }) => ({
        asset_id: series.assetId,
        source: series.source,
        quote_currency: series.quoteCurrency,
        adjustment: series.adjustment,
        first,
        last,
        bars,
        held_back: heldBack,
        sha256,
      })),
    },
    simulated: row.simulated,
    created_at: toIso(row.createdAt.getTime()),
  };
}

/** The only place where losses are negative: so the prototype said them. */
export function dashboardRiskView(row: RiskReportRow, now: number): DashboardRiskView {
  const { report } = sideOf(row, 'USD');
  const { metrics, thresholds } = withPrototypeSigns(report);
  const leftOut = row.assessment.assets.filter(({ use }) => use !== 'used').map(({ assetId }) => assetId);
  return {
    risk_metrics: {
      cvar_95: metrics.cvar95,
      max_drawdown: metrics.maxDrawdown,
      sharpe_ratio: metrics.sharpeRatio,
      volatility: metrics.volatility,
      expected_return: metrics.expectedReturn,
    },
    bias_flags: report.biasFlags.map((flag) => ({ ...flag, type: prototypeBiasType(flag.type) })),
    bias_recommendation: report.biasRecommendation,
    overall_recommendation: report.overallRecommendation,
    thresholds: {
      cvar_95_threshold: thresholds.cvar95,
      max_drawdown_threshold: thresholds.maxDrawdown,
      sharpe_minimum: thresholds.sharpe,
    },
    timestamp: toIso(now),
    period_days: row.request.lookbackDays,
    observations: report.observations,
    notional: row.request.notional,
    partial: isPartial(row, report.observations),
    left_out: [...row.request.unpriced, ...leftOut],
    notes: notesOf(row),
    simulated: row.simulated,
    report: riskReportPath(row.id),
  };
}

/** Whether the measures see less than all that is held. */
const isPartial = ({ request, assessment: { assets } }: RiskReportRow, observations: number): boolean =>
  request.unpriced.length > 0 || assets.some(({ use }) => use !== 'used') || (assets.length > 0 && observations === 0);

const notesOf = ({ assessment, provenance }: RiskReportRow): string[] => [
  ...(assessment.notes ?? []),
  ...provenance.series.flatMap(({ notes = [] }) => notes),
];

const sideOf = (row: RiskReportRow, numeraire: string): RiskInNumeraire =>
  row.assessment.sides.find((side) => side.numeraire === numeraire)!;

function sideView(side: RiskInNumeraire): SideView {
  const { headline, uncertainty, measures, varBacktest, observations, overallRecommendation } = side.report;
  const { level, replications, meanBlockLength } = uncertainty.method;
  return {
    meaning: side.meaning,
    risk_free_rate: side.riskFreeRate,
    from: side.from,
    to: side.to,
    observations,
    trading_days: side.tradingDays,
    periods_per_year: side.periodsPerYear,
    has_benchmark: side.hasBenchmark,
    benchmark_observations: side.benchmarkObservations ?? (side.hasBenchmark ? observations : 0),
    headline: {
      volatility: headline.volatility,
      sharpe_ratio: headline.sharpeRatio,
      cvar_95: headline.cvar95,
      max_drawdown: headline.maxDrawdown,
      expected_return: headline.expectedReturn,
    },
    uncertainty: {
      method: 'stationary bootstrap',
      level,
      replications,
      mean_block_length: meanBlockLength,
      volatility: uncertaintyView(uncertainty.volatility),
      sharpe_ratio: uncertaintyView(uncertainty.sharpeRatio),
      cvar_95: uncertaintyView(uncertainty.cvar95),
      max_drawdown: uncertaintyView(uncertainty.maxDrawdown),
      expected_return: uncertaintyView(uncertainty.expectedReturn),
    },
    measures: Object.fromEntries(
      Object.entries(measures).map(([id, value]) => [id, inSnakeCase(value) as MeasureView]),
    ),
    var_backtest: varBacktest && backtestView(varBacktest),
    stress: {
      windows: side.stress.windows.map(({ id, name, from, to, ...outcome }) => ({
        id,
        name,
        from,
        to,
        ...stressView(outcome),
      })),
      shocks: side.stress.shocks && stressView(side.stress.shocks),
    },
    recommendation: overallRecommendation,
  };
}

const uncertaintyView = (found: Uncertainty | null) =>
  found && { standard_error: found.standardError, low: found.low, high: found.high };

const testView = ({ statistic, pValue }: LikelihoodRatioTest) => ({ statistic, p_value: pValue });

const backtestView = (found: VarBacktest): SideView['var_backtest'] => ({
  observations: found.observations,
  exceptions: found.exceptions,
  expected_exceptions: found.expectedExceptions,
  coverage: testView(found.coverage),
  independence: found.independence && testView(found.independence),
  conditional_coverage: found.conditionalCoverage && testView(found.conditionalCoverage),
  zone: found.zone,
});

const stressView = ({ change, knownPart, assets }: StressOutcome) => ({
  change,
  known_part: { change: knownPart.change, weight: knownPart.weight },
  assets: assets.map(({ assetId, ...rest }) => ({ asset_id: assetId, ...rest })),
});

/** Names of a measure's parts; ids of assets have no small letters and stay as they are. */
function inSnakeCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before}_${after.toLowerCase()}`),
      inSnakeCase(member),
    ]),
  );
}
