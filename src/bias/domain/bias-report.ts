import type { EpochMs } from '../../shared/time.js';
import type { PortfolioBias } from './bias-for.js';

/** What the tests say of a portfolio, with what that rests on. */
export interface BiasReport extends PortfolioBias {
  readonly asOf: EpochMs;
  readonly since: EpochMs;
  readonly knownAt: EpochMs | undefined;
  readonly policy: { readonly policyId: string; readonly version: number };
  readonly simulated: boolean;
  readonly notes: readonly string[];
}
