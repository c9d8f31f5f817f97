import { percent, type BiasTest } from '../bias-test.js';
import { judgedByMonths, runUpDays } from './by-months.js';

const oldDays = 240;
const fewestAssets = 5;

/**
 * The last weeks weigh more in the choice than the time before: among all assets that were traded, five at least, the
 * rank of the chosen one by its return of 20 days less its rank by the return of the 240 days before them.
 */
export const recency: BiasTest = {
  bias: 'recency',
  touches: 'buys',
  source: 'Greenwood & Shleifer 2014; Wilcoxon 1945',
  run(trading) {
    const { prices } = trading;
    return judgedByMonths(
      trading,
      ({ assetId, day }) => {
        const [recent, older]: [number[], number[]] = [[], []];
        let at = -1;
        for (const other of prices.assets) {
          const now = prices.returnUntil(other, day - 1, runUpDays);
          const before = prices.returnUntil(other, day - 1 - runUpDays, oldDays);
          if (Number.isNaN(now) || Number.isNaN(before)) continue;
          if (other === assetId) at = recent.length;
          recent.push(now);
          older.push(before);
        }
        if (at < 0 || recent.length < fewestAssets) return Number.NaN;
        return rankWithin(recent, at) - rankWithin(older, at);
      },
      {
        missing: `months with purchases while ${fewestAssets} assets or more have prices of ${runUpDays + oldDays} days`,
        effect: (score) =>
          `by its last ${runUpDays} days the chosen asset ranks ${percent(score)} of all higher than by the ${oldDays} days before`,
      },
    );
  },
};

function rankWithin(values: readonly number[], at: number): number {
  let [below, equal] = [0, 0];
  for (const value of values) {
    if (value < values[at]!) below++;
    else if (value === values[at]) equal++;
  }
  return (below + equal / 2) / values.length;
}
