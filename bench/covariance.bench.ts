// The sample covariance against the plain triple loop, and hierarchical risk parity against its covariance, in the same
// run on the same returns:
//   node dist/bench/covariance.bench.js [rounds]
import { hierarchicalRiskParity } from '../src/optimization/domain/hierarchical.js';
import { sampleCovariance } from '../src/risk/domain/covariance/sample.js';
import { simulatedReturns } from './factor-model.js';

const periodsPerYear = 252;
/** Goal: how many times as fast as the triple loop. */
const covarianceGoal = 8;
/** Goal: risk parity with its covariance, in times of the covariance alone. */
const parityGoal = 1.5;

/** The definition as it is written down: one sum for each pair of assets. */
function tripleLoop(returns: Float64Array, periods: number, assets: number): Float64Array {
  const means = new Float64Array(assets);
  for (let t = 0; t < periods; t++) for (let i = 0; i < assets; i++) means[i]! += returns[t * assets + i]! / periods;
  const covariance = new Float64Array(assets * assets);
  for (let i = 0; i < assets; i++) {
    for (let j = 0; j < assets; j++) {
      let sum = 0;
      for (let t = 0; t < periods; t++) {
        sum += (returns[t * assets + i]! - means[i]!) * (returns[t * assets + j]! - means[j]!);
      }
      covariance[i * assets + j] = (sum * periodsPerYear) / (periods - 1);
    }
  }
  return covariance;
}

/** Largest difference in relation to the deviations of the two assets. */
function relativeDifference(one: Float64Array, other: Float64Array, n: number): number {
  return one.reduce((worst, value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    const scale = Math.sqrt(other[i * n + i]! * other[j * n + j]!);
    return Math.max(worst, Math.abs(value - other[index]!) / scale);
  }, 0);
}

function take(best: Record<string, number>, way: string, work: () => unknown): void {
  const begin = performance.now();
  work();
  best[way] = Math.min(best[way] ?? Infinity, performance.now() - begin);
}

function measureCovariance(periods: number, assets: number, rounds: number): boolean {
  const returns = simulatedReturns(periods, assets, 1);
  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    take(best, 'loop', () => tripleLoop(returns, periods, assets));
    for (let again = 0; again < 3; again++) {
      take(best, 'kernel', () => sampleCovariance(returns, periods, assets, periodsPerYear));
    }
  }
  const kernel = sampleCovariance(returns, periods, assets, periodsPerYear);
  const apart = relativeDifference(kernel, tripleLoop(returns, periods, assets), assets);
  const ratio = best['loop']! / best['kernel']!;
  const isMet = ratio >= covarianceGoal && apart <= 1e-12;
  console.log(`covariance of ${assets} assets, ${periods} periods: apart by at most ${apart.toExponential(1)}`);
  console.log(
    `  ${best['kernel']!.toFixed(1)} ms, triple loop ${best['loop']!.toFixed(1)} ms` +
      `  ratio ${ratio.toFixed(1)}  goal ${covarianceGoal} ${isMet ? 'met' : 'MISSED'}`,
  );
  return isMet;
}

function measureParity(periods: number, assets: number, rounds: number): boolean {
  const returns = simulatedReturns(periods, assets, 2);
  const covarianceOf = () => sampleCovariance(returns, periods, assets, periodsPerYear);
  const best: Record<string, number> = {};
  for (let round = 0; round < 5 * rounds; round++) {
    take(best, 'covariance', covarianceOf);
    take(best, 'parity', () => hierarchicalRiskParity(covarianceOf(), assets));
  }
  const ratio = best['parity']! / best['covariance']!;
  console.log(`hierarchical risk parity of ${assets} assets, ${periods} periods, covariance included`);
  console.log(
    `  ${best['parity']!.toFixed(2)} ms, its covariance alone ${best['covariance']!.toFixed(2)} ms` +
      `  ratio ${ratio.toFixed(2)}  goal at most ${parityGoal} ${ratio <= parityGoal ? 'met' : 'MISSED'}`,
  );
  return ratio <= parityGoal;
}

const rounds = Number(process.argv[2] ?? 6);
if (!measureCovariance(1_500, 500, rounds)) process.exitCode = 1;
if (!measureParity(1_500, 200, rounds)) process.exitCode = 1;
