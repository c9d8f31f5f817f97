import { percent, type BiasTest } from '../bias-test.js';
import { judgedByMonths, rankAround, runUpDays } from './by-months.js';

/**
 * Purchases follow a run-up: the asset's return over the 20 days before a purchase is ranked among those before each day of
 * the half-years around it (Barber & Odean, "All That Glitters", 2008, show that what rose is bought).
 */
export const chasing: BiasTest = {
  bias: 'chasing',
  touches: 'buys',
  source: 'Barber & Odean 2008; Wilcoxon 1945',
  run: (trading) =>
    judgedByMonths(
      trading,
      ({ assetId, day }) =>
        // the day before: how the day itself ended nobody knew
        rankAround((on) => trading.prices.returnUntil(assetId, on, runUpDays), day - 1, trading.prices.days),
      {
        missing: `months with purchases of assets with prices of the half-years around them`,
        effect: (score) => `purchases came after returns above ${percent(score + 0.5)} of those of the days around`,
      },
    ),
};
