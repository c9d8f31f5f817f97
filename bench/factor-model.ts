import { sampleCovariance } from '../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../src/risk/domain/random.js';

/** Daily returns of `assets` that follow a market and one of five sectors; row-major, one row per day. */
export function simulatedReturns(periods: number, assets: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const sensitivity = Float64Array.from({ length: assets }, () => 0.5 + random.uniform());
  const returns = new Float64Array(periods * assets);
  for (let t = 0; t < periods; t++) {
    const market = 0.01 * random.normal();
    const sectors = Float64Array.from({ length: 5 }, () => 0.008 * random.normal());
    for (let i = 0; i < assets; i++) {
      returns[t * assets + i] = sensitivity[i]! * market + sectors[i % 5]! + 0.015 * random.normal();
    }
  }
  return returns;
}

/** Expected returns of 2 to 20 % a year, all different, and the annualised covariance of six years of days. */
export function simulatedMoments(assets: number, seed: number) {
  const periods = Math.max(1_500, 2 * assets);
  const random = seededRandom(seed + 1);
  return {
    expectedReturns: Float64Array.from({ length: assets }, () => 0.02 + 0.18 * random.uniform()),
    covariance: sampleCovariance(simulatedReturns(periods, assets, seed), periods, assets, 252),
  };
}
