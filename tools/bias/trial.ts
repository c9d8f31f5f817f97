import type { Bias } from '../../src/bias/domain/bias-test.js';
import { findBiases } from '../../src/bias/domain/find-biases.js';
import { simulatedHistory, type Trader } from './simulated-trader.js';

/** What the tests say of one simulated portfolio. */
export interface Trial {
  readonly seed: number;
  /** Null without enough data. */
  readonly pValues: Readonly<Partial<Record<Bias, number | null>>>;
  readonly suspected: readonly Bias[];
  /** Odean's z of the disposition effect, for comparison with the test that is used. */
  readonly odeanZ: number | null;
}

export function trial(trader: Trader, seed: number): Trial {
  const found = findBiases(simulatedHistory(trader, seed));
  const disposition = found.find(({ bias }) => bias === 'disposition')!.outcome;
  return {
    seed,
    pValues: Object.fromEntries(
      found.map(({ bias, outcome }) => [bias, outcome.kind === 'tested' ? outcome.pValue : null]),
    ),
    suspected: found.filter(({ verdict }) => verdict === 'suspected').map(({ bias }) => bias),
    odeanZ: disposition.kind === 'tested' ? (disposition.statistic?.value ?? null) : null,
  };
}
