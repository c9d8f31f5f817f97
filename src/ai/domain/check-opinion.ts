import type { Opinion, OpinionLevels } from './opinion.js';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** What an opinion was asked about, as far as it can be checked. */
export interface AskedAbout {
  readonly symbol: string;
  /** Of the rule-based signal. */
  readonly direction: 'buy' | 'sell';
  /** In the quote currency; that of the last closed bar. */
  readonly price: number;
  /** How far levels may lie from the entry, in percent of it: the ranges of the signal's category. */
  readonly limits: { readonly takeProfitPct: Range; readonly stopLossPct: Range };
}

/** The ratio is stated with two decimals, and by a model that rounds its levels, too. */
const ratioTolerance = { absolute: 0.05, relative: 0.05 };
/** Of a limit: a model writes prices with a few digits. */
const rounding = 0.01;

/**
 * What is wrong with an opinion, in words that name the values; empty when it can be used. Nothing is mended here: an
 * opinion with complaints has no effect.
 */
export const complaintsAbout = (opinion: Opinion, asked: AskedAbout): string[] => [
  ...complaintsByItself(opinion),
  ...(opinion.symbol.toUpperCase() === asked.symbol.toUpperCase()
    ? []
    : [`it is about ${opinion.symbol}, the question was about ${asked.symbol}`]),
  // the rules of a check only move the confidence of the signal that they are given
  ...(opinion.kind === 'check' && opinion.direction !== asked.direction
    ? [`a check of a ${asked.direction} answered ${opinion.direction}`]
    : []),
  ...(opinion.levels && arePrices(opinion.levels) ? farLevels(opinion.levels, asked) : []),
];

/** What an opinion contradicts itself in, whatever it was asked about. */
export function complaintsByItself(opinion: Opinion): string[] {
  const { confidence, positionSizePct } = opinion;
  const complaints: string[] = [];
  if (!(confidence >= 0 && confidence <= 1)) complaints.push(`confidence ${confidence} is not within 0 to 1`);
  if (positionSizePct !== null && !(positionSizePct >= 0 && positionSizePct <= 1)) {
    complaints.push(`position size ${positionSizePct} is no fraction of the portfolio`);
  }
  return [...complaints, ...(opinion.direction === 'hold' ? holdWithMore(opinion) : wrongLevels(opinion))];
}

function holdWithMore({ levels, positionSizePct }: Opinion): string[] {
  const complaints = levels === null ? [] : [`hold, and yet levels: ${inWords(levels)}`];
  return positionSizePct ? [...complaints, `hold, and yet a position size of ${positionSizePct}`] : complaints;
}

function wrongLevels({ kind, direction, levels, riskRewardRatio }: Opinion): string[] {
  if (levels === null) return kind === 'check' ? [] : [`${direction} without entry, stop loss and take profit`];
  const { entry, stopLoss, takeProfit } = levels;
  if (!arePrices(levels)) return [`levels that are no prices: ${inWords(levels)}`];
  const sign = direction === 'buy' ? 1 : -1;
  const risk = sign * (entry - stopLoss);
  const reward = sign * (takeProfit - entry);
  if (risk <= 0 && reward <= 0) return [`${direction} with the levels of the opposite: ${inWords(levels)}`];
  if (risk <= 0) return [`${direction} with the stop loss on the wrong side: ${inWords(levels)}`];
  if (reward <= 0) return [`${direction} with the take profit on the wrong side: ${inWords(levels)}`];
  if (riskRewardRatio === null) return [];
  const computed = reward / risk;
  const tolerance = Math.max(ratioTolerance.absolute, ratioTolerance.relative * computed);
  if (Math.abs(riskRewardRatio - computed) <= tolerance) return [];
  return [`risk/reward is stated as ${riskRewardRatio} and by its levels is ${computed.toFixed(2)}`];
}

function farLevels({ entry, stopLoss, takeProfit }: OpinionLevels, { price, limits }: AskedAbout): string[] {
  const percent = (level: number, from: number) => (Math.abs(level - from) / from) * 100;
  const outside = (what: string, level: number, { min, max }: Range) => {
    const distance = percent(level, entry);
    const isWithin = distance >= min * (1 - rounding) && distance <= max * (1 + rounding);
    return isWithin ? [] : [`${what} lies ${distance.toFixed(2)} % from the entry, allowed are ${min} to ${max} %`];
  };
  const moved = percent(entry, price);
  return [
    // an entry that is further away than a stop may be is another trade
    ...(moved <= limits.stopLossPct.max * (1 + rounding)
      ? []
      : [`entry ${entry} lies ${moved.toFixed(2)} % from the price ${price}, allowed are ${limits.stopLossPct.max} %`]),
    ...outside('stop loss', stopLoss, limits.stopLossPct),
    ...outside('take profit', takeProfit, limits.takeProfitPct),
  ];
}

const arePrices = ({ entry, stopLoss, takeProfit }: OpinionLevels) =>
  [entry, stopLoss, takeProfit].every((price) => Number.isFinite(price) && price > 0);

const inWords = ({ entry, stopLoss, takeProfit }: OpinionLevels) =>
  `entry ${entry}, stop loss ${stopLoss}, take profit ${takeProfit}`;
