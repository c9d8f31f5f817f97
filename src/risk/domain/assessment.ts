import type { PolicyLimits } from '../../policies/domain/policy-limits.js';
import { longestPriceAgeDays } from '../../data/domain/price-basis.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, utcDate, type EpochMs } from '../../shared/time.js';
import { alignedReturns, type AlignedReturns, type PriceSeries } from './alignment.js';
import { portfolioReturns } from './contributions.js';
import { correlationsWith, minimumOverlap } from './correlation.js';
import type { MeasureInput } from './measures/measure.js';
import { inNumeraire } from './numeraire.js';
import { riskReport, type RiskReport } from './report.js';
import { applyShocks, historicalWindows, replayWindow, type HistoricalWindow, type StressOutcome } from './stress.js';
import type { TradingRecord } from './trading-record.js';
import { barsPerYear, daysSinceClose, tradingDays, type TradingDays } from './trading-days.js';

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
  readonly record?: TradingRecord;
}

/** What is known of one asset's history within the lookback. */
interface AssetHistory {
  readonly assetId: AssetId;
  readonly weight: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Its own returns within the lookback. */
  readonly observations: number;
  /**
   * What is not `used` has no part in the measures: fewer than 20 returns, a newest price more than 7 days before the
   * as-of, or nothing stored.
   */
  readonly use: 'used' | 'too_short' | 'stale' | 'no_prices';
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
  /** Returns that the benchmark has in common with the rest; reports before version 3 do not say. */
  readonly benchmarkObservations?: number;
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
  /** What is left out and why nothing is measured, with the dates; reports before version 3 have none. */
  readonly notes?: readonly string[];
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
/** Of what is held besides cash, so much has to be seen before anything is said of the whole. */
const leastCovered = 0.5;
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
 * Assets with fewer than 20 returns in the lookback, or whose newest price is more than 7 days old, are named and left
 * out, and the other weights scaled up. Every measure is null where that leaves less than half of the weight that is no
 * cash, fewer than 20 returns on common dates, or none of the last 7 days: cash does not move, and would say "no risk".
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
    const newest = newestOf(stored.get(assetId));
    const use =
      newest === undefined
        ? 'no_prices'
        : isOld(newest, asOf)
          ? 'stale'
          : seriesOf(assetId)
            ? 'used'
            : openTimes.length > 0
              ? 'too_short'
              : 'no_prices';
    const observations = Math.max(0, openTimes.length - 1);
    return { assetId, weight, first: dates[0] ?? null, last: dates[1] ?? null, observations, use };
  });
  const used = assets.filter(({ use }) => use === 'used');
  const coveredWeight = used.reduce((sum, { weight }) => sum + weight, 0);
  const besidesCash = (among: readonly AssetHistory[]) =>
    among.reduce((sum, { assetId, weight }) => sum + (isCash(input, assetId) ? 0 : weight), 0);
  const [seen, whole] = [besidesCash(used), besidesCash(assets)];
  const enough = coveredWeight > 0 && seen >= leastCovered * whole;
  const held = new Map(enough ? used.map(({ assetId, weight }) => [assetId, weight / coveredWeight]) : []);
  const sides = input.numeraires.map((numeraire) => inOne(input, numeraire, { held, seriesOf, stored }));
  const anchor = seriesOf(btc);
  return {
    assets,
    coveredWeight,
    notes: [
      ...(input.record?.recentLoss === null
        ? ['losses of the last 30 days are not judged: what a sale gained is not known']
        : []),
      ...assets.flatMap((asset) => whyLeftOut(asset, newestOf(stored.get(asset.assetId)), asOf)),
      ...(enough || assets.length === 0
        ? []
        : [`nothing is measured: of what is no cash ${share(seen, whole)} has usable prices, half of it is needed`]),
      ...sides.flatMap(({ note }) => note),
    ],
    sides: sides.map(({ side }) => side),
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

function inOne(
  input: AssessmentInput,
  numeraire: AssetId,
  { held, seriesOf, stored }: History,
): { side: RiskInNumeraire; note: string[] } {
  const { asOf, weights, limits, seed, benchmark } = input;
  const riskFreeRate = numeraire === usd ? input.riskFreeRate : 0;
  const counted = (assetId: AssetId) => seriesIn(numeraire, assetId, seriesOf);
  const series = [...held.keys()].flatMap((assetId) => counted(assetId) ?? []);
  const benchmarkSeries = counted(benchmark);
  const whole = held.size > 0 && series.length === held.size;
  const aligned = whole ? alignedReturns(series) : undefined;
  const known = aligned && tellsOfNow(aligned, asOf) ? aligned : undefined;
  // on the dates of its own: what the benchmark has no price of is still a day of the portfolio
  const both = known && benchmarkSeries ? alignedReturns([...series, benchmarkSeries]) : undefined;
  const compared = both && tellsOfNow(both, asOf) ? both : undefined;
  const days = known && daysOf(known);
  const composition = Float64Array.from(held.values());
  const rule = { riskFreeRate, minimumReturn: 0, confidence, seed, thresholds: limits.thresholds, ...input.record };
  const positions =
    weights.size > 0 ? { positions: { weights, limits, isCash: (assetId: AssetId) => isCash(input, assetId) } } : {};
  const report = known
    ? riskReport({
        ...rule,
        ...positions,
        returns: portfolioReturns(composition, known.returns),
        dates: known.dates,
        composition: { assets: known.assets, weights: composition, assetReturns: known.returns },
        ...(compared && { benchmark: againstBenchmark(compared, composition) }),
        periodsPerYear: barsPerYear[days!],
      })
    : riskReport({ ...rule, ...positions, returns: new Float64Array(), dates: [], periodsPerYear: 365 });
  const side = {
    numeraire,
    meaning: meaningOf(numeraire, input.riskFreeRate),
    riskFreeRate,
    from: known?.dates[0] ?? null,
    to: known?.dates.at(-1) ?? null,
    tradingDays: days ?? null,
    periodsPerYear: days ? barsPerYear[days] : null,
    hasBenchmark: compared !== undefined,
    benchmarkObservations: compared?.periods ?? 0,
    report,
    stress: stressOf(input, numeraire, stored),
  };
  const note = [
    ...(held.size > 0 && !known ? [`nothing is measured in ${numeraire}: ${spanOf(aligned)}`] : []),
    ...(known && !compared ? [`nothing is compared with ${benchmark} in ${numeraire}: ${spanOf(both)}`] : []),
  ];
  return { side, note };
}

const newestOf = (closes: UsdCloses | undefined): EpochMs | undefined => closes?.openTimes[closes.openTimes.length - 1];

/** As optimization and plans refuse prices. */
const isOld = (openTime: EpochMs, asOf: EpochMs): boolean => daysSinceClose(openTime, asOf) > longestPriceAgeDays;

const isCash = ({ classes }: AssessmentInput, assetId: AssetId): boolean =>
  assetId === usd || classes.get(assetId) === 'cash';

const midnight = (date: string): EpochMs => Date.parse(`${date}T00:00:00Z`);

const tellsOfNow = ({ periods, dates }: AlignedReturns, asOf: EpochMs): boolean =>
  periods >= minimumOverlap && !isOld(midnight(dates.at(-1)!), asOf);

const daysOf = ({ dates }: AlignedReturns): TradingDays => tradingDays(dates.map(midnight));

const share = (part: number, whole: number): string => `${Number(((100 * part) / whole).toFixed(1))} %`;

/** In words, with the dates; empty for what is used. */
function whyLeftOut(
  { assetId, use, observations }: AssetHistory,
  newest: EpochMs | undefined,
  asOf: EpochMs,
): string[] {
  if (use === 'used') return [];
  if (newest === undefined) return [`${assetId} is left out: no price is stored`];
  const dated = `the newest price of ${assetId} is of ${utcDate(newest)}, ${daysSinceClose(newest, asOf)} days before the as-of`;
  if (use === 'stale') return [`${assetId} is left out: ${dated}, at most ${longestPriceAgeDays} count`];
  return [
    `${assetId} is left out: it has ${observations} daily returns within the lookback, ${minimumOverlap} are needed`,
  ];
}

function spanOf(aligned: AlignedReturns | undefined): string {
  if (!aligned) return 'there are too few prices, or none';
  const last = aligned.dates.at(-1);
  const span =
    last === undefined
      ? 'there is no common date'
      : `the common dates end on ${last} and make ${aligned.periods} returns`;
  return `${span}; ${minimumOverlap} are needed, the last at most ${longestPriceAgeDays} days before the as-of`;
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

/** The portfolio beside the benchmark, which is the last column, on the dates that both have. */
function againstBenchmark(both: AlignedReturns, weights: Float64Array): NonNullable<MeasureInput['benchmark']> {
  const { assets, periods, returns } = both;
  const [columns, n] = [assets.length, weights.length];
  const assetReturns = new Float64Array(periods * n);
  const benchmark = new Float64Array(periods);
  for (let t = 0; t < periods; t++) {
    assetReturns.set(returns.subarray(t * columns, t * columns + n), t * n);
    benchmark[t] = returns[t * columns + n]!;
  }
  return {
    portfolio: portfolioReturns(weights, assetReturns),
    returns: benchmark,
    periodsPerYear: barsPerYear[daysOf(both)],
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
