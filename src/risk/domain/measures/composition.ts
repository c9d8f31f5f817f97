import { effectiveBets, herfindahl } from '../concentration.js';
import { cvarContributions, volatilityContributions } from '../contributions.js';
import { sampleCovariance } from '../covariance/sample.js';
import { measure, type Composition, type PartByAsset } from './measure.js';

const byAsset = ({ assets }: Composition, values: Float64Array): PartByAsset =>
  Object.fromEntries(assets.map((assetId, i) => [assetId, values[i]!]));

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Null with fewer than two periods. */
function covarianceOf({ assets, assetReturns }: Composition, periodsPerYear: number): Float64Array | null {
  const periods = assetReturns.length / assets.length;
  return periods < 2 ? null : sampleCovariance(assetReturns, periods, assets.length, periodsPerYear);
}

export const volatilityParts = measure({
  id: 'volatility_contributions',
  name: 'What each asset adds to volatility; the parts sum to it',
  unit: 'fraction_per_year',
  source: 'Litterman 1996, from the sample covariance',
  needs: 'composition',
  compute: ({ composition, periodsPerYear }) => {
    const covariance = composition && covarianceOf(composition, periodsPerYear);
    const parts = covariance && volatilityContributions(composition.weights, covariance);
    return parts ? { total: total(parts), assets: byAsset(composition, parts) } : null;
  },
});

export const cvarParts = measure({
  id: 'cvar_contributions',
  name: 'What each asset adds to historical CVaR; the parts sum to it',
  unit: 'fraction',
  source: 'Tasche 1999',
  needs: 'composition',
  compute: ({ composition, confidence }) => {
    const parts = composition && cvarContributions(composition.weights, composition.assetReturns, confidence);
    return parts ? { total: total(parts), assets: byAsset(composition, parts) } : null;
  },
});

export const concentration = measure({
  id: 'concentration',
  name: 'Herfindahl index of the weights, the effective number of assets and of uncorrelated bets',
  unit: 'number',
  source: 'Hirschman 1964; Meucci 2009',
  needs: 'composition',
  compute: ({ composition, periodsPerYear }) => {
    if (!composition) return null;
    const index = herfindahl(composition.weights);
    if (!(index > 0)) return null;
    const covariance = covarianceOf(composition, periodsPerYear);
    return {
      herfindahl: index,
      effectiveAssets: 1 / index,
      effectiveBets: covariance && effectiveBets(composition.weights, covariance),
    };
  },
});
