import { magnitudeOfOdds, notEnough, percent, type BiasTest } from '../bias-test.js';
import { stratifiedDraws, type Stratum } from '../statistics/exact-tests.js';

const fewestDays = 20;

/** Gains and losses, realised and on paper, on days with a sale. */
export interface Realisations {
  readonly realisedGains: number;
  readonly paperGains: number;
  readonly realisedLosses: number;
  readonly paperLosses: number;
}

/**
 * Proportions of gains and of losses realised, and Odean's z of their difference: he takes every gain and loss as an
 * observation of its own (Odean, "Are Investors Reluctant to Realize Their Losses?", 1998, table I).
 */
export function odean({ realisedGains, paperGains, realisedLosses, paperLosses }: Realisations) {
  const [gains, losses] = [realisedGains + paperGains, realisedLosses + paperLosses];
  const [pgr, plr] = [realisedGains / gains, realisedLosses / losses];
  const standardError = Math.sqrt((pgr * (1 - pgr)) / gains + (plr * (1 - plr)) / losses);
  // all gains realised and no loss, or the reverse: no spread is seen, and no z
  return { pgr, plr, standardError, z: standardError > 0 ? (pgr - plr) / standardError : null };
}

/**
 * Gains are sold, losses are kept. On each day with a sale, of two assets or more, all that was held when the day began is a
 * gain or a loss, realised or on paper: of what was sold by its price, of the rest by the day's close, against the average
 * cost. (Odean asks that the day's high and low both lie on one side; only closes are known here.)
 *
 * The p value is not of Odean's z, for which the same position counts anew on each day: within a day, what was sold is
 * compared with what could have been, and days are combined as by Mantel and Haenszel.
 */
export const disposition: BiasTest = {
  bias: 'disposition',
  touches: 'sells',
  source: 'Odean 1998; Mantel & Haenszel 1959',
  run({ saleDays, prices }) {
    const strata: Stratum[] = [];
    const counts = { realisedGains: 0, paperGains: 0, realisedLosses: 0, paperLosses: 0 };
    let [above, below] = [0, 0];
    for (const { day, held } of saleDays) {
      let [realisedGains, paperGains, realisedLosses, paperLosses] = [0, 0, 0, 0];
      for (const { assetId, averageCost, sold } of held) {
        const change = sold ? (sold.gain ?? Number.NaN) : prices.close(assetId, day) / averageCost - 1;
        if (change > 0 && sold) realisedGains++;
        else if (change > 0) paperGains++;
        else if (change < 0 && sold) realisedLosses++;
        else if (change < 0) paperLosses++;
      }
      const total = realisedGains + paperGains + realisedLosses + paperLosses;
      const drawn = realisedGains + realisedLosses;
      const marked = realisedGains + paperGains;
      if (total < 2 || drawn === 0) continue;
      counts.realisedGains += realisedGains;
      counts.paperGains += paperGains;
      counts.realisedLosses += realisedLosses;
      counts.paperLosses += paperLosses;
      if (drawn === total || marked === 0 || marked === total) continue;
      strata.push({ total, marked, drawn, hits: realisedGains });
      above += (realisedGains * paperLosses) / total;
      below += (realisedLosses * paperGains) / total;
    }
    const of = 'days with a sale on which both gains and losses were held';
    if (strata.length < fewestDays) return notEnough(strata.length, of, `${fewestDays} ${of}, with prices of all`);
    const { pgr, plr, standardError, z } = odean(counts);
    const { pValue, exact } = stratifiedDraws(strata, 'greater');
    // half an observation more of each, so that nothing is infinite
    const odds = (above + 0.5) / (below + 0.5);
    return {
      kind: 'tested',
      test: `Mantel-Haenszel, days as strata, one-sided${exact ? ', exact' : ''}`,
      statistic: z === null ? null : { name: "PGR - PLR over its standard error (Odean's z)", value: z },
      pValue,
      interval: {
        of: 'PGR - PLR',
        level: 0.95,
        low: pgr - plr - 1.96 * standardError,
        high: pgr - plr + 1.96 * standardError,
      },
      sample: { size: strata.length, of },
      effect: {
        name: 'odds of selling a gain over those of selling a loss',
        value: odds,
        magnitude: magnitudeOfOdds(odds),
        words: `${percent(pgr)} of gains and ${percent(plr)} of losses were realised`,
      },
      values: {
        pgr,
        plr,
        realised_gains: counts.realisedGains,
        paper_gains: counts.paperGains,
        realised_losses: counts.realisedLosses,
        paper_losses: counts.paperLosses,
      },
    };
  },
};
