import { annualizedVolatility } from '../returns.js';
import { ascending, excessKurtosis, quantile, skewness } from '../statistics.js';
import { measure, ratio, type MeasureInput } from './measure.js';

export const volatility = measure({
  id: 'volatility',
  name: 'Volatility',
  unit: 'fraction_per_year',
  source: 'Markowitz 1952; sample deviation (n - 1) times the root of the periods in a year',
  needs: 'returns',
  compute: ({ returns, periodsPerYear }) => annualizedVolatility(returns, periodsPerYear),
});

/**
 * Root mean square of the shortfalls below the minimum return, over all periods (not only those that fell short),
 * annualised; 0 when none fell short.
 */
export const downsideDeviationOf = ({ returns, minimumReturn, periodsPerYear }: MeasureInput): number | null => {
  if (returns.length < 2) return null;
  const target = minimumReturn / periodsPerYear;
  const squares = returns.reduce((sum, value) => sum + Math.min(0, value - target) ** 2, 0);
  return Math.sqrt((squares / returns.length) * periodsPerYear);
};

export const downsideDeviation = measure({
  id: 'downside_deviation',
  name: 'Downside deviation below the minimum return',
  unit: 'fraction_per_year',
  source: 'Sortino & Price 1994; divides by all periods',
  needs: 'returns',
  compute: downsideDeviationOf,
});

export const skew = measure({
  id: 'skewness',
  name: 'Skewness (moments divided by n)',
  unit: 'number',
  source: 'Joanes & Gill 1998, g1',
  needs: 'returns',
  compute: ({ returns }) => skewness(returns),
});

export const kurtosis = measure({
  id: 'excess_kurtosis',
  name: 'Excess kurtosis (moments divided by n; normal is 0)',
  unit: 'number',
  source: 'Joanes & Gill 1998, g2',
  needs: 'returns',
  compute: ({ returns }) => excessKurtosis(returns),
});

export const tailRatio = measure({
  id: 'tail_ratio',
  name: 'Upper over lower 5 % quantile, as distances from 0',
  unit: 'ratio',
  source: 'Quantopian, empyrical: |q95| / |q05|, type 7 quantiles',
  needs: 'returns',
  compute: ({ returns }) => {
    if (returns.length < 2) return null;
    const sorted = ascending(returns);
    return ratio(Math.abs(quantile(sorted, 0.95)), Math.abs(quantile(sorted, 0.05)));
  },
});
