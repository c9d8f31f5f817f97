import { InvariantViolation } from '../../shared/errors.js';
import { seededRandom, type Random } from './random.js';
import { isRounding, mean, type Numbers } from './returns.js';
import { ascending, centralMoment, quantile } from './statistics.js';

/** How far a number computed from one history may be off. */
export interface Uncertainty {
  readonly standardError: number;
  /** Ends of the percentile interval at the level asked for. */
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  readonly replications: number;
  /** Probability that the intervals are meant to cover, for example 0.95. */
  readonly level: number;
  readonly meanBlockLength: number;
}

/** Fewer returns say nothing about their own uncertainty. */
const enoughReturns = 20;

/**
 * Uncertainty of statistics by the stationary bootstrap (Politis & Romano, "The Stationary Bootstrap", 1994): histories
 * are made of blocks of the given one, which start anywhere, have geometric lengths and wrap around its end; so the
 * order within a block, and with it clustered volatility, is kept.
 *
 * All statistics see the same histories. Null for a statistic that is undefined in any of them, and for all with fewer
 * than 20 returns. Intervals are the plain percentiles of the replications.
 */
export function bootstrap<Name extends string>(
  returns: Float64Array,
  statistics: Readonly<Record<Name, (returns: Float64Array) => number | null>>,
  { seed, replications, level, meanBlockLength }: BootstrapOptions,
): Record<Name, Uncertainty | null> {
  if (!(meanBlockLength >= 1)) throw new InvariantViolation(`a mean block length of ${meanBlockLength}`);
  const random = seededRandom(seed);
  const names = Object.keys(statistics) as Name[];
  const found = new Map(names.map((name) => [name, new Float64Array(replications)]));
  const undefinedOnce = new Set<Name>(returns.length < enoughReturns ? names : []);
  const resampled = new Float64Array(returns.length);
  for (let r = 0; r < replications; r++) {
    resample(returns, meanBlockLength, random, resampled);
    for (const name of names) {
      if (undefinedOnce.has(name)) continue;
      const value = statistics[name](resampled);
      if (value === null) undefinedOnce.add(name);
      else found.get(name)![r] = value;
    }
  }
  const uncertaintyOf = (name: Name): Uncertainty | null => {
    if (undefinedOnce.has(name)) return null;
    const sorted = ascending(found.get(name)!);
    const tail = (1 - level) / 2;
    return {
      standardError: Math.sqrt((centralMoment(sorted, 2) * replications) / (replications - 1)),
      low: quantile(sorted, tail),
      high: quantile(sorted, 1 - tail),
    };
  };
  return Object.fromEntries(names.map((name) => [name, uncertaintyOf(name)])) as Record<Name, Uncertainty | null>;
}

function resample(returns: Float64Array, meanBlockLength: number, random: Random, into: Float64Array): void {
  const n = returns.length;
  let position = 0;
  for (let t = 0; t < n; t++) {
    const startsAnew = t === 0 || random.uniform() * meanBlockLength < 1;
    position = startsAnew ? Math.floor(random.uniform() * n) : (position + 1) % n;
    into[t] = returns[position]!;
  }
}

/** Returns from which a block length can be told; fewer are taken as independent. */
const enoughForBlocks = 10;

/**
 * Mean block length for statistics of level and of spread: the longer of the automatic lengths for the returns and for
 * their squared deviations, in which clustered volatility shows; at least 1.
 */
export function blockLengthOf(returns: Numbers): number {
  if (returns.length < enoughForBlocks) return 1;
  const centre = mean(returns);
  const squares = Float64Array.from(returns, (value) => (value - centre) ** 2);
  return Math.max(1, automaticBlockLength(returns), automaticBlockLength(squares));
}

/**
 * Mean block length that minimises the error of the stationary bootstrap's variance of the mean (Politis & White, 2004,
 * with the correction of Patton, Politis & White, 2009): flat-top lag window up to twice the lag after which
 * autocorrelations are insignificant. 0 for values that do not differ.
 */
export function automaticBlockLength(values: Numbers): number {
  const n = values.length;
  const centre = mean(values);
  const deviations = Float64Array.from(values, (value) => value - centre);
  if (isRounding(Math.sqrt(centralMoment(values, 2)), values)) return 0;

  const run = Math.max(5, Math.floor(Math.log10(n)));
  const longestLag = Math.ceil(Math.sqrt(n)) + run;
  const significant = 2 * Math.sqrt(Math.log10(n) / n);
  const autocovariances = new Float64Array(longestLag + 1);
  let insignificant = 0;
  let lastSignificantLag: number | undefined;
  for (let lag = 0; lag <= longestLag; lag++) {
    const sum = productsAtLag(deviations, lag);
    autocovariances[lag] = sum.product / n;
    if (lag === 0) continue;
    insignificant = Math.abs(sum.product) < significant * Math.sqrt(sum.early * sum.late) ? insignificant + 1 : 0;
    if (insignificant === run) lastSignificantLag ??= lag - run;
  }
  const window =
    lastSignificantLag === undefined ? longestLag : Math.min(longestLag, 2 * Math.max(1, lastSignificantLag));
  let [slope, longRun] = [0, autocovariances[0]!];
  for (let lag = 1; lag <= window; lag++) {
    const weight = Math.min(1, 2 * (1 - lag / window));
    slope += 2 * weight * lag * autocovariances[lag]!;
    longRun += 2 * weight * autocovariances[lag]!;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const length = Math.cbrt((slope ** 2 / longRun ** 2) * n);
  return Number.isFinite(length) ? Math.min(longest, length) : longest;
}

function productsAtLag(deviations: Float64Array, lag: number) {
  let [product, early, late] = [0, 0, 0];
  for (let t = lag; t < deviations.length; t++) {
    product += deviations[t]! * deviations[t - lag]!;
    early += deviations[t - lag]! ** 2;
    late += deviations[t]! ** 2;
  }
  return { product, early, late };
}
