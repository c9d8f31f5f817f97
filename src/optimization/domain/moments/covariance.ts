import { Matrix } from 'ml-matrix';
import { simpleReturns } from '../../../risk/domain/returns.js';
import { barsPerYear, tradingDays, type TradingDays } from '../../../risk/domain/trading-days.js';
import { InvariantViolation } from '../../../shared/errors.js';
import type { AssetId } from '../../../shared/ids.js';
import { observationsOf, type MarketSnapshot } from '../market-snapshot.js';
import type { AnnualizedCovariance } from '../optimization-problem.js';

export interface Moments {
  readonly assets: readonly AssetId[];
  readonly covariance: AnnualizedCovariance;
  /** Returns that each number was estimated from. */
  readonly observations: number;
  readonly tradingDays: TradingDays;
  readonly periodsPerYear: number;
}

/**
 * Sample covariance (divides by T - 1) of the columns of a T×n matrix of returns per period, times the periods in a
 * year. Symmetric, positive semi-definite, singular when T <= n. Needs two rows; no gaps are allowed.
 */
export function annualizedSampleCovariance(returns: Matrix, periodsPerYear: number): AnnualizedCovariance {
  const observations = returns.rows;
  if (observations < 2) throw new InvariantViolation(`a covariance needs 2 returns, has ${observations}`);
  const centred = Matrix.sub(returns, new Matrix(Array.from({ length: observations }, () => returns.mean('column'))));
  return centred
    .transpose()
    .mmul(centred)
    .mul(periodsPerYear / (observations - 1));
}

/**
 * Moments of the simple returns between the snapshot's common dates, in the order of its series.
 *
 * A set that trades every day is annualised with 365; a set of stocks, or a mixed one (whose common dates are the
 * exchange's), with 252.
 */
export function momentsOf(snapshot: MarketSnapshot): Moments {
  const assets = snapshot.series.map(({ assetId }) => assetId);
  const days = tradingDays(snapshot.dates.map((date) => Date.parse(`${date}T00:00:00Z`)));
  const periodsPerYear = barsPerYear[days];
  const byAsset = assets.map((assetId) => simpleReturns(snapshot.closes[assetId]!.map(Number)));
  return {
    assets,
    covariance: annualizedSampleCovariance(new Matrix(byAsset).transpose(), periodsPerYear),
    observations: observationsOf(snapshot),
    tradingDays: days,
    periodsPerYear,
  };
}
