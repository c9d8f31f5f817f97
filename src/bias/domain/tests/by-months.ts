import { magnitudeOfCorrelation, notEnough, type Outcome } from '../bias-test.js';
import { signedRank } from '../statistics/exact-tests.js';
import type { Day } from '../daily-prices.js';
import type { Trading } from '../trading.js';

/** Months are the observations: purchases of a few weeks look at the same prices. */
const fewestMonths = 12;
/** Days that a run-up is told of. */
export const runUpDays = 20;
/** Days before and after a purchase on which it might as well have been made. */
const halfYear = 125;
const fewestDays = 120;

/** Judges a score of each purchase, 0 on average for a choice without the bias, NaN where nobody knows; by months. */
export function judgedByMonths(
  { buys, prices }: Trading,
  scoreOf: (buy: Trading['buys'][number]) => number,
  words: { readonly missing: string; readonly effect: (meanScore: number) => string },
): Outcome {
  const months = new Map<string, { sum: number; count: number }>();
  for (const buy of buys) {
    const score = scoreOf(buy);
    if (Number.isNaN(score)) continue;
    const key = prices.monthOf(buy.day);
    const known = months.get(key) ?? { sum: 0, count: 0 };
    months.set(key, { sum: known.sum + score, count: known.count + 1 });
  }
  const scores = [...months.values()].map(({ sum, count }) => sum / count);
  const of = 'months with purchases';
  if (scores.length < fewestMonths) return notEnough(scores.length, of, `${fewestMonths} ${words.missing}`);
  const { statistic, pValue, exact, rankBiserial } = signedRank(scores, 'greater');
  const meanScore = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  return {
    kind: 'tested',
    test: `Wilcoxon signed-rank over months, one-sided${exact ? ', exact' : ''}`,
    statistic: { name: 'V', value: statistic },
    pValue,
    interval: null,
    sample: { size: scores.length, of },
    effect: {
      name: 'rank-biserial correlation',
      value: rankBiserial,
      magnitude: magnitudeOfCorrelation(rankBiserial),
      words: words.effect(meanScore),
    },
    values: { mean_score: meanScore },
  };
}

/**
 * Rank of a day's value among those of the days around it, from -0.5 to 0.5 and 0 on average for a day at random; as many
 * days before as after count, so that a trend is none. NaN with fewer than 120 values.
 */
export function rankAround(valueOn: (day: Day) => number, day: Day, days: number): number {
  const width = Math.min(halfYear, days - 1 - day, day);
  const own = valueOn(day);
  if (Number.isNaN(own)) return Number.NaN;
  let [below, equal, known] = [0, 0, 0];
  for (let other = day - width; other <= day + width; other++) {
    const value = valueOn(other);
    if (Number.isNaN(value)) continue;
    known++;
    if (value < own) below++;
    else if (value === own) equal++;
  }
  return known < fewestDays ? Number.NaN : (below + equal / 2) / known - 0.5;
}
