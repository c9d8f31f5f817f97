// Seeded quadratic programs of portfolios, and the same for the independent solver HiGHS.
import type { Highs } from 'highs';
import type { QuadraticProgram, Row } from '../../src/optimization/domain/solvers/program.js';
import { objectiveOf } from '../../src/optimization/domain/solvers/quadratic-program.js';
import { sampleCovariance } from '../../src/risk/domain/covariance/sample.js';
import { seededRandom, type Random } from '../../src/risk/domain/random.js';
import { infeasibility, sizeOf } from './optimality.js';
import { marketReturns } from './scenario-problems.js';

/** A problem that differs in size, covariance, limits, scale and degeneracy by its seed. Some have no answer. */
export function quadraticProblem(seed: number, most = 60): QuadraticProgram {
  const random = seededRandom(seed);
  const upTo = (count: number) => Math.floor(random.uniform() * count);
  const n = 1 + upTo(random.uniform() < 0.4 ? Math.min(8, most) : most);
  const { covariance, means } = momentsOf(random, n);
  const linear = means.map((value) => -value * [0, 0.3, 2][upTo(3)]!);
  const short = random.uniform() < 0.25;
  const min = Float64Array.from({ length: n }, () =>
    short ? -random.uniform() / 2 : upTo(2) * (0.5 / n) * random.uniform(),
  );
  const cap = [1, 1, 3 / n, 1.1 / n, 1 / n][upTo(5)]!;
  const max = Float64Array.from(min, (low) => Math.max(low, cap, random.uniform() < 0.1 ? 0.4 : 0));
  // some that cannot move
  if (random.uniform() < 0.2) for (let i = 0; i < n; i += 3) max[i] = min[i]!;
  const budget = new Float64Array(n).fill(1);
  const rows: Row[] = random.uniform() < 0.95 ? [{ coefficients: budget, min: 1, max: 1 }] : [];
  if (random.uniform() < 0.6) rows.push(...linearRows(random, n, means));
  const plain: QuadraticProgram = { quadratic: covariance, linear, min, max, rows };
  const problem = random.uniform() < 0.2 && n <= 30 ? inTrades(random, plain) : plain;
  return random.uniform() < 0.2 ? scaledBy(10 ** (2 * upTo(9) - 8), problem) : problem;
}

/** Of fewer periods than assets, with identical assets, of one factor alone, without any risk, and of the usual kind. */
function momentsOf(random: Random, n: number): { covariance: Float64Array; means: Float64Array } {
  const kind = Math.floor(random.uniform() * 8);
  const periods = kind === 0 ? 2 + Math.floor((random.uniform() * n) / 2) : 2 * n + 30;
  const returns = marketReturns(random, periods, n);
  if (kind === 1)
    for (let t = 0; t < periods; t++) for (let i = 1; i < n; i += 2) returns[t * n + i] = returns[t * n + i - 1]!;
  const means = new Float64Array(n);
  returns.forEach((value, at) => (means[at % n]! += (value * 252) / periods));
  if (kind === 2) {
    const factor = Float64Array.from({ length: n }, () => random.normal() / 5);
    return {
      covariance: Float64Array.from({ length: n * n }, (_, at) => factor[Math.floor(at / n)]! * factor[at % n]!),
      means,
    };
  }
  if (kind === 3 && random.uniform() < 0.5) return { covariance: new Float64Array(n * n), means };
  return { covariance: sampleCovariance(returns, periods, n, 252), means };
}

function linearRows(random: Random, n: number, means: Float64Array): Row[] {
  const upTo = (count: number) => Math.floor(random.uniform() * count);
  const rows = Array.from({ length: 1 + upTo(5) }, (): Row => {
    const kind = upTo(3);
    const coefficients =
      kind === 0
        ? means.slice()
        : Float64Array.from({ length: n }, () =>
            kind === 1
              ? Number(random.uniform() < 0.4)
              : random.uniform() < 0.5
                ? 0
                : Math.round(8 * random.normal()) / 4,
          );
    // around what equal weights have, now and then where no weights may reach
    const sum = coefficients.reduce((a, b) => a + b, 0) / n + (random.uniform() < 0.05 ? random.normal() : 0);
    const sides = upTo(7);
    if (sides === 0) return { coefficients, min: sum, max: sum };
    const width = 0.1 * Math.max(Math.abs(sum), 0.1);
    return {
      coefficients,
      min: sides < 3 ? -Infinity : sum - width * random.uniform(),
      max: sides > 4 ? Infinity : sum + width * random.uniform(),
    };
  });
  // the same limit once more, and one that follows from two others
  if (random.uniform() < 0.2) rows.push(rows[0]!);
  if (random.uniform() < 0.2) {
    const { coefficients, min, max } = rows[0]!;
    rows.push({ coefficients: coefficients.map((value) => 2 * value + 1), min: 2 * min + 1, max: 2 * max + 1 });
  }
  return rows;
}

/** In what is bought and what is sold of weights that are held, with costs and a limit on how much in all. */
function inTrades(random: Random, { quadratic, linear, min, max, rows }: QuadraticProgram): QuadraticProgram {
  const n = min.length;
  const raw = min.map((low, i) => low + random.uniform() * (max[i]! - low));
  const from = raw.map((value) => value / (raw.reduce((a, b) => a + b, 0) || 1));
  const sign = (at: number) => (at < n ? 1 : -1);
  const both = (of: (i: number) => number) => Float64Array.from({ length: 2 * n }, (_, at) => sign(at) * of(at % n));
  const held = (coefficients: Float64Array) => coefficients.reduce((sum, value, i) => sum + value * from[i]!, 0);
  const cost = 0.002 * random.uniform();
  return {
    quadratic: Float64Array.from({ length: 4 * n * n }, (_, at) => {
      const [a, b] = [Math.floor(at / (2 * n)), at % (2 * n)];
      return sign(a) * sign(b) * quadratic[(a % n) * n + (b % n)]!;
    }),
    min: Float64Array.from({ length: 2 * n }, (_, at) =>
      Math.max(0, at < n ? min[at]! - from[at]! : from[at - n]! - max[at - n]!),
    ),
    max: Float64Array.from({ length: 2 * n }, (_, at) =>
      Math.max(0, at < n ? max[at]! - from[at]! : from[at - n]! - min[at - n]!),
    ),
    rows: [
      ...rows.map(({ coefficients, min: low, max: high }) => ({
        coefficients: both((i) => coefficients[i]!),
        min: low - held(coefficients),
        max: high - held(coefficients),
      })),
      { coefficients: new Float64Array(2 * n).fill(0.5), min: -Infinity, max: 0.05 + random.uniform() },
    ],
    linear: both((i) => {
      let slope = linear[i]!;
      for (let j = 0; j < n; j++) slope += quadratic[i * n + j]! * from[j]!;
      return slope;
    }).map((value) => value + cost),
  };
}

const scaledBy = (factor: number, program: QuadraticProgram): QuadraticProgram => ({
  ...program,
  quadratic: program.quadratic.map((value) => value * factor),
  linear: program.linear.map((value) => value * factor),
});

export type HighsAnswer =
  | { readonly kind: 'solved'; readonly objective: number; readonly infeasibility: number }
  | { readonly kind: 'infeasible' }
  /** HiGHS ends otherwise: no answer to compare with. */
  | { readonly kind: 'none'; readonly status: string };

/** The least objective by HiGHS, computed from the answer it gives; HiGHS sees an objective of size 1. */
export function minimumByHighs(highs: Highs, program: QuadraticProgram): HighsAnswer {
  const n = program.linear.length;
  const model = highsModel(program, sizeOf(program));
  try {
    return highs.withModel(model, (solver): HighsAnswer => {
      solver.options.set({
        output_flag: false,
        primal_feasibility_tolerance: 1e-10,
        dual_feasibility_tolerance: 1e-10,
        time_limit: 10,
      });
      solver.run();
      const status = solver.getModelStatus();
      if (status === highs.constants.modelStatus.infeasible) return { kind: 'infeasible' };
      if (status !== highs.constants.modelStatus.optimal) return { kind: 'none', status: `status ${String(status)}` };
      const x = Float64Array.from(solver.getSolution().colValue.slice(0, n));
      return { kind: 'solved', objective: objectiveOf(program, x), infeasibility: infeasibility(program, x) };
    });
  } catch (error) {
    return { kind: 'none', status: error instanceof Error ? error.message : String(error) };
  }
}

function highsModel({ quadratic, linear, min, max, rows }: QuadraticProgram, size: number) {
  const n = linear.length;
  const [starts, indices, values]: [number[], number[], number[]] = [[0], [], []];
  for (const { coefficients } of rows) {
    coefficients.forEach((value, i) => {
      if (value === 0) return;
      indices.push(i);
      values.push(value);
    });
    starts.push(indices.length);
  }
  const curved: [number[], number[], number[]] = [[0], [], []];
  for (let column = 0; column < n; column++) {
    for (let row = column; row < n; row++) {
      const value = quadratic[row * n + column]! / size;
      if (value === 0) continue;
      curved[1].push(row);
      curved[2].push(value);
    }
    curved[0].push(curved[1].length);
  }
  return {
    numCols: n,
    numRows: rows.length,
    colCost: linear.map((value) => value / size),
    colLower: min,
    colUpper: max,
    rowLower: rows.map((row) => row.min),
    rowUpper: rows.map((row) => row.max),
    matrix: { format: 'csr', numRows: rows.length, numCols: n, starts, indices, values } as const,
    ...(curved[1].length > 0 && {
      hessian: {
        format: 'triangular',
        dimension: n,
        starts: curved[0],
        indices: curved[1],
        values: curved[2],
      } as const,
    }),
  };
}
