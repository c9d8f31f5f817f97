// The whole efficient frontier against the critical line of portfolio-allocation, on the same problems in the same run:
//   node dist/bench/frontier.bench.js [rounds]
import portfolioAllocation from 'portfolio-allocation/dist/portfolio_allocation.dev.js';
import { criticalLine } from '../src/optimization/domain/solvers/critical-line.js';
import { simulatedMoments } from './factor-model.js';

interface Corner {
  readonly weights: ArrayLike<number>;
  readonly lambda: number;
}

/** Goals: how many times as fast as the peer. */
const cases = [
  { n: 10, mostWeight: 1, goal: 1.9, runs: 200 },
  { n: 10, mostWeight: 0.3, goal: 1.9, runs: 200 },
  { n: 50, mostWeight: 1, goal: 2.2, runs: 20 },
  { n: 50, mostWeight: 0.075, goal: 2.2, runs: 20 },
  { n: 200, mostWeight: 1, goal: 4, runs: 1 },
  { n: 200, mostWeight: 0.035, goal: 4, runs: 1 },
] as const;

/** Largest difference of a weight between corners of the same place; infinite when there are not as many. */
function difference(ours: readonly Corner[], theirs: readonly Corner[]): number {
  if (ours.length !== theirs.length) return Infinity;
  return Math.max(
    ...ours.map(({ weights, lambda }, k) => {
      const other = theirs[k]!;
      const ofLambda = Math.abs(lambda - other.lambda) / Math.max(1, lambda);
      return Math.max(ofLambda, ...Array.from(weights, (weight, i) => Math.abs(weight - other.weights[i]!)));
    }),
  );
}

/** Least milliseconds of one call, over rounds of `runs` calls each. */
function take(best: Record<string, number>, way: string, runs: number, work: () => unknown): void {
  const begin = performance.now();
  for (let run = 0; run < runs; run++) work();
  best[way] = Math.min(best[way] ?? Infinity, (performance.now() - begin) / runs);
}

function measure({ n, mostWeight, goal, runs }: (typeof cases)[number], rounds: number): boolean {
  const { expectedReturns, covariance } = simulatedMoments(n, n);
  const [min, max] = [new Float64Array(n), new Float64Array(n).fill(mostWeight)];
  const returns = [...expectedReturns];
  const rows = Array.from({ length: n }, (_, i) => [...covariance.subarray(i * n, (i + 1) * n)]);
  const ours = () => criticalLine({ expectedReturns, covariance, min, max });
  const { Matrix, MeanVarianceEfficientFrontierCla } = portfolioAllocation;
  const theirs = () =>
    new MeanVarianceEfficientFrontierCla(new Matrix(returns), new Matrix(rows), {
      constraints: { minWeights: [...min], maxWeights: [...max] },
      optimizationMethodParams: { maxIterCriticalLine: -1 },
    });

  const outcome = ours();
  if (outcome.kind !== 'frontier') throw new Error(outcome.reason);
  const corners = theirs().cornerPortfolios.map(([weights, lambda]) => ({ weights: weights.toArray(), lambda }));
  const apart = difference(outcome.turningPoints, corners);

  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    take(best, 'ours', runs * 5, ours);
    take(best, 'theirs', runs, theirs);
  }
  const ratio = best['theirs']! / best['ours']!;
  const isMet = ratio >= goal && apart <= 1e-8;
  console.log(
    `n ${n}, up to ${Number((mostWeight * 100).toFixed(1))} % each: ${corners.length} turning points, apart by at most ${apart.toExponential(1)}`,
  );
  console.log(
    `  ${best['ours']!.toFixed(3)} ms, portfolio-allocation ${best['theirs']!.toFixed(3)} ms` +
      `  ratio ${ratio.toFixed(1)}  goal ${goal} ${isMet ? 'met' : 'MISSED'}`,
  );
  return isMet;
}

const rounds = Number(process.argv[2] ?? 5);
for (const one of cases) if (!measure(one, rounds)) process.exitCode = 1;
