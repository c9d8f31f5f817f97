import { covarianceEstimators } from '../../risk/domain/covariance/registry.js';
import { simpleReturns } from '../../risk/domain/returns.js';
import { barsPerYear, tradingDays, type TradingDays } from '../../risk/domain/trading-days.js';
import type { AssetId } from '../../shared/ids.js';
import {
  bayesSteinMeans,
  capmMeans,
  compoundedMeans,
  equilibriumMeans,
  exponentiallyWeightedMeans,
  givenMeans,
  historicalMeans,
  jamesSteinMeans,
  type ExpectedReturns,
  type ReturnSample,
} from './expected-returns.js';
import { assetsOf, type MarketSnapshot } from './market-snapshot.js';
import type { Scenarios } from './optimization-problem.js';
import type { OptimizationRequest } from './optimization-request.js';

/** What a snapshot says of its assets, in the order of its series. */
export interface Estimates {
  /** Annualised, n×n by rows. */
  readonly covariance: Float64Array;
  /** Weight of the structured target; null where nothing is shrunk. */
  readonly shrinkage: number | null;
  readonly effectiveObservations: number;
  readonly scenarios: Scenarios;
  readonly tradingDays: TradingDays;
}

/**
 * Moments of the simple returns between the snapshot's common dates, measured in a numeraire: prices are divided by its
 * price of the same day, so that the numeraire's own returns are zero.
 *
 * A set that trades every day is annualised with 365; a set of stocks, or a mixed one (whose common dates are the
 * exchange's), with 252.
 */
export function estimatesOf(
  snapshot: MarketSnapshot,
  numeraire: AssetId,
  estimator: OptimizationRequest['covariance'],
): Estimates {
  const days = tradingDays(snapshot.dates.map((date) => Date.parse(`${date}T00:00:00Z`)));
  const periodsPerYear = barsPerYear[days];
  const unit = numeraire === 'USD' ? undefined : snapshot.closes[numeraire]!.map(Number);
  const byAsset = assetsOf(snapshot).map((assetId) =>
    simpleReturns(snapshot.closes[assetId]!.map((close, t) => (unit ? Number(close) / unit[t]! : Number(close)))),
  );
  const n = byAsset.length;
  const periods = Math.max(0, snapshot.dates.length - 1);
  const returns = new Float64Array(periods * n);
  byAsset.forEach((own, asset) => own.forEach((value, t) => (returns[t * n + asset] = value)));
  const { covariance, shrinkage, effectiveObservations } = covarianceEstimators[estimator].estimate(
    returns,
    periods,
    n,
    periodsPerYear,
  );
  const scenarios = { returns, periods, periodsPerYear };
  return { covariance, shrinkage, effectiveObservations, scenarios, tradingDays: days };
}

/** Yearly expected returns, or why there are none. The market of CAPM is the equally weighted mix of the assets. */
export function expectedReturnsOf(
  { scenarios, covariance }: Estimates,
  assets: readonly AssetId[],
  {
    expectedReturns: from,
    riskFreeRate,
    riskAversion,
    current,
  }: Pick<OptimizationRequest, 'expectedReturns' | 'riskFreeRate' | 'riskAversion' | 'current'>,
): ExpectedReturns | string {
  const n = assets.length;
  const sample: ReturnSample = { returns: scenarios.returns, assets: n, periodsPerYear: scenarios.periodsPerYear };
  switch (from.kind) {
    case 'historical':
      return historicalMeans(sample);
    case 'compounded':
      return compoundedMeans(sample);
    case 'exponential':
      return exponentiallyWeightedMeans(sample, from.halfLife);
    case 'james_stein':
    case 'bayes_stein': {
      const shrunk = from.kind === 'james_stein' ? jamesSteinMeans(sample) : bayesSteinMeans(sample);
      return shrunk.kind === 'shrunk' ? shrunk : shrunk.message;
    }
    case 'capm': {
      const market = Float64Array.from({ length: scenarios.periods }, (_, t) => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += scenarios.returns[t * n + i]!;
        return sum / n;
      });
      return capmMeans(sample, market, riskFreeRate) ?? 'the market of all assets never moved';
    }
    case 'equilibrium': {
      const weights = from.weights ?? current;
      const vector = Float64Array.from(assets, (assetId) => (weights ? (weights[assetId] ?? 0) : 1 / n));
      return equilibriumMeans(covariance, vector, riskAversion, riskFreeRate);
    }
    case 'given': {
      const missing = assets.filter((assetId) => from.values[assetId] === undefined);
      if (missing.length > 0) return `no expected return was given for ${missing.join(', ')}`;
      return givenMeans(Float64Array.from(assets, (assetId) => from.values[assetId]!));
    }
  }
}
