import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import { InvariantViolation } from '../../shared/errors.js';
import type { Numbers } from './returns.js';
import { assertSameLength } from './statistics.js';
import { historicalTail } from './tail-risk.js';

/** A likelihood-ratio test; a small p-value speaks against the forecasts. */
export interface LikelihoodRatioTest {
  readonly statistic: number;
  readonly pValue: number;
}

/** Green: no doubt about the model; yellow: more exceptions than 95 % of right models have; red: than 99.99 %. */
export type BaselZone = 'green' | 'yellow' | 'red';

export interface VarBacktest {
  /** Forecasts compared with what came. */
  readonly observations: number;
  /** Periods that lost more than forecast. */
  readonly exceptions: number;
  readonly expectedExceptions: number;
  /** Whether there are as many exceptions as the confidence says. */
  readonly coverage: LikelihoodRatioTest;
  /** Whether an exception is as likely after one as after none; null when no period followed another of each kind. */
  readonly independence: LikelihoodRatioTest | null;
  /** Both together. */
  readonly conditionalCoverage: LikelihoodRatioTest | null;
  readonly zone: BaselZone;
}

/**
 * Compares forecasts of VaR (positive losses, one a return, made before it) with the returns that came: an exception is
 * a loss above its forecast. Null without observations.
 */
export function backtestVar(returns: Numbers, forecasts: Numbers, confidence: number): VarBacktest | null {
  assertSameLength(returns, forecasts);
  const observations = returns.length;
  if (observations === 0) return null;
  const hits = Array.from({ length: observations }, (_, t) => -returns[t]! > forecasts[t]!);
  const exceptions = hits.filter(Boolean).length;
  const coverage = kupiec(exceptions, observations, confidence);
  const independence = christoffersen(transitionsOf(hits));
  return {
    observations,
    exceptions,
    expectedExceptions: observations * (1 - confidence),
    coverage,
    independence,
    conditionalCoverage: independence && likelihoodRatio(coverage.statistic + independence.statistic, 2),
    zone: baselZone(exceptions, observations, confidence),
  };
}

/**
 * Historical VaR forecasts, each from the `window` returns before it, with the returns that they forecast: as many as
 * there are returns after the first window.
 */
export function rollingForecasts(
  returns: Float64Array,
  window: number,
  confidence: number,
): { readonly returns: Float64Array; readonly forecasts: Float64Array } {
  if (!Number.isInteger(window) || window < 2) throw new InvariantViolation(`a window of ${window} returns`);
  return {
    returns: returns.slice(window),
    forecasts: Float64Array.from(
      { length: Math.max(0, returns.length - window) },
      (_, t) => historicalTail(returns.subarray(t, t + window), confidence)!.valueAtRisk,
    ),
  };
}

/**
 * Proportion of failures (Kupiec, "Techniques for Verifying the Accuracy of Risk Measurement Models", 1995): twice the
 * log likelihood ratio of the observed share of exceptions to the forecast one; chi-square with 1 degree of freedom.
 */
export function kupiec(exceptions: number, observations: number, confidence: number): LikelihoodRatioTest {
  const misses = observations - exceptions;
  const expected = logLikelihood(misses, exceptions, 1 - confidence);
  return likelihoodRatio(2 * (logLikelihood(misses, exceptions, exceptions / observations) - expected), 1);
}

/** Periods by whether they and the one before were exceptions: `missHit` counts exceptions after none. */
export interface Transitions {
  readonly missMiss: number;
  readonly missHit: number;
  readonly hitMiss: number;
  readonly hitHit: number;
}

/**
 * Independence (Christoffersen, "Evaluating Interval Forecasts", 1998): twice the log likelihood ratio of a first-order
 * Markov chain to exceptions at one rate; chi-square with 1 degree of freedom. Null when no period follows an
 * exception, or none follows a period without one.
 */
export function christoffersen({ missMiss, missHit, hitMiss, hitHit }: Transitions): LikelihoodRatioTest | null {
  const [afterMiss, afterHit] = [missMiss + missHit, hitMiss + hitHit];
  if (afterMiss === 0 || afterHit === 0) return null;
  const rate = (missHit + hitHit) / (afterMiss + afterHit);
  const chain =
    logLikelihood(missMiss, missHit, missHit / afterMiss) + logLikelihood(hitMiss, hitHit, hitHit / afterHit);
  return likelihoodRatio(2 * (chain - logLikelihood(missMiss + hitMiss, missHit + hitHit, rate)), 1);
}

/**
 * Zone by the probability that a right model has at most so many exceptions: yellow from 95 %, red from 99.99 % (Basel
 * Committee, "Supervisory framework for the use of backtesting", 1996). For 250 days at 99 % that is 0 to 4, 5 to 9 and
 * 10 or more.
 */
export function baselZone(exceptions: number, observations: number, confidence: number): BaselZone {
  const rate = 1 - confidence;
  let logTerm = observations * Math.log1p(-rate);
  let atMost = Math.exp(logTerm);
  for (let k = 1; k <= exceptions; k++) {
    logTerm += Math.log(((observations - k + 1) / k) * (rate / (1 - rate)));
    atMost += Math.exp(logTerm);
  }
  if (atMost >= 0.9999) return 'red';
  return atMost >= 0.95 ? 'yellow' : 'green';
}

function transitionsOf(hits: readonly boolean[]): Transitions {
  const count = (before: boolean, now: boolean): number =>
    hits.filter((hit, t) => t > 0 && hit === now && hits[t - 1] === before).length;
  return {
    missMiss: count(false, false),
    missHit: count(false, true),
    hitMiss: count(true, false),
    hitHit: count(true, true),
  };
}

/** Of so many misses and hits at a rate of hits; 0·log 0 is 0. */
const logLikelihood = (misses: number, hits: number, rate: number): number =>
  (misses === 0 ? 0 : misses * Math.log1p(-rate)) + (hits === 0 ? 0 : hits * Math.log(rate));

function likelihoodRatio(statistic: number, degrees: number): LikelihoodRatioTest {
  // rounding may leave the ratio of two equal likelihoods just below 0
  const value = Math.max(0, statistic);
  return { statistic: value, pValue: 1 - chiSquareCdf(value, degrees) };
}
