import { drawdowns, underwater } from '../drawdowns.js';
import { mean } from '../returns.js';
import { conditionalDrawdown } from '../tail-risk.js';
import { measure } from './measure.js';

export const largestDrawdown = measure({
  id: 'max_drawdown',
  name: 'Largest drawdown with the dates of peak, trough and recovery',
  unit: 'fraction',
  source: 'Bacon 2008; wealth starts at 1 before the first return',
  needs: 'returns',
  compute: ({ returns, dates }) => {
    if (returns.length === 0) return null;
    const worst = drawdowns(returns).reduce<ReturnType<typeof drawdowns>[number] | undefined>(
      (deepest, fall) => (deepest && deepest.depth >= fall.depth ? deepest : fall),
      undefined,
    );
    return {
      depth: worst?.depth ?? 0,
      peak: worst ? dates[worst.peak]! : null,
      trough: worst ? dates[worst.trough]! : null,
      recovery: worst && worst.recovery !== null ? dates[worst.recovery]! : null,
    };
  },
});

export const averageDrawdown = measure({
  id: 'average_drawdown',
  name: 'Mean depth of all drawdowns, the open one included; mean periods from trough to recovery; peak of the open one',
  unit: 'fraction',
  source: 'Bacon 2008',
  needs: 'returns',
  compute: ({ returns, dates }) => {
    const all = drawdowns(returns);
    const last = all.at(-1);
    if (!last) return null;
    const recoveries = all.flatMap(({ trough, recovery }) => (recovery === null ? [] : recovery - trough));
    return {
      depth: mean(all.map(({ depth }) => depth)),
      count: all.length,
      recovered: recoveries.length,
      recoveryPeriods: recoveries.length === 0 ? null : mean(recoveries),
      openSince: last.recovery === null ? dates[last.peak]! : null,
    };
  },
});

export const cdar = measure({
  id: 'conditional_drawdown',
  name: 'CDaR: mean of the worst losses against the highest wealth so far',
  unit: 'fraction',
  source: 'Chekhlov, Uryasev & Zabarankin 2005, of compounded wealth',
  needs: 'returns',
  compute: ({ returns, confidence }) => conditionalDrawdown(returns, confidence),
});

export const painIndex = measure({
  id: 'pain_index',
  name: 'Mean loss against the highest wealth so far, over all periods',
  unit: 'fraction',
  source: 'Becker 2006; Bacon 2008',
  needs: 'returns',
  compute: ({ returns }) => (returns.length === 0 ? null : mean(underwater(returns))),
});

export const ulcerIndex = measure({
  id: 'ulcer_index',
  name: 'Root mean square loss against the highest wealth so far, over all periods',
  unit: 'fraction',
  source: 'Martin & McCann 1989',
  needs: 'returns',
  compute: ({ returns }) =>
    returns.length === 0 ? null : Math.sqrt(mean(underwater(returns).map((loss) => loss ** 2))),
});
