// Seeded scenario programs, and the same as full linear programs for the independent solver HiGHS.
import highsModule, { type Highs } from 'highs';
import type { Limits, LinearLimit } from '../../src/optimization/domain/limits.js';
import type { ScenarioProblem, ScenarioRisk } from '../../src/optimization/domain/solvers/scenario-program.js';
import { seededRandom, type Random } from '../../src/risk/domain/random.js';

/** The package declares itself CommonJS, but what an ES module gets is the function itself. */
export const loadHighs = highsModule as unknown as typeof highsModule.default;

/** Daily returns of assets that follow one market, with crashes now and then: T x n row-major. */
export function marketReturns(random: Random, periods: number, assets: number): Float64Array {
  const made = Array.from({ length: assets }, () => ({
    mean: 5e-4 * random.normal(),
    beta: 0.3 + random.uniform(),
    noise: 0.005 + 0.03 * random.uniform(),
  }));
  const returns = new Float64Array(periods * assets);
  for (let t = 0; t < periods; t++) {
    const market = 0.012 * random.normal() * (random.uniform() < 0.05 ? 3 : 1);
    made.forEach(({ mean, beta, noise }, j) => {
      returns[t * assets + j] = mean + beta * market + noise * random.normal();
    });
  }
  return returns;
}

/** A problem that differs in size, risk, limits, scale and degeneracy by its seed. Some have no answer. */
export function scenarioProblem(seed: number, most = { assets: 12, periods: 120 }): ScenarioProblem {
  const random = seededRandom(seed);
  const upTo = (count: number) => Math.floor(random.uniform() * count);
  const n = 1 + upTo(most.assets);
  const periods = 1 + upTo(random.uniform() < 0.3 ? n : most.periods);
  const returns = marketReturns(random, periods, n);
  const kinds: ScenarioRisk[] = [
    { kind: 'cvar', confidence: [0, 0.5, 0.9, 0.95, 0.99][upTo(5)]! },
    { kind: 'cdar', confidence: [0, 0.5, 0.9, 0.95, 0.99][upTo(5)]! },
    { kind: 'max_drawdown' },
  ];
  const risk = kinds[upTo(3)]!;
  // duplicated assets, repeated periods, a scale far from 1
  if (n > 1 && random.uniform() < 0.2) for (let t = 0; t < periods; t++) returns[t * n + 1] = returns[t * n]!;
  if (random.uniform() < 0.2) returns.copyWithin(Math.ceil(periods / 2) * n, 0, Math.floor(periods / 2) * n);
  if (random.uniform() < 0.2) returns.forEach((value, i) => (returns[i] = Math.round(value * 100) / 100));
  const scale = random.uniform() < 0.2 ? 10 ** (2 * upTo(3) - 2) : 1;
  returns.forEach((value, i) => (returns[i] = value * scale));
  const short = random.uniform() < 0.3;
  const min = Float64Array.from({ length: n }, () =>
    short ? -random.uniform() / 2 : upTo(2) * 0.05 * random.uniform(),
  );
  const max = Float64Array.from({ length: n }, (_, j) => Math.max(min[j]!, random.uniform() < 0.3 ? 1.2 / n : 1));
  const linear: LinearLimit[] = Array.from({ length: upTo(4) }, (_, i) => {
    const coefficients = Float64Array.from({ length: n }, () =>
      random.uniform() < 0.5 ? 0 : Math.round(4 * random.normal()) / 4,
    );
    // mostly around what equal weights have, now and then where no weights may reach
    const sum = coefficients.reduce((a, b) => a + b, 0) / n + (random.uniform() < 0.15 ? random.normal() : 0);
    const [low, high] = [sum - 0.1 * random.uniform(), sum + 0.1 * random.uniform()];
    const sides = upTo(3);
    return {
      label: `limit ${i}`,
      coefficients,
      min: sides === 0 ? -Infinity : low,
      max: sides === 1 ? Infinity : high,
    };
  });
  const limits: Limits = { min, max, linear };
  const means = new Float64Array(n);
  returns.forEach((value, i) => (means[i % n]! += value / periods));
  const equal = means.reduce((a, b) => a + b, 0) / n;
  return {
    returns,
    limits,
    risk,
    ...(random.uniform() < 0.4 && { expectedReturn: { means, atLeast: equal } }),
    ...(risk.kind !== 'max_drawdown' &&
      random.uniform() < 0.3 && { probabilities: randomProbabilities(random, periods) }),
  };
}

function randomProbabilities(random: Random, periods: number): Float64Array {
  const raw = Float64Array.from({ length: periods }, () => (random.uniform() < 0.1 ? 0 : random.uniform()) + 1e-3);
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / total);
}

/** The full linear program: a variable for each period's excess over the value-at-risk, and for each peak. */
function linearProgram({ returns, limits, risk, probabilities, expectedReturn }: ScenarioProblem) {
  const n = limits.min.length;
  const periods = returns.length / n;
  const [starts, indices, values]: [number[], number[], number[]] = [[0], [], []];
  const [rowLower, rowUpper]: [number[], number[]] = [[], []];
  const row = (entries: (readonly [number, number])[], low: number, high: number) => {
    for (const [index, value] of entries.filter(([, value]) => value !== 0).sort((a, b) => a[0] - b[0])) {
      indices.push(index);
      values.push(value);
    }
    starts.push(indices.length);
    rowLower.push(low);
    rowUpper.push(high);
  };
  // weights, then the threshold, then one excess per period, then (for drawdowns) one peak per period
  const [threshold, excess, peak] = [n, n + 1, n + 1 + periods];
  const drawdown = risk.kind !== 'cvar';
  const numCols = n + 1 + periods + (drawdown ? periods : 0);
  const cost = new Float64Array(numCols);
  cost[threshold] = 1;
  const colLower = new Float64Array(numCols).fill(-Infinity);
  const colUpper = new Float64Array(numCols).fill(Infinity);
  colLower.set(limits.min);
  colUpper.set(limits.max);
  for (let t = 0; t < periods; t++) {
    colLower[excess + t] = 0;
    if (drawdown) colLower[peak + t] = 0;
    if (risk.kind === 'max_drawdown') colUpper[excess + t] = 0;
    else cost[excess + t] = (probabilities?.[t] ?? 1 / periods) / (1 - risk.confidence);
  }
  row(
    Array.from({ length: n }, (_, j) => [j, 1] as const),
    1,
    1,
  );
  for (const { coefficients, min, max } of limits.linear)
    row(
      [...coefficients].map((c, j) => [j, c] as const),
      min,
      max,
    );
  if (expectedReturn)
    row(
      [...expectedReturn.means].map((c, j) => [j, c] as const),
      expectedReturn.atLeast,
      Infinity,
    );
  const cumulated = new Float64Array(n);
  for (let t = 0; t < periods; t++) {
    const now = returns.subarray(t * n, (t + 1) * n);
    now.forEach((value, j) => (cumulated[j]! += value));
    const weights = [...(drawdown ? cumulated : now)].map((c, j) => [j, c] as const);
    // excess >= loss - threshold, where the loss is the peak less the cumulative return
    row([...weights, [threshold, 1], [excess + t, 1], ...(drawdown ? [[peak + t, -1] as const] : [])], 0, Infinity);
    if (!drawdown) continue;
    row([...weights.map(([j, c]) => [j, -c] as const), [peak + t, 1]], 0, Infinity);
    if (t > 0)
      row(
        [
          [peak + t, 1],
          [peak + t - 1, -1],
        ],
        0,
        Infinity,
      );
  }
  const numRows = rowLower.length;
  const matrix = { format: 'csr', numRows, numCols, starts, indices, values } as const;
  return { numCols, numRows, colCost: cost, colLower, colUpper, rowLower, rowUpper, matrix };
}

/** Least risk by HiGHS on the full program; null when the limits cannot hold. Throws on any other end. */
export function leastRiskByHighs(
  highs: Highs,
  problem: ScenarioProblem,
  tolerance = 1e-10,
): { risk: number; milliseconds: number } | null {
  return highs.withModel(linearProgram(problem), (model) => {
    const tolerances = { primal_feasibility_tolerance: tolerance, dual_feasibility_tolerance: tolerance };
    model.options.set({ output_flag: false, ...tolerances });
    const begin = performance.now();
    model.run();
    const milliseconds = performance.now() - begin;
    const status = model.getModelStatus();
    if (status === highs.constants.modelStatus.infeasible) return null;
    if (status !== highs.constants.modelStatus.optimal) throw new Error(`HiGHS ended with status ${String(status)}`);
    return { risk: model.getObjectiveValue(), milliseconds };
  });
}
