import type { IsCash, PolicyLimits, RiskThresholds } from '../../policies/domain/policy-limits.js';
import type { AssetId } from '../../shared/ids.js';
import {
  biasRecommendation,
  lossFlags,
  positionFlags,
  streakFlags,
  type BiasFlag,
  type BiasRecommendation,
} from './bias.js';
import { blockLengthOf, bootstrap, type Uncertainty } from './bootstrap.js';
import { maxDrawdown } from './drawdowns.js';
import type { MeasureInput } from './measures/measure.js';
import { sharpeRatio } from './measures/ratios.js';
import { measureRisk, type MeasuredRisk } from './measures/registry.js';
import { annualizedVolatility, mean } from './returns.js';
import { historicalTail } from './tail-risk.js';
import { backtestVar, rollingForecasts, type VarBacktest } from './var-backtest.js';

/** The report judges by 95 %, whatever confidence the other measures are asked for. */
const reportConfidence = 0.95;
/** Trading days from which a forecast is made for the back-test, as regulators do. */
const backtestWindow = 250;
/** So many that an exception is expected; of fewer no zone says anything. */
const fewestForecasts = Math.round(1 / (1 - reportConfidence));
const replications = 1_000;
const level = 0.95;

/** The prototype's words. */
type OverallRecommendation =
  'INSUFFICIENT_DATA' | 'REDUCE_RISK' | 'IMPROVE_EFFICIENCY' | 'AVOID_TRADING' | 'CAUTION' | 'HOLD';

type Headline = 'volatility' | 'sharpeRatio' | 'cvar95' | 'maxDrawdown' | 'expectedReturn';

/** Returns are daily: the thresholds are. */
export interface RiskReportInput extends MeasureInput {
  readonly thresholds: RiskThresholds;
  /** Present weights and the limits that they are judged by. */
  readonly positions?: {
    readonly weights: ReadonlyMap<AssetId, number>;
    readonly limits: PolicyLimits;
    readonly recommended?: ReadonlyMap<AssetId, number>;
    readonly isCash?: IsCash;
  };
  /** Losses of late, a positive fraction; null where nobody knows, and then not judged. */
  readonly recentLoss?: number | null;
  readonly winStreak?: number;
}

export interface RiskReport {
  readonly observations: number;
  /** Losses are positive; null where undefined. */
  readonly headline: Readonly<Record<Headline, number | null>>;
  readonly uncertainty: Readonly<Record<Headline, Uncertainty | null>> & {
    readonly method: { readonly level: number; readonly replications: number; readonly meanBlockLength: number };
  };
  readonly measures: MeasuredRisk;
  /** Of historical VaR at 95 % from a rolling window; null with too short a history. */
  readonly varBacktest: VarBacktest | null;
  readonly biasFlags: readonly BiasFlag[];
  readonly biasRecommendation: BiasRecommendation;
  readonly overallRecommendation: OverallRecommendation;
  readonly thresholds: RiskThresholds;
}

/** Everything that is known about the risk of one history of returns, and what follows from it. */
export function riskReport(input: RiskReportInput): RiskReport {
  const { returns, periodsPerYear, riskFreeRate, thresholds, positions } = input;
  const statistics = {
    volatility: (values: Float64Array) => annualizedVolatility(values, periodsPerYear),
    sharpeRatio: (values: Float64Array) => sharpeRatio(values, periodsPerYear, riskFreeRate),
    cvar95: (values: Float64Array) => historicalTail(values, reportConfidence)?.expectedShortfall ?? null,
    maxDrawdown,
    expectedReturn: (values: Float64Array) => (values.length === 0 ? null : mean(values) * periodsPerYear),
  };
  const headline = {
    volatility: statistics.volatility(returns),
    sharpeRatio: statistics.sharpeRatio(returns),
    cvar95: statistics.cvar95(returns),
    maxDrawdown: maxDrawdown(returns),
    expectedReturn: statistics.expectedReturn(returns),
  };
  const meanBlockLength = blockLengthOf(returns);
  const method = { level, replications, meanBlockLength };
  const flags = [
    ...lossFlags(input.recentLoss ?? 0),
    ...streakFlags(input.winStreak ?? 0),
    ...(positions ? positionFlags(positions.weights, positions.limits, positions) : []),
  ];
  const bias = biasRecommendation(flags);
  const rolling = rollingForecasts(returns, backtestWindow, reportConfidence);
  return {
    observations: returns.length,
    headline,
    uncertainty: { ...bootstrap(returns, statistics, { seed: input.seed, ...method }), method },
    measures: measureRisk(input),
    varBacktest:
      rolling.returns.length < fewestForecasts
        ? null
        : backtestVar(rolling.returns, rolling.forecasts, reportConfidence),
    biasFlags: flags,
    biasRecommendation: bias,
    overallRecommendation: overall(headline, thresholds, { bias, hasFlags: flags.length > 0 }),
    thresholds,
  };
}

/** The first that holds; what is undefined breaks no threshold. */
function overall(
  { cvar95, maxDrawdown: drawdown, sharpeRatio: sharpe }: RiskReport['headline'],
  thresholds: RiskThresholds,
  { bias, hasFlags }: { bias: BiasRecommendation; hasFlags: boolean },
): OverallRecommendation {
  if (cvar95 === null || drawdown === null) return 'INSUFFICIENT_DATA';
  if (cvar95 > thresholds.dailyCvar95) return 'REDUCE_RISK';
  if (drawdown > thresholds.maxDrawdown) return 'REDUCE_RISK';
  if (sharpe !== null && sharpe < thresholds.sharpe) return 'IMPROVE_EFFICIENCY';
  if (bias === 'AVOID_TRADING') return 'AVOID_TRADING';
  return hasFlags ? 'CAUTION' : 'HOLD';
}

/** Parts of the report with the prototype's signs: losses and their thresholds are negative fractions. */
export interface PrototypeRisk {
  readonly metrics: {
    readonly cvar95: number | null;
    readonly maxDrawdown: number | null;
    readonly sharpeRatio: number | null;
    readonly volatility: number | null;
    readonly expectedReturn: number | null;
  };
  readonly thresholds: { readonly cvar95: number; readonly maxDrawdown: number; readonly sharpe: number };
}

/** The prototype knew habits of thought alone, and called a weight outside its limits `anchoring`. */
export const prototypeBiasType = (type: BiasFlag['type']) => (type === 'limit_breach' ? 'anchoring' : type);

/** As `GET /api/dashboard/risk` alone shows it. */
export function withPrototypeSigns({
  headline,
  thresholds,
}: Pick<RiskReport, 'headline' | 'thresholds'>): PrototypeRisk {
  // 0 - x, for -x would make -0 of 0
  const negative = (loss: number | null): number | null => (loss === null ? null : 0 - loss);
  return {
    metrics: { ...headline, cvar95: negative(headline.cvar95), maxDrawdown: negative(headline.maxDrawdown) },
    thresholds: {
      cvar95: 0 - thresholds.dailyCvar95,
      maxDrawdown: 0 - thresholds.maxDrawdown,
      sharpe: thresholds.sharpe,
    },
  };
}
