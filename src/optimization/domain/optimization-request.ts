import type { Band } from '../../policies/domain/policy-limits.js';
import type { CovarianceEstimatorId } from '../../risk/domain/covariance/registry.js';
import type { AssetId } from '../../shared/ids.js';
import type { OptimizerId } from './optimizers/registry.js';

/** How yearly expected returns are estimated from the snapshot. */
export type ExpectedReturnsFrom =
  | { readonly kind: 'historical' | 'compounded' | 'james_stein' | 'bayes_stein' | 'capm' }
  | { readonly kind: 'exponential'; readonly halfLife: number }
  /** Those for which these weights would be the best ones: the current ones without any, and equal ones without those. */
  | { readonly kind: 'equilibrium'; readonly weights: Readonly<Record<string, number>> | null }
  /** Yearly fractions; every asset of the snapshot must be named. */
  | { readonly kind: 'given'; readonly values: Readonly<Record<string, number>> };

type Coefficients = Readonly<Record<string, number>>;

/** What somebody expects besides what the past tells; values are yearly fractions. */
export type ViewsRequest =
  | {
      readonly method: 'black_litterman';
      /** Variance of the prior's means as a share of the covariance. */
      readonly tau: number;
      /** The sum of coefficient times return will be `value` on average, held with `confidence` (0 to 1) or as the prior is. */
      readonly views: readonly {
        readonly label: string;
        readonly coefficients: Coefficients;
        readonly value: number;
        readonly confidence: number | null;
      }[];
    }
  | {
      readonly method: 'entropy_pooling';
      /** Of the sum of coefficient times return. */
      readonly views: readonly {
        readonly label: string;
        readonly of: 'return' | 'volatility';
        readonly coefficients: Coefficients;
        readonly relation: 'equal' | 'at_least' | 'at_most';
        readonly value: number;
      }[];
    };

/** Each asset is held with at least `minimumPosition` or not at all, and no more than `mostAssets` are held. */
interface PositionsRequest {
  readonly mostAssets: number | null;
  readonly minimumPosition: number;
}

/** Whole lots for an amount of US dollars; decimals as text. */
export interface LotsRequest {
  readonly totalUsd: string;
  /** Units of each asset that can be bought at the least. */
  readonly sizes: Readonly<Record<string, string>>;
}

/** `sum(coefficient * weight)` between `min` and `max`; a side that is absent has no limit. */
interface LinearLimitRequest {
  readonly label: string;
  readonly coefficients: Readonly<Record<string, number>>;
  readonly min?: number;
  readonly max?: number;
}

/** Everything that, with a snapshot and a policy, decides an optimization. Plain JSON: it is stored and sent to a thread. */
export interface OptimizationRequest {
  readonly optimizer: OptimizerId;
  /** What returns are measured in; with BTC, BTC's own risk is zero by definition. */
  readonly numeraire: AssetId;
  readonly covariance: CovarianceEstimatorId;
  readonly expectedReturns: ExpectedReturnsFrom;
  /** Of US dollars, a year; measured in anything else there is none. */
  readonly riskFreeRate: number;
  readonly riskAversion: number;
  readonly targetReturn: number | null;
  readonly targetVolatility: number | null;
  /** Of CVaR and CDaR, 0.95 for the worst twentieth. */
  readonly confidence: number;
  /** Shares of the risk by asset, for risk budgets; null for equal shares. */
  readonly budgets: Readonly<Record<string, number>> | null;
  /** Weights that a tracking error is measured against; null for the current ones. */
  readonly benchmark: Readonly<Record<string, number>> | null;
  /** Weights held now: turnover and costs are measured from them; null when nothing is held. */
  readonly current: Readonly<Record<string, number>> | null;
  /** Largest share of the portfolio that may be bought and sold, `sum|w - current| / 2`; null without a limit. */
  readonly turnoverLimit: number | null;
  /** Cost of trading as a fraction of what is traded, for one year's objective; 0 without. */
  readonly costRate: number;
  /** Weight of `sum(w²)` beside the variance; 0 without. */
  readonly l2: number;
  /** Limits besides the policy's: where both name an asset, the tighter one holds. */
  readonly bands: Readonly<Record<string, Band>>;
  readonly linear: readonly LinearLimitRequest[];
  readonly views?: ViewsRequest;
  readonly positions?: PositionsRequest;
  readonly lots?: LotsRequest;
}

/** What an optimization asks when nothing more is said. */
export const defaultRequest = {
  optimizer: 'minVariance',
  numeraire: 'USD' as AssetId,
  covariance: 'sample',
  expectedReturns: { kind: 'historical' },
  riskFreeRate: 0.02,
  riskAversion: 4,
  targetReturn: null,
  targetVolatility: null,
  confidence: 0.95,
  budgets: null,
  benchmark: null,
  current: null,
  turnoverLimit: null,
  costRate: 0,
  l2: 0,
  bands: {},
  linear: [],
} as const satisfies OptimizationRequest;
