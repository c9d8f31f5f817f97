import { notEnough, percent, type BiasTest, type Magnitude } from '../bias-test.js';
import { studentAbove } from '../statistics/exact-tests.js';
import type { Trading } from '../trading.js';

const fewestMonths = 12;
/** Barber & Odean 2000: the average household turns over 75 % a year, the fifth that trades most above 250 %. */
const [usualTurnover, highTurnover] = [0.75, 2.5];

interface Month {
  /** What the month's trades made of the portfolio by its end, after their fees, a share of what was there to trade. */
  readonly result: number;
  readonly turnover: number;
}

/**
 * Much trading that does not pay for itself. For each month with trades, the portfolio is compared with the one that the
 * month began with (Barber & Odean, "Trading Is Hazardous to Your Wealth", 2000: own-benchmark abnormal return): units
 * bought have made what they rose by the month's end, units sold what they fell, less the fees.
 */
export const overtrading: BiasTest = {
  bias: 'overtrading',
  touches: 'trades',
  source: "Barber & Odean 2000; Student's t",
  run(trading) {
    const months = monthsOf(trading);
    const n = months.length;
    if (n < fewestMonths)
      return notEnough(n, 'months with trades', `${fewestMonths} months with trades of known prices`);
    const mean = months.reduce((sum, { result }) => sum + result, 0) / n;
    const deviation = Math.sqrt(months.reduce((sum, { result }) => sum + (result - mean) ** 2, 0) / (n - 1));
    const t = deviation > 0 ? mean / (deviation / Math.sqrt(n)) : 0;
    const span = Math.max(n, monthsBetween(trading));
    const turnover = (12 * months.reduce((sum, one) => sum + one.turnover, 0)) / span;
    return {
      kind: 'tested',
      test: "Student's t, one-sided",
      statistic: { name: 't', value: t },
      pValue: deviation > 0 ? studentAbove(-t, n - 1) : 1,
      interval: null,
      sample: { size: n, of: 'months with trades' },
      effect: {
        name: 'turnover a year',
        value: turnover,
        magnitude: magnitudeOf(turnover, mean),
        words: `${percent(turnover)} of the portfolio changes hands in a year; a month's trades made ${percent(mean)} on average`,
      },
      values: { mean_monthly_result: mean },
    };
  },
};

const magnitudeOf = (turnover: number, mean: number): Magnitude =>
  mean >= 0 ? 'negligible' : turnover >= highTurnover ? 'large' : turnover >= usualTurnover ? 'medium' : 'small';

function monthsBetween({ prices, buys, sales }: Trading): number {
  const days = [...buys, ...sales].map(({ day }) => day);
  const [first, last] = [days.reduce((a, b) => Math.min(a, b)), days.reduce((a, b) => Math.max(a, b))];
  const number = (day: number) => {
    const [year, month] = prices.monthOf(day).split('-').map(Number);
    return year! * 12 + month!;
  };
  return number(last) - number(first) + 1;
}

function monthsOf({ buys, sales, prices, valueAtMonth }: Trading): Month[] {
  const sums = new Map<string, { made: number; bought: number; sold: number; last: number }>();
  const endOf = monthEnds(prices.days, (day) => prices.monthOf(day));
  const add = (trade: (typeof buys)[number], sign: 1 | -1) => {
    const month = prices.monthOf(trade.day);
    const end = prices.close(trade.assetId, endOf(month));
    if (trade.usd === null || !(end > 0)) return;
    const sum = sums.get(month) ?? { made: 0, bought: 0, sold: 0, last: 0 };
    sum.made += sign * (trade.units * end - trade.usd) - trade.feeUsd;
    if (sign > 0) sum.bought += trade.usd;
    else sum.sold += trade.usd;
    sums.set(month, sum);
  };
  for (const buy of buys) add(buy, 1);
  for (const sale of sales) add(sale, -1);
  return [...sums].flatMap(([month, { made, bought, sold }]) => {
    const there = (valueAtMonth.get(month) ?? 0) + bought;
    return there > 0 ? { result: made / there, turnover: (bought + sold) / 2 / there } : [];
  });
}

/** The last day of each month that has a price, at most the last day there is. */
function monthEnds(days: number, monthOf: (day: number) => string): (month: string) => number {
  const ends = new Map<string, number>();
  for (let day = 0; day < days; day++) ends.set(monthOf(day), day);
  return (month) => ends.get(month) ?? -1;
}
