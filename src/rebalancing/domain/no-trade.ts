import { quadraticForm } from '../../shared/vectors.js';

/** What it costs to trade, and what it is expected to cost not to. Fractions of the portfolio's value. */
export interface TradeOrWait {
  readonly decision: 'trade' | 'wait';
  readonly reason: string;
  readonly costOfTrading: number;
  /** Over the horizon; null when nothing could be estimated. */
  readonly costOfWaiting: number | null;
}

export interface WaitingInput {
  /** Weights now minus targets, in the order of the covariance. */
  readonly deviations: Float64Array;
  /** Annualised, n×n by rows; null when it could not be estimated. */
  readonly covariance: Float64Array | null;
  /** How much expected return one unit of variance is worth. */
  readonly riskAversion: number;
  readonly horizonYears: number;
  /** Fees and spread of the plan, as a fraction of the value. */
  readonly costOfTrading: number;
  /** Limits of the policy that are broken now: they are not waited out. */
  readonly brokenLimits: readonly string[];
  readonly hasTrades: boolean;
}

/**
 * Whether to trade or to wait: the utility that is lost by standing beside the optimum is, to second order,
 * `λ/2 · d'Σd` a year for deviations d (Leland, Optimal Portfolio Management with Transaction Costs, 1999; Donohue and Yip,
 * Optimal Portfolio Rebalancing with Transaction Costs, 2003). While that is less over the horizon than the trades cost,
 * doing nothing is better. A broken limit is not waited out.
 */
export function tradeOrWait(input: WaitingInput): TradeOrWait {
  const { deviations, covariance, riskAversion, horizonYears, costOfTrading, brokenLimits, hasTrades } = input;
  const costOfWaiting = covariance && (riskAversion / 2) * quadraticForm(covariance, deviations) * horizonYears;
  const told = { costOfTrading, costOfWaiting };
  if (!hasTrades) return { ...told, decision: 'wait', reason: 'nothing is far enough from its target to be traded' };
  if (brokenLimits.length > 0) {
    return { ...told, decision: 'trade', reason: `limits of the policy are broken: ${brokenLimits.join(', ')}` };
  }
  if (costOfWaiting === null) {
    return { ...told, decision: 'trade', reason: 'what waiting costs could not be estimated' };
  }
  return costOfWaiting > costOfTrading
    ? { ...told, decision: 'trade', reason: 'waiting is expected to cost more than the trades' }
    : { ...told, decision: 'wait', reason: 'the trades cost more than waiting is expected to' };
}
