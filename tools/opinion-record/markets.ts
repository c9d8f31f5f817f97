import type { Market } from './market.js';

const daily = { assets: 10, days: 730, everyDays: 2, common: 0, up: 0.5 };
const inTurn = { assets: 1, days: 28 * 730, everyDays: 28, common: 0, up: 0.5 };

/** Markets on which opinions are worth nothing: whoever finds something is fooled. */
export const worthless: Readonly<Record<string, Market>> = {
  'one trade after another': inTurn,
  'ten assets, signals every second day, each moves alone': daily,
  'ten assets that move together on four of five days': { ...daily, common: 0.8 },
  'one asset in ten portfolios': { ...daily, common: 1 },
};

/** Markets on which the opposed trades lose: a day moves them towards their target less often than away from it. */
export const worthwhile: Readonly<Record<string, Market>> = {
  'one trade after another, 45 %': { ...inTurn, up: 0.45 },
  'one trade after another, 40 %': { ...inTurn, up: 0.4 },
  'ten assets, each alone, 45 %': { ...daily, up: 0.45 },
  'ten assets, each alone, 40 %': { ...daily, up: 0.4 },
  'ten assets together, 45 %': { ...daily, common: 0.8, up: 0.45 },
  'ten assets together, 40 %': { ...daily, common: 0.8, up: 0.4 },
};
