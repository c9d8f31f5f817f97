// Weights under limits of single assets against what two peers offer for the same problem, in the same run; ours with the
// certificate of optimality. The goals are those of mean-variance, on the faster of the peers' public functions, at the
// loosest tolerance that gives the same objective; minimum variance is shown beside it. So is the routine inside of
// portfolio-allocation, which its users cannot call: as loosely as that, and as closely as our certificates are.
//   node dist/bench/optimizer.bench.js [rounds]
import portfolioAllocation from 'portfolio-allocation/dist/portfolio_allocation.dev.js';
import { solveQP } from 'quadprog';
import { certifyQuadratic } from '../src/optimization/domain/certificate.js';
import type { QuadraticProgram } from '../src/optimization/domain/solvers/program.js';
import {
  objectiveOf,
  solveQuadraticProgram,
  type QuadraticSolution,
} from '../src/optimization/domain/solvers/quadratic-program.js';
import { times } from '../src/shared/vectors.js';
import { simulatedMoments } from './factor-model.js';

/** Goals: how many times as fast as the faster peer. `runs` are those of each round, the peers do a tenth of them. */
const sizes = [
  { n: 10, caps: [1, 0.3], goal: 2, runs: 300 },
  { n: 50, caps: [1, 0.075], goal: 8, runs: 100 },
  { n: 200, caps: [1, 0.035], goal: 4, runs: 20 },
  { n: 500, caps: [1, 0.015], goal: 3, runs: 5 },
] as const;
const objectives = ['mean-variance', 'minimum variance'] as const;

const riskAversion = 4;
/** Objectives that are called the same, in relation to their size, and the largest residual of a certificate. */
const sameObjective = 1e-6;
const certified = 1e-9;
/** Of the second peer, from the loosest. */
const tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];
/** A value this close to its limit stands on it. */
const dust = 1e-11;

interface Problem {
  readonly n: number;
  readonly covariance: Float64Array;
  /** Null where the variance alone counts. */
  readonly expectedReturns: Float64Array | null;
  readonly mostWeight: number;
  readonly program: QuadraticProgram;
}

function problemOf(n: number, mostWeight: number, objective: (typeof objectives)[number]): Problem {
  const moments = simulatedMoments(n, n);
  const { covariance } = moments;
  const expectedReturns = objective === 'mean-variance' ? moments.expectedReturns : null;
  return {
    n,
    covariance,
    expectedReturns,
    mostWeight,
    program: {
      quadratic: covariance.map((value) => riskAversion * value),
      linear: expectedReturns?.map((value) => -value) ?? new Float64Array(n),
      min: new Float64Array(n),
      max: new Float64Array(n).fill(mostWeight),
      rows: [{ coefficients: new Float64Array(n).fill(1), min: 1, max: 1 }],
    },
  };
}

/** Makes a run, which begins with numbers that no earlier run has overwritten. */
type Way = () => () => ArrayLike<number>;

const worstOf = (
  program: QuadraticProgram,
  solution: Pick<QuadraticSolution, 'x' | 'lower' | 'upper' | 'rows'>,
): number => Math.max(...Object.values(certifyQuadratic(program, solution)));

function ours(program: QuadraticProgram): ArrayLike<number> {
  const solution = solveQuadraticProgram(program);
  if (solution.kind !== 'solved') throw new Error(solution.kind);
  const worst = worstOf(program, solution);
  if (!(worst <= certified)) throw new Error(`the certificate misses by ${worst}`);
  return solution.x;
}

/** Largest residual of weights that come without multipliers, with those that explain them best. */
function residualOf(program: QuadraticProgram, x: Float64Array): number {
  const { quadratic, linear, min, max } = program;
  const slopes = times(quadratic, x).map((value, i) => value + linear[i]!);
  const onMin = x.map((value, i) => (value - min[i]! <= dust ? 1 : 0));
  const onMax = x.map((value, i) => (max[i]! - value <= dust ? 1 : 0));
  // of the budget: what can fall is no steeper, what can rise no flatter
  const budget =
    (Math.max(...slopes.filter((_, i) => onMin[i] === 0)) + Math.min(...slopes.filter((_, i) => onMax[i] === 0))) / 2;
  return worstOf(program, {
    x,
    lower: slopes.map((value, i) => onMin[i]! * Math.max(0, value - budget)),
    upper: slopes.map((value, i) => onMax[i]! * Math.max(0, budget - value)),
    rows: Float64Array.of(budget),
  });
}

function byQuadprog({ n, program: { quadratic, linear, min, max } }: Problem): Way {
  const fromOne = (values: Iterable<number>) => [0, ...values];
  const rowsFromOne = (row: (i: number) => Iterable<number>) => [
    [],
    ...Array.from({ length: n }, (_, i) => fromOne(row(i))),
  ];
  const unit = (i: number, sign: number) => Array.from({ length: n }, (_, j) => (i === j ? sign : 0));
  const limits = rowsFromOne((i) => [1, ...unit(i, 1), ...unit(i, -1)]);
  const sides = fromOne([1, ...min, ...max.map((value) => -value)]);
  return () => {
    const curvature = rowsFromOne((i) => quadratic.subarray(i * n, (i + 1) * n));
    const slope = fromOne(linear.map((value) => -value));
    return () => {
      const { solution, message } = solveQP(curvature, slope, limits, sides, 1);
      if (message !== '') throw new Error(message);
      return solution.slice(1);
    };
  };
}

const { Matrix, meanVarianceOptimizationWeights, globalMinimumVarianceWeights, qpsolveGSMO_ } = portfolioAllocation;
const vectorOf = (values: Float64Array) => new Matrix([...values]);
const matrixOf = (values: Float64Array, n: number) =>
  new Matrix(Array.from({ length: n }, (_, i) => [...values.subarray(i * n, (i + 1) * n)]));

/** The public function for the objective; by the critical line without a tolerance. */
function byPortfolioAllocation({ n, covariance, expectedReturns, program }: Problem, epsGsmo?: number): Way {
  const sigma = matrixOf(covariance, n);
  const options = {
    optimizationMethod: epsGsmo === undefined ? ('critical-line' as const) : ('gsmo' as const),
    optimizationMethodParams: { ...(epsGsmo !== undefined && { epsGsmo }), maxIterGsmo: -1, maxIterCriticalLine: -1 },
  };
  const constraints = { minWeights: [...program.min], maxWeights: [...program.max] };
  if (!expectedReturns) return () => () => globalMinimumVarianceWeights(sigma, { ...options, constraints });
  const mu = vectorOf(expectedReturns);
  const tolerant = { ...constraints, riskTolerance: 1 / riskAversion };
  return () => () => meanVarianceOptimizationWeights(mu, sigma, { ...options, constraints: tolerant });
}

function byInternalRoutine({ n, program: { quadratic, linear, min, max } }: Problem, eps: number): Way {
  const q = matrixOf(quadratic, n);
  const [p, b, l, u] = [linear, new Float64Array(n).fill(1), min, max].map(vectorOf) as [V, V, V, V];
  return () => () => qpsolveGSMO_(q, p, b, 1, l, u, { eps, maxIter: -1 })[0].toArray();
}
type V = ReturnType<typeof vectorOf>;

interface Peer {
  readonly name: string;
  readonly way: Way;
  readonly isPublic: boolean;
  /** Least milliseconds of one call. */
  best: number;
}

/** Least milliseconds of one call, over rounds of `runs` calls each. */
function timed(best: number, runs: number, way: Way): number {
  const made = Array.from({ length: runs }, () => way());
  const begin = performance.now();
  for (const run of made) run();
  return Math.min(best, (performance.now() - begin) / runs);
}

function peersOf(problem: Problem, objective: number): Peer[] {
  const { program } = problem;
  const weightsOf = (way: Way) => Float64Array.from(way()());
  const isSame = (way: Way) =>
    Math.abs(objectiveOf(program, weightsOf(way)) - objective) <= sameObjective * Math.abs(objective);
  const loosest = (make: (eps: number) => Way, isGood: (way: Way) => boolean) => {
    const eps = tolerances.find((one) => isGood(make(one)));
    if (eps === undefined) throw new Error('no tolerance is close enough');
    return { eps, way: make(eps) };
  };
  const gsmo = loosest((eps) => byPortfolioAllocation(problem, eps), isSame);
  const loose = loosest((eps) => byInternalRoutine(problem, eps), isSame);
  const close = loosest(
    (eps) => byInternalRoutine(problem, eps),
    (way) => residualOf(program, weightsOf(way)) <= certified,
  );
  const peers = [
    { name: 'quadprog', way: byQuadprog(problem), isPublic: true },
    { name: `portfolio-allocation, to ${gsmo.eps}`, way: gsmo.way, isPublic: true },
    // a minute for the whole frontier of 500
    ...(problem.n > 200
      ? []
      : [{ name: 'portfolio-allocation, critical line', way: byPortfolioAllocation(problem), isPublic: true }]),
    { name: `its internal routine, to ${loose.eps}`, way: loose.way, isPublic: false },
    { name: `its internal routine, residual ${certified}`, way: close.way, isPublic: false },
  ];
  return peers.map((peer) => {
    const begin = performance.now();
    if (!isSame(peer.way)) throw new Error(`${peer.name} has another objective`);
    return { ...peer, best: performance.now() - begin };
  });
}

function measure(problem: Problem, goal: number | null, runs: number, rounds: number): boolean {
  const { program } = problem;
  const peers = peersOf(problem, objectiveOf(program, Float64Array.from(ours(program))));
  const fastest = () => Math.min(...peers.filter(({ isPublic }) => isPublic).map(({ best }) => best));
  for (let warm = 0; warm < 2_000 / problem.n; warm++) ours(program);
  let own = Infinity;
  for (let round = 0; round < rounds; round++) {
    own = timed(own, runs, () => () => ours(program));
    for (const peer of peers) {
      // one that is behind by more than cold code explains is not waited for again
      if (peer.best > Math.max(5, 10 * fastest())) continue;
      peer.best = timed(peer.best, Math.max(1, Math.round(runs / 10)), peer.way);
    }
  }
  console.log(`  ${'ours, with certificate'.padEnd(42)}${own.toFixed(4).padStart(10)} ms`);
  for (const { name, best, isPublic } of peers) {
    const ratio = `${(best / own).toFixed(1)} times`.padStart(16);
    console.log(
      `  ${name.padEnd(42)}${best.toFixed(4).padStart(10)} ms${ratio}${isPublic ? '' : '  (internal, no goal)'}`,
    );
  }
  const ratio = fastest() / own;
  const isMet = goal === null || ratio >= goal;
  console.log(`  ratio ${ratio.toFixed(1)}  ${goal === null ? 'no goal' : `goal ${goal} ${isMet ? 'met' : 'MISSED'}`}`);
  return isMet;
}

const rounds = Number(process.argv[2] ?? 30);
for (const objective of objectives) {
  for (const { n, caps, goal, runs } of sizes) {
    for (const mostWeight of caps) {
      console.log(`${objective}, n ${n}, up to ${Number((mostWeight * 100).toFixed(1))} % each`);
      const promised = objective === 'mean-variance' ? goal : null;
      if (!measure(problemOf(n, mostWeight, objective), promised, runs, rounds)) process.exitCode = 1;
    }
  }
}
