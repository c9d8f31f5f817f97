import { maxDrawdown, wealthOf } from '../drawdowns.js';
import { isRounding, mean, sampleStandardDeviation, type Numbers } from '../returns.js';
import { measure, ratio } from './measure.js';
import { downsideDeviationOf } from './volatility.js';

/**
 * Sharpe ratio, annualised: (mean - rf) / deviation of a period times the root of the periods in a year, rf being the
 * yearly rate over the periods in a year (Sharpe 1994). Null with fewer than two returns or none that differs.
 */
export function sharpeRatio(returns: Numbers, periodsPerYear: number, riskFreeRate: number): number | null {
  const deviation = sampleStandardDeviation(returns);
  if (deviation === null || isRounding(deviation, returns)) return null;
  return ((mean(returns) - riskFreeRate / periodsPerYear) / deviation) * Math.sqrt(periodsPerYear);
}

/**
 * Standard error of an annualised Sharpe ratio from n independent, identically distributed returns:
 * √((1 + SR²/2) / n) of a period's ratio, times the root of the periods in a year (Lo, "The Statistics of Sharpe
 * Ratios", 2002).
 */
export const sharpeStandardError = (sharpe: number, observations: number, periodsPerYear: number): number =>
  Math.sqrt(((1 + sharpe ** 2 / periodsPerYear / 2) / observations) * periodsPerYear);

export const sharpe = measure({
  id: 'sharpe_ratio',
  name: 'Sharpe ratio, annualised',
  unit: 'ratio',
  source: 'Sharpe 1994; standard error of Lo 2002 for independent returns',
  needs: 'returns',
  compute: ({ returns, periodsPerYear, riskFreeRate }) => {
    const value = sharpeRatio(returns, periodsPerYear, riskFreeRate);
    if (value === null) return null;
    return { value, standardError: sharpeStandardError(value, returns.length, periodsPerYear) };
  },
});

export const sortino = measure({
  id: 'sortino_ratio',
  name: 'Sortino ratio: mean above the minimum return over downside deviation',
  unit: 'ratio',
  source: 'Sortino & Price 1994',
  needs: 'returns',
  compute: (input) => {
    const deviation = downsideDeviationOf(input);
    if (deviation === null || isRounding(deviation, input.returns)) return null;
    return ratio(mean(input.returns) * input.periodsPerYear - input.minimumReturn, deviation);
  },
});

export const calmar = measure({
  id: 'calmar_ratio',
  name: 'Compounded yearly return over the largest drawdown of the whole period',
  unit: 'ratio',
  source: 'Young 1991',
  needs: 'returns',
  compute: ({ returns, periodsPerYear }) => {
    if (returns.length < 2) return null;
    const yearly = wealthOf(returns).at(-1)! ** (periodsPerYear / returns.length) - 1;
    return ratio(yearly, maxDrawdown(returns));
  },
});

export const omega = measure({
  id: 'omega_ratio',
  name: 'Gains above over shortfalls below the minimum return',
  unit: 'ratio',
  source: 'Keating & Shadwick 2002',
  needs: 'returns',
  compute: ({ returns, minimumReturn, periodsPerYear }) => {
    if (returns.length < 2) return null;
    const target = minimumReturn / periodsPerYear;
    const gains = returns.reduce((sum, value) => sum + Math.max(0, value - target), 0);
    const shortfalls = returns.reduce((sum, value) => sum + Math.max(0, target - value), 0);
    return ratio(gains, shortfalls);
  },
});
