// Mean-variance weights under limits of single assets against the faster of two peers, on the same problems in the same
// run; ours with the certificate of optimality:
//   node dist/bench/optimizer.bench.js [rounds]
import portfolioAllocation from 'portfolio-allocation/dist/portfolio_allocation.dev.js';
import { solveQP } from 'quadprog';
import { certifyQuadratic } from '../src/optimization/domain/certificate.js';
import type { QuadraticProgram } from '../src/optimization/domain/solvers/program.js';
import { objectiveOf, solveQuadraticProgram } from '../src/optimization/domain/solvers/quadratic-program.js';
import { simulatedMoments } from './factor-model.js';

/** Goals: how many times as fast as the faster peer. `runs` are those of each round, the peers do a tenth of them. */
const cases = [
  { n: 10, mostWeight: 1, goal: 2, runs: 300 },
  { n: 10, mostWeight: 0.3, goal: 2, runs: 300 },
  { n: 50, mostWeight: 1, goal: 8, runs: 100 },
  { n: 50, mostWeight: 0.075, goal: 8, runs: 100 },
  { n: 200, mostWeight: 1, goal: 4, runs: 20 },
  { n: 200, mostWeight: 0.035, goal: 4, runs: 20 },
  { n: 500, mostWeight: 1, goal: 3, runs: 5 },
  { n: 500, mostWeight: 0.015, goal: 3, runs: 5 },
] as const;

const riskAversion = 4;
/** Objectives that are called the same, in relation to their size, and the largest residual of a certificate. */
const sameObjective = 1e-6;
const certified = 1e-9;
/** Tolerances of the second peer; the first that gives the same objective is taken. */
const tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

function programOf(n: number, mostWeight: number): QuadraticProgram {
  const { expectedReturns, covariance } = simulatedMoments(n, n);
  return {
    quadratic: covariance.map((value) => riskAversion * value),
    linear: expectedReturns.map((value) => -value),
    min: new Float64Array(n),
    max: new Float64Array(n).fill(mostWeight),
    rows: [{ coefficients: new Float64Array(n).fill(1), min: 1, max: 1 }],
  };
}

/** Makes a run, which begins with numbers that no earlier run has overwritten. */
type Way = () => () => ArrayLike<number>;

function ours(program: QuadraticProgram): ArrayLike<number> {
  const solution = solveQuadraticProgram(program);
  if (solution.kind !== 'solved') throw new Error(solution.kind);
  const worst = Math.max(...Object.values(certifyQuadratic(program, solution)));
  if (!(worst <= certified)) throw new Error(`the certificate misses by ${worst}`);
  return solution.x;
}

function byQuadprog({ quadratic, linear, min, max }: QuadraticProgram): Way {
  const n = linear.length;
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

function byPortfolioAllocation({ quadratic, linear, min, max }: QuadraticProgram, eps: number): Way {
  const { Matrix, qpsolveGSMO_ } = portfolioAllocation;
  const n = linear.length;
  const rows = Array.from({ length: n }, (_, i) => [...quadratic.subarray(i * n, (i + 1) * n)]);
  const vector = (values: Float64Array) => new Matrix([...values]);
  const [q, p, b, l, u] = [
    new Matrix(rows),
    vector(linear),
    vector(new Float64Array(n).fill(1)),
    vector(min),
    vector(max),
  ];
  return () => () => qpsolveGSMO_(q, p, b, 1, l, u, { eps, maxIter: -1 })[0].toArray();
}

/** Least milliseconds of one call, over rounds of `runs` calls each. */
function take(best: Map<string, number>, name: string, runs: number, way: Way): void {
  const made = Array.from({ length: runs }, () => way());
  const begin = performance.now();
  for (const run of made) run();
  best.set(name, Math.min(best.get(name) ?? Infinity, (performance.now() - begin) / runs));
}

/** By ten times and by more than cold code explains. */
const isFarBehind = (best: Map<string, number>, name: string, other: string): boolean =>
  (best.get(name) ?? 0) > Math.max(2, 10 * (best.get(other) ?? Infinity));

function measure({ n, mostWeight, goal, runs }: (typeof cases)[number], rounds: number): boolean {
  const program = programOf(n, mostWeight);
  const objective = objectiveOf(program, Float64Array.from(ours(program)));
  const apart = (way: Way) => (objectiveOf(program, Float64Array.from(way()())) - objective) / Math.abs(objective);
  const quadprog = byQuadprog(program);
  const eps =
    tolerances.find((one) => Math.abs(apart(byPortfolioAllocation(program, one))) <= sameObjective) ??
    tolerances.at(-1)!;
  const allocation = byPortfolioAllocation(program, eps);
  const worst = Math.max(Math.abs(apart(quadprog)), Math.abs(apart(allocation)));

  const best = new Map<string, number>();
  const few = Math.max(1, Math.round(runs / 10));
  for (let warm = 0; warm < 2_000 / n; warm++) ours(program);
  for (let round = 0; round < rounds; round++) {
    take(best, 'ours', runs, () => () => ours(program));
    // a peer that is far behind the other is not waited for again
    if (!isFarBehind(best, 'quadprog', 'portfolio-allocation')) take(best, 'quadprog', few, quadprog);
    if (!isFarBehind(best, 'portfolio-allocation', 'quadprog')) take(best, 'portfolio-allocation', few, allocation);
  }
  const of = (name: string) => best.get(name)!;
  const ratio = Math.min(of('quadprog'), of('portfolio-allocation')) / of('ours');
  const isMet = ratio >= goal && worst <= sameObjective;
  console.log(
    `n ${n}, up to ${Number((mostWeight * 100).toFixed(1))} % each: objectives apart by at most ${worst.toExponential(1)}` +
      ` (portfolio-allocation to ${eps})`,
  );
  console.log(
    `  ${of('ours').toFixed(4)} ms with certificate, quadprog ${of('quadprog').toFixed(3)} ms, portfolio-allocation` +
      ` ${of('portfolio-allocation').toFixed(3)} ms  ratio ${ratio.toFixed(1)}  goal ${goal} ${isMet ? 'met' : 'MISSED'}`,
  );
  return isMet;
}

const rounds = Number(process.argv[2] ?? 30);
for (const one of cases) if (!measure(one, rounds)) process.exitCode = 1;
