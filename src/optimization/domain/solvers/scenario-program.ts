import { dot } from '../../../shared/vectors.js';
import { InvariantViolation } from '../../../shared/errors.js';
import type { Limits } from '../limits.js';
import { descendCvar, type Bounded } from './cvar-descent.js';
import { DualSimplex } from './dual-simplex.js';

/**
 * What is made as small as possible, all as a positive fraction of the wealth at the start:
 * - `cvar`: the mean loss of the worst 1 - confidence of the periods (Rockafellar and Uryasev, Optimization of
 *   conditional value-at-risk, 2000), the period at the edge taken in part: the CVaR of `historicalTail` in the risk area;
 * - `cdar`: the mean of the worst 1 - confidence of the drawdowns, and `max_drawdown`: the worst of them (Chekhlov,
 *   Uryasev and Zabarankin, Drawdown measure in portfolio optimization, 2005). Drawdowns are those of the UNCOMPOUNDED
 *   cumulative return, the start counted as a peak: the drawdown of compounded wealth is not convex in the weights.
 */
export type ScenarioRisk =
  { readonly kind: 'cvar' | 'cdar'; readonly confidence: number } | { readonly kind: 'max_drawdown' };

export interface ScenarioProblem {
  /** T x n row-major simple returns, one row per period, the oldest first. */
  readonly returns: Float64Array;
  readonly limits: Limits;
  readonly risk: ScenarioRisk;
  /** Probabilities of the T periods (CVaR and CDaR); equal when absent. */
  readonly probabilities?: Float64Array;
  /** mean'w >= atLeast, in the units of the returns. */
  readonly expectedReturn?: { readonly means: Float64Array; readonly atLeast: number };
}

/** A limit of the problem: an asset's box, a linear limit, the least expected return, or that the weights sum to 1. */
export type LimitOf =
  | { readonly kind: 'asset'; readonly asset: number; readonly side: 'min' | 'max' }
  | { readonly kind: 'linear'; readonly linear: number; readonly side: 'min' | 'max' }
  | { readonly kind: 'expected_return' }
  | { readonly kind: 'budget' };

export interface ScenarioSolution {
  readonly kind: 'optimal';
  readonly weights: Float64Array;
  /** The risk of these weights. */
  readonly risk: number;
  /** No weights within the limits have a lower risk than this: follows from `scenarioWeights` and the multipliers. */
  readonly lowerBound: number;
  /** (risk - lowerBound) / max(|risk|, 1e-4 of the largest return). */
  readonly relativeGap: number;
  /** Largest miss of a limit or of the sum of 1, in weight (linear limits: in units of their largest coefficient). */
  readonly primalResidual: number;
  /**
   * The proof: q such that the risk of any weights w is at least -q'Rw. For CVaR these are the probabilities of the
   * worst case; for drawdowns the share of the worst drawdowns that a period is part of.
   */
  readonly scenarioWeights: Float64Array;
  /** Limits that hold the risk up, with the change of the least risk per unit by which the limit's bound rises. */
  readonly binding: readonly { readonly limit: LimitOf; readonly multiplier: number }[];
  readonly cuts: number;
  /** Steps of the simplex and of the walk. */
  readonly pivots: number;
}

export type ScenarioOutcome =
  | ScenarioSolution
  /** Limits that cannot hold together (a conflicting set, not always the smallest). */
  | { readonly kind: 'infeasible'; readonly conflict: readonly LimitOf[] }
  /** Without finite limits the risk can be lowered for ever. */
  | { readonly kind: 'unbounded' };

const gapGoal = 1e-9;
/** Cuts after which CVaR is minimised by a walk from the best weights so far: close enough for a short one. */
const cutsBeforeWalk = 20;
/** The search stops below the goal, so that the proof from the data as given still meets it. */
const searchGap = 1e-11;
/** An exceedance below this, in units of the largest return, is rounding noise. */
const noise = 1e-14;
const mostCuts = 5_000;
/** How far the point at which the risk is cut lies from the vertex towards the best weights so far. */
const inward = 0.85;
/** Share of the gap by which such a cut must raise the bound at the vertex, else the vertex itself is cut off. */
const worthwhile = 0.1;
/** Cuts that have not been binding for so many rounds are forgotten. */
const idleRounds = 10;
/** Stands for minus infinity where weights have no finite limits, in units of the largest return. */
const farBelow = 1e7;

/**
 * Least scenario risk within limits by cutting planes (Kuenzi-Bay and Mayer, Computational aspects of minimizing
 * conditional value-at-risk, 2006): the risk is the largest of finitely many linear functions of the weights, and the
 * dual simplex solves the program of those found so far. Each round adds one that is active between the program's vertex
 * and the best weights so far (in-out separation, Ben-Ameur and Neto, Acceleration of cutting-plane algorithms, 2007) or
 * at the vertex; when the vertex misses none, it is optimal. Finite and exact. CVaR that is not solved by a few cuts is
 * handed to `descendCvar`, whose answer counts only with a proof; without one the cuts go on.
 */
export function minimizeScenarioRisk(problem: ScenarioProblem): ScenarioOutcome {
  const n = problem.limits.min.length;
  const { returns } = problem;
  if (n === 0 || returns.length === 0 || returns.length % n !== 0) {
    throw new InvariantViolation('the returns must be T x n with n as in the limits');
  }
  const crossed = problem.limits.min.findIndex((low, j) => low > problem.limits.max[j]!);
  if (crossed >= 0) {
    const sides = ['min', 'max'] as const;
    return { kind: 'infeasible', conflict: sides.map((side) => ({ kind: 'asset', asset: crossed, side })) };
  }
  const scenarios = new Scenarios(returns, n);
  const measure = new RiskMeasure(problem, scenarios.count);
  const rows = limitRows(problem);
  const scale = scenarios.largest || 1;

  const scaledRows = rows.map(({ coefficients, size, min, max }) => ({
    coefficients: coefficients.map((coefficient) => coefficient / size),
    min: min / size,
    max: max / size,
  }));
  const simplex = programOf(problem, scaledRows);
  const outer = new Float64Array(n);
  const outerPath = new Float64Array(scenarios.count);
  const inner = { risk: Infinity, weights: new Float64Array(n), path: new Float64Array(scenarios.count) };
  const between = new Float64Array(scenarios.count);
  const cuts: Float64Array[] = [];
  const improve = (risk: number, share: number, path: Float64Array): void => {
    if (risk >= inner.risk) return;
    inner.risk = risk;
    inner.path.set(path);
    for (let j = 0; j < n; j++) inner.weights[j] = (1 - share) * outer[j]! + share * inner.weights[j]!;
  };
  /** Adds the linear function that is active in a worst case; returns by how much it exceeds the bound at the vertex. */
  const cutBy = (worstCase: Float64Array, bound: number): number => {
    const gradient = scenarios.gradient(worstCase);
    const cut = new Float64Array(n + 1);
    for (let j = 0; j < n; j++) cut[j] = -gradient[j]! / scale;
    cut[n] = 1;
    simplex.addRow(cut, 0, Infinity);
    cuts.push(worstCase);
    return dot(gradient, outer) - bound;
  };
  const answer = (
    weights: Float64Array,
    risk: number,
    proof: ReturnType<typeof prove>,
    steps: number,
  ): ScenarioSolution => ({
    kind: 'optimal',
    weights,
    risk,
    ...proof,
    relativeGap: (risk - proof.lowerBound) / unitOf(risk, scale),
    primalResidual: missOf(weights, problem.limits, rows),
    cuts: cuts.length,
    pivots: simplex.pivots + steps,
  });
  /** The walk's answer, whatever it is worth: its gap tells. */
  const walk = (): ScenarioSolution | null => {
    const product = (of: Float64Array, into: Float64Array) => scenarios.portfolio(of, into);
    const { most } = measure;
    const { min, max } = problem.limits;
    const start = inner.weights.map((weight, j) => Math.min(max[j]!, Math.max(min[j]!, weight)));
    const tail = measure.worstCase(inner.path);
    const walked = descendCvar({ returns, scale, product, most, min, max, rows: scaledRows }, start, tail);
    if (walked === null) return null;
    const path = new Float64Array(scenarios.count);
    scenarios.portfolio(walked.weights, path);
    const proof = prove(problem, rows, walked.multipliers, walked.scenarioWeights, scenarios);
    return answer(walked.weights, -dot(measure.worstCase(path), path), proof, walked.steps);
  };
  // the least of any risk stands for the bound until the first cut
  for (let tries = 0, lastBound = -Infinity, hasWalked = false; ;) {
    const outcome = simplex.solve();
    if (outcome.kind === 'infeasible') return { kind: 'infeasible', conflict: limitsOf(outcome.conflict, n, rows) };
    if (cuts.length === 1) simplex.rebuild();
    for (let j = 0; j < n; j++) outer[j] = simplex.at(j);
    const bound = simplex.at(n) * scale;
    if (bound > lastBound + 1e-9 * scale) simplex.forgetIdle(rows.length, idleRounds);
    lastBound = bound;
    if (problem.risk.kind === 'cvar' && !hasWalked && cuts.length >= cutsBeforeWalk) {
      hasWalked = true;
      const found = walk();
      if (found && found.relativeGap <= gapGoal && found.primalResidual <= gapGoal) return found;
    }
    scenarios.portfolio(outer, outerPath);
    if (cuts.length > 0 && inner.risk - bound > searchGap * unitOf(inner.risk, scale)) {
      for (let t = 0; t < between.length; t++) between[t] = (1 - inward) * outerPath[t]! + inward * inner.path[t]!;
      const worstCase = measure.worstCase(between);
      improve(-dot(worstCase, between), inward, between);
      if (cutBy(worstCase, bound) > Math.max(noise * scale, worthwhile * (inner.risk - bound))) continue;
    }
    const worstCase = measure.worstCase(outerPath);
    const risk = -dot(worstCase, outerPath);
    improve(risk, 0, outerPath);
    const unit = unitOf(inner.risk, scale);
    const isOver = cuts.length >= mostCuts || outcome.kind === 'stalled';
    if (cuts.length > 0 && (isOver || inner.risk - bound <= searchGap * unit || risk - bound <= noise * scale)) {
      if (simplex.at(n) <= -farBelow) return { kind: 'unbounded' };
      const multipliers = simplex.multipliers();
      const mixed = mixOf(cuts, multipliers.subarray(n + 1 + rows.length));
      const proof = prove(problem, rows, multipliers.subarray(n + 1, n + 1 + rows.length), mixed, scenarios);
      const found = answer(inner.weights, inner.risk, proof, 0);
      if (found.relativeGap <= gapGoal || tries++ >= 5 || cuts.length >= mostCuts) return found;
      simplex.rebuild();
    }
    cutBy(worstCase, bound);
  }
}

/** What a gap is measured in: the risk, or a small part of the largest return where the risk is next to nothing. */
function unitOf(risk: number, scale: number): number {
  return Math.max(Math.abs(risk), 1e-4 * scale);
}

/** Weights, and as the last column the bound on the risk in units of the largest return; no cuts yet. */
function programOf({ limits, risk }: ScenarioProblem, rows: readonly Bounded[]): DualSimplex {
  const n = limits.min.length;
  const costs = new Float64Array(n + 1);
  costs[n] = 1;
  const most = limits.min.reduce((sum, low, j) => sum + Math.max(Math.abs(low), Math.abs(limits.max[j]!)), 0);
  const least = risk.kind === 'cvar' ? -1 - Math.min(most, farBelow) : -1;
  const simplex = new DualSimplex(
    costs,
    Float64Array.of(...limits.min, least),
    Float64Array.of(...limits.max, Infinity),
  );
  for (const { coefficients, min, max } of rows) {
    const row = new Float64Array(n + 1);
    row.set(coefficients);
    simplex.addRow(row, min, max);
  }
  return simplex;
}

/** The risk of given weights, by the same definition. */
export function scenarioRisk(
  problem: Pick<ScenarioProblem, 'returns' | 'risk' | 'probabilities'>,
  weights: Float64Array,
): number {
  const scenarios = new Scenarios(problem.returns, weights.length);
  const path = new Float64Array(scenarios.count);
  scenarios.portfolio(weights, path);
  return -dot(new RiskMeasure(problem, scenarios.count).worstCase(path), path);
}

interface LimitRow {
  readonly coefficients: Float64Array;
  /** Largest coefficient, by which the row is divided. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly limit: (side: 'min' | 'max') => LimitOf;
}

function limitRows({ limits, expectedReturn }: ScenarioProblem): LimitRow[] {
  const n = limits.min.length;
  const sizeOf = (coefficients: Float64Array) =>
    coefficients.reduce((most, coefficient) => Math.max(most, Math.abs(coefficient)), 0) || 1;
  const rows: LimitRow[] = [
    { coefficients: new Float64Array(n).fill(1), size: 1, min: 1, max: 1, limit: () => ({ kind: 'budget' }) },
  ];
  limits.linear.forEach(({ coefficients, min, max }, linear) => {
    const limit = (side: 'min' | 'max'): LimitOf => ({ kind: 'linear', linear, side });
    rows.push({ coefficients, size: sizeOf(coefficients), min, max, limit });
  });
  if (expectedReturn) {
    const { means, atLeast } = expectedReturn;
    const limit = (): LimitOf => ({ kind: 'expected_return' });
    rows.push({ coefficients: means, size: sizeOf(means), min: atLeast, max: Infinity, limit });
  }
  return rows;
}

/** The limits behind variables of the simplex that block each other. */
function limitsOf(
  conflict: readonly { variable: number; side: 'min' | 'max' }[],
  n: number,
  rows: readonly LimitRow[],
): LimitOf[] {
  return conflict.flatMap(({ variable, side }): LimitOf[] => {
    if (variable < n) return [{ kind: 'asset', asset: variable, side }];
    const row = rows[variable - n - 1];
    return row ? [row.limit(side)] : [];
  });
}

/** The worst cases of the cuts, each with the share that its cut has in holding the risk up. */
function mixOf(cuts: readonly Float64Array[], shares: Float64Array): Float64Array {
  const mixed = new Float64Array(cuts[0]!.length);
  cuts.forEach((cut, k) => {
    const share = Math.max(0, shares[k]!);
    if (share > 0) for (let t = 0; t < cut.length; t++) mixed[t]! += share * cut[t]!;
  });
  const total = cuts.reduce((sum, _, k) => sum + Math.max(0, shares[k]!), 0);
  return mixed.map((value) => value / total);
}

/**
 * The lower bound that follows from the data as given and any multipliers (weak duality): with q a worst case, the risk is
 * at least g'w, g = -R'q; what the multipliers of the rows (in units of the largest return) leave of g is answered by the
 * box.
 */
function prove(
  problem: ScenarioProblem,
  rows: readonly LimitRow[],
  multipliers: Float64Array,
  scenarioWeights: Float64Array,
  scenarios: Scenarios,
) {
  const { min, max } = problem.limits;
  const n = min.length;
  const scale = scenarios.largest || 1;
  const left = scenarios.gradient(scenarioWeights);
  const negligible = 1e-12 * scale;
  const binding: { limit: LimitOf; multiplier: number }[] = [];
  let lowerBound = 0;
  const account = (multiplier: number, low: number, high: number, limit: (side: 'min' | 'max') => LimitOf) => {
    const side = multiplier > 0 ? 'min' : 'max';
    const bound = side === 'min' ? low : high;
    if (!Number.isFinite(bound) && Math.abs(multiplier) <= negligible) return;
    if (multiplier !== 0) lowerBound += multiplier * bound;
    if (Math.abs(multiplier) > negligible) binding.push({ limit: limit(side), multiplier });
  };
  rows.forEach((row, i) => {
    const multiplier = (multipliers[i]! * scale) / row.size;
    account(multiplier, row.min, row.max, row.limit);
    for (let j = 0; j < n; j++) left[j]! -= multiplier * row.coefficients[j]!;
  });
  left.forEach((multiplier, asset) =>
    account(multiplier, min[asset]!, max[asset]!, (side) => ({ kind: 'asset', asset, side })),
  );
  return { scenarioWeights, lowerBound, binding };
}

function missOf(weights: Float64Array, { min, max }: Limits, rows: readonly LimitRow[]): number {
  let worst = 0;
  weights.forEach((weight, j) => (worst = Math.max(worst, min[j]! - weight, weight - max[j]!)));
  for (const row of rows) {
    const value = dot(row.coefficients, weights);
    worst = Math.max(worst, (row.min - value) / row.size, (value - row.max) / row.size);
  }
  return worst;
}

/** The T x n returns, kept by rows and by columns, for the two products that the search needs. */
class Scenarios {
  readonly count: number;
  /** Largest return in size. */
  readonly largest: number;
  private readonly byAsset: Float64Array;

  constructor(
    private readonly returns: Float64Array,
    private readonly n: number,
  ) {
    const count = returns.length / n;
    this.count = count;
    this.byAsset = new Float64Array(returns.length);
    let largest = 0;
    for (let t = 0, i = 0; t < count; t++) {
      for (let j = 0; j < n; j++, i++) {
        const value = returns[i]!;
        if (!Number.isFinite(value)) throw new InvariantViolation('a return must be a finite number');
        this.byAsset[j * count + t] = value;
        if (Math.abs(value) > largest) largest = Math.abs(value);
      }
    }
    this.largest = largest;
  }

  /** into = R w, skipping the assets without weight. */
  portfolio(weights: Float64Array, into: Float64Array): void {
    const { byAsset, count } = this;
    const held: number[] = [];
    for (let j = 0; j < weights.length; j++) if (weights[j] !== 0) held.push(j);
    into.fill(0);
    let k = 0;
    for (; k + 4 <= held.length; k += 4) {
      const [a, b, c, d] = [held[k]!, held[k + 1]!, held[k + 2]!, held[k + 3]!];
      const [wa, wb, wc, wd] = [weights[a]!, weights[b]!, weights[c]!, weights[d]!];
      const [ia, ib, ic, id] = [a * count, b * count, c * count, d * count];
      for (let t = 0; t < count; t++) {
        into[t]! += wa * byAsset[ia + t]! + wb * byAsset[ib + t]! + (wc * byAsset[ic + t]! + wd * byAsset[id + t]!);
      }
    }
    for (; k < held.length; k++) {
      const [weight, start] = [weights[held[k]!]!, held[k]! * count];
      for (let t = 0; t < count; t++) into[t]! += weight * byAsset[start + t]!;
    }
  }

  /** -R'q, skipping the periods without weight. */
  gradient(q: Float64Array): Float64Array {
    const { returns, n } = this;
    const sum = new Float64Array(n);
    for (let t = 0; t < q.length; t++) {
      const weight = q[t]!;
      if (weight === 0) continue;
      for (let j = 0, i = t * n; j < n; j++, i++) sum[j]! -= weight * returns[i]!;
    }
    return sum;
  }
}

/** Finds, for the returns of one portfolio, the weights q of the periods with risk = -q'r and risk' >= -q'r' for all r'. */
class RiskMeasure {
  private readonly kind: ScenarioRisk['kind'];
  /** Most weight that a period's loss or drawdown may take, as a share of all. */
  readonly most: Float64Array;
  private readonly order: Int32Array;
  private readonly losses: Float64Array;
  private readonly peakAt: Int32Array;
  /** Where in the order the edge lay last time: close to it next time. */
  private edge = 0;

  constructor({ risk, probabilities }: Pick<ScenarioProblem, 'risk' | 'probabilities'>, count: number) {
    this.kind = risk.kind;
    this.order = Int32Array.from({ length: count }, (_, t) => t);
    this.losses = new Float64Array(count);
    this.peakAt = new Int32Array(count);
    if (risk.kind === 'max_drawdown') {
      this.most = new Float64Array(count).fill(1);
      return;
    }
    const { confidence } = risk;
    if (!(confidence >= 0 && confidence < 1)) throw new InvariantViolation('a confidence must be in [0, 1)');
    if (probabilities && probabilities.length !== count) throw new InvariantViolation('one probability per period');
    this.most = Float64Array.from(this.order, (t) => (probabilities?.[t] ?? 1 / count) / (1 - confidence));
  }

  worstCase(returns: Float64Array): Float64Array {
    const q = new Float64Array(returns.length);
    if (this.kind === 'cvar') {
      for (let t = 0; t < returns.length; t++) this.losses[t] = -returns[t]!;
      this.takeLargest(q);
      return q;
    }
    const { losses, peakAt } = this;
    // the peak before period t lies after period peakAt[t] - 1
    for (let t = 0, sum = 0, peak = 0, at = 0; t < returns.length; t++) {
      sum += returns[t]!;
      if (sum >= peak) [peak, at] = [sum, t + 1];
      losses[t] = peak - sum;
      peakAt[t] = at;
    }
    const shares = new Float64Array(returns.length);
    this.takeLargest(shares);
    // a drawdown of share p counts each of its periods p times
    const starts = new Float64Array(returns.length + 1);
    for (let t = 0; t < q.length; t++) {
      if (peakAt[t]! > t) shares[t] = 0;
      if (shares[t] !== 0) starts[peakAt[t]!]! += shares[t]!;
    }
    for (let t = 0, running = 0; t < q.length; t++) {
      running += starts[t]!;
      q[t] = running;
      running -= shares[t]!;
    }
    return q;
  }

  /** Gives the largest losses as much as they may take until 1 is given out; the one at the edge gets the rest. */
  private takeLargest(shares: Float64Array): void {
    const { order, losses, most } = this;
    let [low, high, left] = [0, order.length - 1, 1];
    let guess = this.edge;
    while (low <= high) {
      // three parts: above the middle value, equal to it, below it
      const middle = losses[order[guess]!]!;
      let [above, equal, below] = [low, low, high];
      let mass = 0;
      while (equal <= below) {
        const t = order[equal]!;
        const loss = losses[t]!;
        if (loss > middle) {
          order[equal++] = order[above]!;
          order[above++] = t;
          mass += most[t]!;
        } else if (loss < middle) {
          order[equal] = order[below]!;
          order[below--] = t;
        } else {
          equal++;
        }
      }
      if (mass > left) {
        high = above - 1;
        guess = (low + high) >> 1;
        continue;
      }
      for (let i = low; i < equal && left > 0; i++) {
        const t = order[i]!;
        shares[t] = Math.min(most[t]!, left);
        left -= shares[t];
        this.edge = i;
      }
      if (left <= 0) return;
      low = equal;
      guess = (low + high) >> 1;
    }
    // rounding of the probabilities' sum may leave a remainder without an owner
  }
}
