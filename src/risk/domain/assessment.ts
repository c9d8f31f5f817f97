import type { PolicyLimits } from '../../policies/domain/policy-limits.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, utcDate, type EpochMs } from '../../shared/time.js';
import { alignedReturns, type AlignedReturns, type PriceSeries } from './alignment.js';
import { portfolioReturns } from './contributions.js';
import { correlationsWith, minimumOverlap } from './correlation.js';
import { inNumeraire } from './numeraire.js';
import { riskReport, type RiskReport } from './report.js';
import { applyShocks, historicalWindows, replayWindow, type HistoricalWindow, type StressOutcome } from './stress.js';
import { barsPerYear, tradingDays, type TradingDays } from './trading-days.js';

/** Closes in US dollars, oldest first. */
export type UsdCloses = Pick<PriceSeries, 'openTimes' | 'closes'>;

/** A portfolio's weights and the history that they are put through. Survives a structured clone. */
export interface AssessmentInput {
  readonly asOf: EpochMs;
  readonly lookbackDays: number;
  /** Shares of what has a price; they sum to 1, or there are none. */
  readonly weights: ReadonlyMap<AssetId, number>;
  /** Daily closes of what is held, of the numeraires and of the benchmark, as far back as they are stored. */
  readonly closes: ReadonlyMap<AssetId, UsdCloses>;
  readonly numeraires: readonly AssetId[];
  readonly benchmark: AssetId;
  /** A year, in US dollars; counted in anything else it is taken for 0. */
  readonly riskFreeRate: number;
  readonly limits: PolicyLimits;
  readonly shocks: {
    readonly assets: Readonly<Record<AssetId, number>>;
    readonly classes: Readonly<Record<string, number>>;
  } | null;
  readonly classes: ReadonlyMap<AssetId, string>;
  readonly seed: number;
}

/** What is known of one asset's history within the lookback. */
interface AssetHistory {
  readonly assetId: AssetId;
  readonly weight: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Its own returns within the lookback. */
  readonly observations: number;
  /** With fewer than 20 returns an asset has no part in the measures; `no_prices`: nothing is stored. */
  readonly use: 'used' | 'too_short' | 'no_prices';
}

/** Everything in one numeraire. */
export interface RiskInNumeraire {
  readonly numeraire: AssetId;
  readonly meaning: string;
  readonly riskFreeRate: number;
  /** Of the common UTC dates; null without returns. */
  readonly from: string | null;
  readonly to: string | null;
  readonly tradingDays: TradingDays | null;
  readonly periodsPerYear: number | null;
  readonly hasBenchmark: boolean;
  readonly report: RiskReport;
  readonly stress: {
    readonly windows: readonly (HistoricalWindow & StressOutcome)[];
    readonly shocks: StressOutcome | null;
  };
}

export interface RiskAssessment {
  readonly assets: readonly AssetHistory[];
  /** Share of the weights that the measures see; they are scaled up to 1. */
  readonly coveredWeight: number;
  readonly sides: readonly RiskInNumeraire[];
  /** In US dollars, over the dates that each pair has. */
  readonly correlationsWithBtc: readonly {
    readonly assetId: AssetId;
    readonly correlation: number | null;
    readonly observations: number;
  }[];
}

const usd = 'USD' as AssetId;
const btc = 'BTC' as AssetId;
const confidence = 0.95;
/** Before the first of the historical windows. */
const firstDay = Date.parse('2017-01-01T00:00:00Z');

/** Open time of the first bar that a lookback has: of what trades every day so many returns follow it. */
export const lookbackStart = (asOf: EpochMs, lookbackDays: number): EpochMs =>
  (Math.floor(asOf / dayMs) - lookbackDays - 1) * dayMs;

/** The part of closes within a lookback whose bars had ended at an instant. */
export function withinLookback({ openTimes, closes }: UsdCloses, asOf: EpochMs, lookbackDays: number): UsdCloses {
  const [first, last] = [lookbackStart(asOf, lookbackDays), asOf - dayMs];
  const kept = Array.from(openTimes, (_, i) => i).filter((i) => openTimes[i]! >= first && openTimes[i]! <= last);
  return {
    openTimes: Float64Array.from(kept, (i) => openTimes[i]!),
    closes: Float64Array.from(kept, (i) => closes[i]!),
  };
}

/** One dollar is worth one dollar on every day. */
export function dollars(asOf: EpochMs): UsdCloses {
  const days = Math.max(0, Math.floor((asOf - firstDay) / dayMs));
  const openTimes = Float64Array.from({ length: days }, (_, i) => firstDay + i * dayMs);
  return { openTimes, closes: new Float64Array(days).fill(1) };
}

/**
 * The risk of weights that are held constant over the lookback, in each numeraire, with what stress would do to them.
 *
 * Assets with fewer than 20 returns in the lookback are named and left out, and the other weights scaled up; fewer than
 * 20 common dates say nothing, and every measure is then null.
 */
export function assessRisk(input: AssessmentInput): RiskAssessment {
  const { asOf, lookbackDays, weights } = input;
  const stored = new Map(input.closes).set(usd, dollars(asOf));
  const recent = new Map(
    [...stored].map(([assetId, closes]) => [assetId, { assetId, ...withinLookback(closes, asOf, lookbackDays) }]),
  );
  const seriesOf = (assetId: AssetId): PriceSeries | undefined => {
    const own = recent.get(assetId);
    return own && own.closes.length > minimumOverlap ? own : undefined;
  };
  const assets = [...weights].map(([assetId, weight]): AssetHistory => {
    const { openTimes = [] } = recent.get(assetId) ?? {};
    const dates = openTimes.length > 0 ? [openTimes[0]!, openTimes[openTimes.length - 1]!].map(utcDate) : [];
    const use = seriesOf(assetId) ? 'used' : openTimes.length > 0 ? 'too_short' : 'no_prices';
    const observations = Math.max(0, openTimes.length - 1);
    return { assetId, weight, first: dates[0] ?? null, last: dates[1] ?? null, observations, use };
  });
  const used = assets.filter(({ use }) => use === 'used');
  const coveredWeight = used.reduce((sum, { weight }) => sum + weight, 0);
  const anchor = seriesOf(btc);
  return {
    assets,
    coveredWeight,
    sides: input.numeraires.map((numeraire) => {
      const held = new Map(
        coveredWeight > 0 ? used.map(({ assetId, weight }) => [assetId, weight / coveredWeight]) : [],
      );
      return inOne(input, numeraire, { held, seriesOf, stored });
    }),
    correlationsWithBtc: anchor
      ? correlationsWith(
          anchor,
          used.flatMap(({ assetId }) => seriesOf(assetId) ?? []),
        )
      : [],
  };
}

interface History {
  /** What the measures see; sums to 1, or is empty. */
  readonly held: ReadonlyMap<AssetId, number>;
  readonly seriesOf: (assetId: AssetId) => PriceSeries | undefined;
  readonly stored: ReadonlyMap<AssetId, UsdCloses>;
}

function inOne(input: AssessmentInput, numeraire: AssetId, { held, seriesOf, stored }: History): RiskInNumeraire {
  const { weights, limits, seed, benchmark } = input;
  const riskFreeRate = numeraire === usd ? input.riskFreeRate : 0;
  const counted = (assetId: AssetId) => seriesIn(numeraire, assetId, seriesOf);
  const series = [...held.keys()].flatMap((assetId) => counted(assetId) ?? []);
  const benchmarkSeries = counted(benchmark);
  const aligned =
    held.size > 0 && series.length === held.size
      ? alignedReturns(benchmarkSeries ? [...series, benchmarkSeries] : series)
      : undefined;
  const known = aligned && aligned.periods >= minimumOverlap ? aligned : undefined;
  const days = known && tradingDays(known.dates.map((date) => Date.parse(`${date}T00:00:00Z`)));
  const rule = { riskFreeRate, minimumReturn: 0, confidence, seed, thresholds: limits.thresholds };
  const positions = weights.size > 0 ? { positions: { weights, limits } } : {};
  const report = known
    ? riskReport({
        ...rule,
        ...positions,
        ...measured(known, Float64Array.from(held.values()), benchmarkSeries !== undefined),
        periodsPerYear: barsPerYear[days!],
      })
    : riskReport({ ...rule, ...positions, returns: new Float64Array(), dates: [], periodsPerYear: 365 });
  return {
    numeraire,
    meaning: meaningOf(numeraire, input.riskFreeRate),
    riskFreeRate,
    from: known?.dates[0] ?? null,
    to: known?.dates.at(-1) ?? null,
    tradingDays: days ?? null,
    periodsPerYear: days ? barsPerYear[days] : null,
    hasBenchmark: known !== undefined && benchmarkSeries !== undefined,
    report,
    stress: stressOf(input, numeraire, stored),
  };
}

const seriesIn = (
  numeraire: AssetId,
  assetId: AssetId,
  seriesOf: (assetId: AssetId) => PriceSeries | undefined,
): PriceSeries | undefined => {
  const [own, unit] = [seriesOf(assetId), seriesOf(numeraire)];
  if (!own || numeraire === usd) return own;
  return unit && inNumeraire(own, unit);
};

/** The last column is the benchmark, where there is one. */
function measured({ assets, dates, periods, returns }: AlignedReturns, weights: Float64Array, hasBenchmark: boolean) {
  const [columns, n] = [assets.length, weights.length];
  const assetReturns = new Float64Array(periods * n);
  const benchmark = new Float64Array(periods);
  for (let t = 0; t < periods; t++) {
    assetReturns.set(returns.subarray(t * columns, t * columns + n), t * n);
    if (hasBenchmark) benchmark[t] = returns[t * columns + n]!;
  }
  return {
    returns: portfolioReturns(weights, assetReturns),
    dates,
    composition: { assets: assets.slice(0, n), weights, assetReturns },
    ...(hasBenchmark && { benchmark }),
  };
}

function stressOf(
  { asOf, weights, shocks, classes }: AssessmentInput,
  numeraire: AssetId,
  stored: ReadonlyMap<AssetId, UsdCloses>,
): RiskInNumeraire['stress'] {
  const past = historicalWindows.filter(({ to }) => Date.parse(`${to}T00:00:00Z`) + dayMs <= asOf);
  const whole = (assetId: AssetId): PriceSeries | undefined => {
    const own = stored.get(assetId);
    return own && { assetId, ...own };
  };
  const series = [...weights.keys()].flatMap((assetId) => seriesIn(numeraire, assetId, whole) ?? []);
  const supposed = shocks && {
    assets: new Map(Object.entries(shocks.assets) as [AssetId, number][]),
    classes: new Map(Object.entries(shocks.classes)),
  };
  const classOf = (assetId: AssetId) => classes.get(assetId) ?? '';
  return {
    windows: past.map((window) => ({ ...window, ...replayWindow(window, weights, series) })),
    shocks: supposed && applyShocks(supposed, weights, classOf, numeraire === usd ? undefined : numeraire),
  };
}

function meaningOf(numeraire: AssetId, riskFreeRate: number): string {
  if (numeraire === usd) return `Values in US dollars; the risk-free rate is ${riskFreeRate} a year.`;
  const own = `${numeraire} has no risk by definition here, and the risk-free rate is 0: what earns nothing is ${numeraire} itself.`;
  return `Values counted in ${numeraire}. ${own}`;
}
