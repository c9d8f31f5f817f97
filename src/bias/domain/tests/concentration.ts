import { breaches } from '../../../policies/domain/policy-limits.js';
import { notEnough, percent, type BiasTest } from '../bias-test.js';

/**
 * More than its limit in one place: each asset and group against its own band, the anchor (BTC) against the anchor's. A fact
 * of the weights, so that it has no p value.
 */
export const concentration: BiasTest = {
  bias: 'concentration',
  touches: 'buys',
  source: 'limits of the policy in force',
  run({ history: { weights, limits, currencies } }) {
    if (!weights || weights.size === 0) return notEnough(0, 'holdings', 'holdings with a price');
    const above = breaches(limits, weights, (assetId) => currencies.has(assetId)).filter(
      ({ weight, max }) => weight > max,
    );
    const worst = above.toSorted((a, b) => b.weight - b.max - (a.weight - a.max))[0];
    const excess = worst ? worst.weight - worst.max : 0;
    return {
      kind: 'tested',
      test: 'weights against the limits of the policy',
      statistic: { name: 'limits exceeded', value: above.length },
      pValue: null,
      interval: null,
      sample: { size: weights.size, of: 'holdings' },
      effect: {
        name: 'largest share above its limit',
        value: excess,
        // as the risk report has it: a limit that is broken is no small thing
        magnitude: worst ? 'large' : 'negligible',
        words: worst
          ? `${worst.kind === 'group' ? 'the group ' : ''}${worst.limit} is ${percent(worst.weight)} of the portfolio, its limit is ${percent(worst.max)}`
          : 'nothing is above its limit',
      },
      values: Object.fromEntries(above.map(({ limit, weight }) => [limit, weight])),
    };
  },
};
