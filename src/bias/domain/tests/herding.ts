import { percent, type BiasTest } from '../bias-test.js';
import type { Day } from '../daily-prices.js';
import { judgedByMonths, rankAround, runUpDays } from './by-months.js';

const fewestAssets = 5;

/**
 * Purchases when everybody buys. No source tells of sentiment, so that the market stands in for it: the mean return over 20
 * days of all assets that were traded and have prices (five at least), ranked among the days of the half-years around.
 */
export const herding: BiasTest = {
  bias: 'herding',
  touches: 'buys',
  source: 'Nofsinger & Sias 1999; Wilcoxon 1945',
  run(trading) {
    const { prices } = trading;
    const known = new Map<Day, number>();
    const market = (day: Day): number => {
      let value = known.get(day);
      if (value === undefined) {
        const returns = prices.assets
          .map((assetId) => prices.returnUntil(assetId, day, runUpDays))
          .filter((one) => !Number.isNaN(one));
        value =
          returns.length < fewestAssets ? Number.NaN : returns.reduce((sum, one) => sum + one, 0) / returns.length;
        known.set(day, value);
      }
      return value;
    };
    return judgedByMonths(trading, ({ day }) => rankAround(market, day - 1, prices.days), {
      missing: `months with purchases while ${fewestAssets} assets or more have prices; sentiment is not available from any source`,
      effect: (score) =>
        `purchases came when the market's run-up was above ${percent(score + 0.5)} of those of the days around (sentiment is not available)`,
    });
  },
};
