import erfc from '@stdlib/math-base-special-erfc';
import { InvariantViolation } from '../../../shared/errors.js';

// Tests of few observations are exact: the probabilities of all outcomes are added up. What is large enough for a normal
// approximation has one, with a correction for continuity and for ties.

/** A probability of what was seen or of something as extreme, if there were no bias. */
export interface Tested {
  readonly statistic: number;
  readonly pValue: number;
  readonly exact: boolean;
}

export type Alternative = 'greater' | 'less' | 'two_sided';

/** Probability that a standard normal variable is above `z`. */
export const normalAbove = (z: number): number => erfc(z / Math.SQRT2) / 2;

/** Sums of probabilities that differ from 1 by rounding alone. */
const probability = (sum: number): number => Math.min(1, Math.max(0, sum));

/** Of a discrete or continuous distribution, from both tails, each with what was seen. */
const fromTails = (below: number, above: number, alternative: Alternative): number =>
  probability(
    alternative === 'greater' ? above : alternative === 'less' ? below : Math.min(1, 2 * Math.min(below, above)),
  );

function fromNormal(distance: number, deviation: number, continuity: number, alternative: Alternative): number {
  if (!(deviation > 0)) return 1;
  const above = normalAbove((distance - continuity) / deviation);
  const below = normalAbove((-distance - continuity) / deviation);
  return fromTails(below, above, alternative);
}

const logFactorials = [0];
function logFactorial(n: number): number {
  for (let k = logFactorials.length; k <= n; k++) logFactorials.push(logFactorials[k - 1]! + Math.log(k));
  return logFactorials[n]!;
}
const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** Margins of a 2 x 2 table: of `total`, `marked` are of the kind that is counted and `drawn` are taken. */
export interface Stratum {
  readonly total: number;
  readonly marked: number;
  readonly drawn: number;
  /** How many of the drawn are marked. */
  readonly hits: number;
}

const leastHits = ({ total, marked, drawn }: Stratum): number => Math.max(0, drawn + marked - total);
const mostHits = ({ marked, drawn }: Stratum): number => Math.min(marked, drawn);

/** Probabilities of the least to the most hits when the drawn are any of the total (hypergeometric). */
function hypergeometric(stratum: Stratum): Float64Array {
  const { total, marked, drawn } = stratum;
  const least = leastHits(stratum);
  const all = logChoose(total, drawn);
  return Float64Array.from({ length: mostHits(stratum) - least + 1 }, (_, i) => {
    const hits = least + i;
    return Math.exp(logChoose(marked, hits) + logChoose(total - marked, drawn - hits) - all);
  });
}

/** A table of two rows; `a` and `b` are the first. */
export interface Table {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/**
 * Fisher's exact test of a 2 x 2 table (Fisher, "The Design of Experiments", 1935, the lady tasting tea). `greater` asks
 * whether the first row has more of the first column than the second row; two-sided, the probabilities of all tables that
 * are no likelier than this one are added up, as R's `fisher.test` does. The statistic is `a`.
 */
export function fisherExact({ a, b, c, d }: Table, alternative: Alternative): Tested {
  const stratum: Stratum = { total: a + b + c + d, marked: a + c, drawn: a + b, hits: a };
  const probabilities = hypergeometric(stratum);
  const at = a - leastHits(stratum);
  const seen = probabilities[at]!;
  const sum = (counts: (probability: number, i: number) => boolean) =>
    probability(probabilities.reduce((total, one, i) => total + (counts(one, i) ? one : 0), 0));
  const pValue =
    alternative === 'greater'
      ? sum((_, i) => i >= at)
      : alternative === 'less'
        ? sum((_, i) => i <= at)
        : sum((one) => one <= seen * (1 + 1e-7));
  return { statistic: a, pValue, exact: true };
}

/** So many possible sums are convolved; of more, the normal distribution is close enough. */
const longestConvolution = 2_000;

/**
 * Whether the drawn of all strata together have more marked ones than draws at random within each stratum would: the test
 * of Mantel and Haenszel (1959), with the strata's hypergeometric distributions convolved, so that it is exact; of many
 * strata by its normal approximation. The statistic is the hits less those that are expected.
 */
export function stratifiedDraws(strata: readonly Stratum[], alternative: Alternative): Tested {
  const telling = strata.filter((one) => mostHits(one) > leastHits(one));
  let [distance, variance, least, width] = [0, 0, 0, 0];
  for (const one of telling) {
    const { total, marked, drawn, hits } = one;
    distance += hits - (drawn * marked) / total;
    variance += (drawn * marked * (total - marked) * (total - drawn)) / (total * total * (total - 1));
    least += hits - leastHits(one);
    width += mostHits(one) - leastHits(one);
  }
  if (width === 0) return { statistic: 0, pValue: 1, exact: true };
  if (width > longestConvolution) {
    return {
      statistic: distance,
      pValue: fromNormal(distance, Math.sqrt(variance), 0.5, alternative),
      exact: false,
    };
  }
  let sums = Float64Array.of(1);
  for (const one of telling) sums = convolved(sums, hypergeometric(one));
  return { statistic: distance, pValue: tailsOf(sums, least, alternative), exact: true };
}

function convolved(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sums[i + j]! += a[i]! * b[j]!;
  return sums;
}

/** P value of the outcome `at` of a distribution over whole numbers from 0 on. */
function tailsOf(probabilities: Float64Array, at: number, alternative: Alternative): number {
  let [below, above] = [0, 0];
  for (let i = 0; i < probabilities.length; i++) {
    if (i <= at) below += probabilities[i]!;
    if (i >= at) above += probabilities[i]!;
  }
  return fromTails(below, above, alternative);
}

/**
 * Whether more of some independent events happened than their probabilities let expect (the Poisson binomial distribution,
 * convolved; with equal probabilities the binomial test). The statistic is the number of events less that expected.
 */
export function eventsOf(probabilities: readonly number[], happened: number, alternative: Alternative): Tested {
  if (probabilities.some((one) => !(one >= 0 && one <= 1))) throw new InvariantViolation('a probability is none');
  const expected = probabilities.reduce((sum, one) => sum + one, 0);
  const statistic = happened - expected;
  if (probabilities.length > longestConvolution) {
    const variance = probabilities.reduce((sum, one) => sum + one * (1 - one), 0);
    return { statistic, pValue: fromNormal(statistic, Math.sqrt(variance), 0.5, alternative), exact: false };
  }
  const counts = new Float64Array(probabilities.length + 1);
  counts[0] = 1;
  probabilities.forEach((one, i) => {
    for (let k = i + 1; k > 0; k--) counts[k] = counts[k]! * (1 - one) + counts[k - 1]! * one;
    counts[0]! *= 1 - one;
  });
  return { statistic, pValue: tailsOf(counts, happened, alternative), exact: true };
}

/** Ranks from 1, equal values share the mean of theirs; and the sum of t^3 - t over ties of t values. */
function ranksOf(values: readonly number[]): { ranks: Float64Array; ties: number } {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  let ties = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++) ranks[order[k]!] = (from + 1 + to) / 2;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { ranks, ties };
}

/**
 * Whether values of one group are larger than those of another (Mann & Whitney 1947): exact for up to 2,500 pairs without
 * ties. The statistic is U, the pairs in which the first group's value is the larger, ties counting half;
 * `rankBiserial` is U scaled to -1 to 1.
 */
export function mannWhitney(
  first: readonly number[],
  second: readonly number[],
  alternative: Alternative,
): Tested & { readonly rankBiserial: number } {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1, exact: true, rankBiserial: 0 };
  const { ranks, ties } = ranksOf([...first, ...second]);
  const rankSum = ranks.subarray(0, n).reduce((sum, rank) => sum + rank, 0);
  const statistic = rankSum - (n * (n + 1)) / 2;
  const rankBiserial = (2 * statistic) / (n * m) - 1;
  if (ties === 0 && n * m <= 2_500) {
    return { statistic, pValue: tailsOf(pairsAbove(n, m), statistic, alternative), exact: true, rankBiserial };
  }
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  const pValue = fromNormal(statistic - (n * m) / 2, Math.sqrt(variance), 0.5, alternative);
  return { statistic, pValue, exact: false, rankBiserial };
}

/** Distribution of U of two groups without a difference, by the recurrence over the group that has the largest value. */
function pairsAbove(n: number, m: number): Float64Array {
  // of[j] for groups of i and j
  let of: Float64Array[] = Array.from({ length: m + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= n; i++) {
    const next: Float64Array[] = [Float64Array.of(1)];
    for (let j = 1; j <= m; j++) {
      const sums = new Float64Array(i * j + 1);
      const share = i / (i + j);
      // the largest is of the first group: it is above all j of the second
      of[j]!.forEach((one, u) => (sums[u + j]! += share * one));
      next[j - 1]!.forEach((one, u) => (sums[u]! += (1 - share) * one));
      next.push(sums);
    }
    of = next;
  }
  return of[m]!;
}

/**
 * Whether differences lie above or below 0 (Wilcoxon 1945): exact for up to 50 without ties; those that are 0 do not
 * count. The statistic is the sum of the ranks of the positive ones, `rankBiserial` scales it to -1 to 1.
 */
export function signedRank(
  differences: readonly number[],
  alternative: Alternative,
): Tested & { readonly rankBiserial: number } {
  const telling = differences.filter((one) => one !== 0);
  const n = telling.length;
  if (n === 0) return { statistic: 0, pValue: 1, exact: true, rankBiserial: 0 };
  const { ranks, ties } = ranksOf(telling.map(Math.abs));
  const statistic = telling.reduce((sum, one, i) => sum + (one > 0 ? ranks[i]! : 0), 0);
  const most = (n * (n + 1)) / 2;
  const rankBiserial = (2 * statistic) / most - 1;
  if (ties === 0 && n <= 50) {
    let sums = Float64Array.of(1);
    for (let rank = 1; rank <= n; rank++) {
      const next = new Float64Array(sums.length + rank);
      sums.forEach((one, i) => {
        next[i]! += one / 2;
        next[i + rank]! += one / 2;
      });
      sums = next;
    }
    return { statistic, pValue: tailsOf(sums, statistic, alternative), exact: true, rankBiserial };
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  const pValue = fromNormal(statistic - most / 2, Math.sqrt(variance), 0.5, alternative);
  return { statistic, pValue, exact: false, rankBiserial };
}

/**
 * Probability that Student's t with a whole number of degrees of freedom is above `t`, by the finite sums of Abramowitz &
 * Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
 */
export function studentAbove(t: number, freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1) throw new InvariantViolation(`${freedom} degrees of freedom`);
  // the sums would be long, and the two are the same to five digits
  if (freedom > 10_000) return normalAbove(t);
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, square] = [Math.sin(angle), Math.cos(angle) ** 2];
  const isOdd = freedom % 2 === 1;
  let [term, sum] = isOdd ? [Math.cos(angle), 0] : [1, 0];
  for (let k = isOdd ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term;
    term *= (square * (k + 1)) / (k + 2);
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return probability((1 - within) / 2);
}
