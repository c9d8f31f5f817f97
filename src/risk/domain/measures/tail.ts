import { cornishFisherTail, historicalTail, normalTail, simulatedTail, type TailLoss } from '../tail-risk.js';
import { measure } from './measure.js';

const parts = (tail: TailLoss | null) => tail && { var: tail.valueAtRisk, cvar: tail.expectedShortfall };

export const historical = measure({
  id: 'historical_tail',
  name: 'VaR and CVaR of a period from history',
  unit: 'fraction',
  source: 'VaR: type 7 quantile, Hyndman & Fan 1996; CVaR: mean of the worst share exactly, Rockafellar & Uryasev 2002',
  needs: 'returns',
  compute: ({ returns, confidence }) => parts(historicalTail(returns, confidence)),
});

export const parametric = measure({
  id: 'normal_tail',
  name: 'VaR and CVaR of a period from a normal distribution',
  unit: 'fraction',
  source: 'RiskMetrics 1996',
  needs: 'returns',
  compute: ({ returns, confidence }) => parts(normalTail(returns, confidence)),
});

export const cornishFisher = measure({
  id: 'cornish_fisher_tail',
  name: 'VaR and CVaR of a period, normal corrected for skewness and kurtosis; null outside the domain',
  unit: 'fraction',
  source: 'Favre & Galeano 2002; domain of Maillard 2012',
  needs: 'returns',
  compute: ({ returns, confidence }) => {
    const tail = cornishFisherTail(returns, confidence);
    if (tail === null) return null;
    return {
      var: tail.loss?.valueAtRisk ?? null,
      cvar: tail.loss?.expectedShortfall ?? null,
      inDomain: tail.inDomain,
    };
  },
});

export const monteCarlo = measure({
  id: 'simulated_tail',
  name: 'VaR and CVaR of a period from 10,000 normal draws',
  unit: 'fraction',
  source: 'Glasserman 2003; xoshiro128** with the seed of the input',
  needs: 'returns',
  compute: ({ returns, confidence, seed }) => parts(simulatedTail(returns, confidence, seed)),
});
