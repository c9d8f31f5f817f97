import { InvariantViolation } from '../../../shared/errors.js';
import { BorderedInverse } from './bordered-inverse.js';

/** In the order of the assets; `covariance` is n*n, row-major, symmetric and positive semi-definite. */
export interface FrontierProblem {
  readonly expectedReturns: Float64Array;
  readonly covariance: Float64Array;
  /** Lowest and highest weight of each asset; weights sum to 1 besides. */
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** A corner of the efficient frontier; between two neighbours the weights are a straight line. */
export interface TurningPoint {
  readonly weights: Float64Array;
  readonly expectedReturn: number;
  readonly volatility: number;
  /** Risk tolerance: the weights minimise `w'Σw / 2 - lambda · μ'w`. The first corner is best for every larger one too. */
  readonly lambda: number;
  /** Assets that are between their limits, or just leaving or reaching one, on the line that ends here. */
  readonly free: readonly number[];
}

export type FrontierOutcome =
  | {
      readonly kind: 'frontier';
      /** From the highest return to the least variance; never empty. */
      readonly turningPoints: readonly TurningPoint[];
      /** Times that an asset became free or reached a limit. */
      readonly steps: number;
      /**
       * True when ties could not be resolved as they stood, so that the corners are those of returns raised by up to
       * 1e-9 of their spread.
       */
      readonly perturbed: boolean;
    }
  | { readonly kind: 'infeasible'; readonly reason: string }
  | { readonly kind: 'unsolved'; readonly reason: string };

/** Limits add up to 1 when they miss it by no more than rounding. */
const budgetTolerance = 1e-12;
/** All of these are for returns and variances scaled to the size of 1. */
const tolerance = { tie: 1e-12, slope: 1e-11, curvature: 1e-12, lambda: 1e-13, optimality: 1e-9, residual: 1e-13 };
const perturbation = 1e-9;

/**
 * The whole efficient frontier under limits on each weight, with all its turning points, from the highest return to the
 * least variance, by Markowitz's critical line algorithm (Markowitz 1956; Niedermayer & Niedermayer, "Applying
 * Markowitz's Critical Line Algorithm", 2010; Bailey & López de Prado, "An Open-Source Implementation of the
 * Critical-Line Algorithm", 2013).
 *
 * One asset enters or leaves the free ones at a time, and the inverse of their block, bordered by the budget, is
 * updated in O(k²), so that a turning point costs O(nk). The optimality conditions are checked at each.
 *
 * Equal highest returns: the first corner is the one of least variance among those of highest return. Where the
 * covariance is singular the last corner is the one of highest return among those of least variance. Assets that are
 * perfect substitutes are used in their order. That the covariance is one is the caller's promise: only what shows on
 * the way is noticed. Sizes that differ or numbers that are not finite throw.
 */
export function criticalLine(problem: FrontierProblem): FrontierOutcome {
  assertShapes(problem);
  const reason = whyInfeasible(problem);
  if (reason !== undefined) return { kind: 'infeasible', reason };
  for (const perturbed of [false, true]) {
    const walk = new Walk(problem, perturbed);
    if (walk.run()) return { kind: 'frontier', turningPoints: walk.turningPoints, steps: walk.steps, perturbed };
  }
  return {
    kind: 'unsolved',
    reason: 'the frontier cannot be followed: the covariance is too close to singular, or not positive semi-definite',
  };
}

function assertShapes({ expectedReturns, covariance, min, max }: FrontierProblem): void {
  const n = expectedReturns.length;
  if (n === 0) throw new InvariantViolation('the frontier of no assets was asked for');
  if (covariance.length !== n * n || min.length !== n || max.length !== n) {
    throw new InvariantViolation(
      `${n} returns, ${covariance.length} covariances, ${min.length} and ${max.length} limits do not belong together`,
    );
  }
  for (const values of [expectedReturns, covariance, min, max]) {
    if (!values.every(Number.isFinite)) throw new InvariantViolation('the frontier needs finite numbers');
  }
}

function whyInfeasible({ min, max }: FrontierProblem): string | undefined {
  const crossed = min.findIndex((low, i) => low > max[i]!);
  if (crossed >= 0) return `the limits of asset ${crossed + 1} cross: ${min[crossed]} to ${max[crossed]}`;
  const lowest = sum(min);
  if (lowest > 1 + budgetTolerance) return `weights must sum to 1, but the lower limits add up to ${lowest}`;
  const highest = sum(max);
  if (highest < 1 - budgetTolerance) return `weights must sum to 1, but the upper limits add up to ${highest}`;
  return undefined;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

const [lower, free, upper] = [-1, 0, 1] as const;

/** One walk along the critical lines, in scaled numbers. */
class Walk {
  readonly turningPoints: TurningPoint[] = [];
  steps = 0;

  private readonly n: number;
  private readonly covariance: Float64Array;
  private readonly returns: Float64Array;
  /** What one unit of scaled risk tolerance is in the caller's numbers. */
  private readonly lambdaUnit: number;
  private readonly place: Int8Array;
  /** Weights of the assets on a limit; stale where an asset is free. */
  private readonly held: Float64Array;
  private heldSum = 0;
  /** Covariance times the weights of the assets on a limit. */
  private readonly heldPull: Float64Array;
  private readonly block: BorderedInverse;
  /** Weight, marginal gain and the budget's multiplier are `at + slope · lambda` on the present line. */
  private readonly weightAt: Float64Array;
  private readonly weightSlope: Float64Array;
  private readonly gainAt: Float64Array;
  private readonly gainSlope: Float64Array;
  private readonly barred: Uint8Array;

  constructor(
    private readonly problem: FrontierProblem,
    perturbed: boolean,
  ) {
    const { covariance, expectedReturns, min } = problem;
    const n = (this.n = expectedReturns.length);
    let trace = 0;
    let [lowest, highest] = [Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      trace += covariance[i * n + i]!;
      lowest = Math.min(lowest, expectedReturns[i]!);
      highest = Math.max(highest, expectedReturns[i]!);
    }
    const variance = trace > 0 ? trace / n : 1;
    const spread = highest > lowest ? highest - lowest : 1;
    this.lambdaUnit = variance / spread;
    // shifting all returns changes no corner, because the weights sum to 1
    this.returns = expectedReturns.map((value) => (value - highest) / spread);
    this.covariance = covariance.map((value) => value / variance);
    if (perturbed) {
      for (let i = 0; i < n; i++) this.returns[i]! += perturbation * (((i + 1) * 0.6180339887498949) % 1);
    }
    this.place = new Int8Array(n).fill(lower);
    this.held = min.slice();
    this.heldPull = new Float64Array(n);
    this.block = new BorderedInverse(this.covariance, n);
    this.weightAt = new Float64Array(n);
    this.weightSlope = new Float64Array(n);
    this.gainAt = new Float64Array(n);
    this.gainSlope = new Float64Array(n);
    this.barred = new Uint8Array(n);
  }

  /** False when the walk got lost. */
  run(): boolean {
    const ties = this.fillToHighestReturn();
    if (this.block.size === 0) {
      this.record(0);
      return true;
    }
    if (ties.length > 1) {
      // among equal returns an infinitesimal preference for the first leads to their least variance
      const preference = new Float64Array(this.n);
      const eligible = new Uint8Array(this.n);
      ties.forEach((asset, rank) => {
        preference[asset] = -rank / ties.length;
        eligible[asset] = 1;
      });
      if (!this.descend(preference, eligible, false)) return false;
    }
    return this.descend(this.returns, new Uint8Array(this.n).fill(1), true);
  }

  /**
   * Raises the assets of highest return until the budget is spent; the last one raised is free. Answers the assets
   * whose return is the same as its own, in their order, and makes these returns equal to the last digit.
   */
  private fillToHighestReturn(): number[] {
    const { min, max } = this.problem;
    const returns = this.returns;
    const order = Array.from({ length: this.n }, (_, i) => i).sort((a, b) => returns[b]! - returns[a]! || a - b);
    let left = 1 - sum(min);
    let marginal: number | undefined;
    for (const i of order) {
      const room = max[i]! - min[i]!;
      if (room <= 0) continue;
      if (left <= budgetTolerance) break;
      marginal = i;
      this.place[i] = upper;
      this.held[i] = max[i]!;
      left -= room;
    }
    if (marginal === undefined) {
      this.weighHeld();
      return [];
    }
    const level = returns[marginal]!;
    this.place[marginal] = free;
    this.weighHeld();
    this.block.start(marginal);
    const ties = order.filter((i) => Math.abs(returns[i]! - level) <= tolerance.tie && max[i]! > min[i]!);
    for (const i of ties) returns[i] = level;
    return ties.sort((a, b) => a - b);
  }

  private weighHeld(): void {
    this.heldPull.fill(0);
    this.heldSum = 0;
    for (let i = 0; i < this.n; i++) if (this.place[i] !== free) this.hold(i, this.held[i]!);
  }

  private hold(asset: number, weight: number): void {
    this.heldSum += weight;
    if (weight === 0) return;
    const row = asset * this.n;
    for (let i = 0; i < this.n; i++) this.heldPull[i]! += weight * this.covariance[row + i]!;
  }

  /** Follows the lines from infinite risk tolerance down to none. */
  private descend(returns: Float64Array, eligible: Uint8Array, recorded: boolean): boolean {
    let lambda = Infinity;
    let standing = 0;
    const most = 100 + 50 * this.n;
    this.barred.fill(0);
    for (let changes = 0; changes < most && standing <= 20 + 2 * this.n;) {
      if (!this.layLine(returns)) return false;
      const next = this.nextEvent(lambda, eligible);
      if (!this.isOptimal(next.lambda, eligible)) return false;
      if (next.asset < 0) {
        if (recorded) this.record(0);
        return true;
      }
      if (this.place[next.asset] !== free) {
        const { isMember, variance } = this.block.join(next.asset, tolerance.curvature);
        // no covariance has a variance below zero
        if (variance < -tolerance.optimality) return false;
        if (!isMember) {
          // a perfect substitute for free assets: it has nothing to add until one of them is gone
          this.barred[next.asset] = 1;
          changes++;
          continue;
        }
      }
      // several events at one lambda are one corner
      const stands = next.lambda >= lambda * (1 - 1e-12);
      if (recorded && !stands) this.record(next.lambda);
      standing = stands ? standing + 1 : 0;
      this.apply(next);
      lambda = next.lambda;
      changes++;
      this.steps++;
    }
    return false;
  }

  /** Weights and marginal gains of the present free assets as functions of lambda; false when rounding has won. */
  private layLine(returns: Float64Array): boolean {
    for (let attempt = 0; attempt < 2; attempt++) {
      const budget = 1 - this.heldSum;
      const { block } = this;
      block.solve(this.heldPull, returns, budget, this.weightAt, this.weightSlope);
      this.weighGains(returns);
      for (let refinement = 0; refinement < 3; refinement++) {
        if (this.residual(budget) <= tolerance.residual) return true;
        block.refine(this.gainAt, this.gainSlope, this.weightAt, this.weightSlope, budget);
        this.weighGains(returns);
      }
      if (this.residual(budget) <= tolerance.optimality / 10) return true;
      if (!block.rebuild(tolerance.curvature)) return false;
    }
    return false;
  }

  private residual(budget: number): number {
    return this.block.residual(this.gainAt, this.gainSlope, this.weightAt, this.weightSlope, budget);
  }

  private weighGains(returns: Float64Array): void {
    const { n, block, covariance, heldPull, weightAt, weightSlope, gainAt, gainSlope } = this;
    const { members, size, multiplierAt, multiplierSlope } = block;
    for (let i = 0; i < n; i++) {
      const row = i * n;
      let at = heldPull[i]! - multiplierAt;
      let slope = -multiplierSlope - returns[i]!;
      for (let p = 0; p < size; p++) {
        const j = members[p]!;
        const value = covariance[row + j]!;
        at += value * weightAt[j]!;
        slope += value * weightSlope[j]!;
      }
      gainAt[i] = at;
      gainSlope[i] = slope;
    }
  }

  /** What happens first as lambda falls: a free asset reaches a limit, or one on a limit starts to pay. */
  private nextEvent(lambda: number, eligible: Uint8Array): LineEvent {
    const { n, place, weightAt, weightSlope, gainAt, gainSlope, barred } = this;
    const { min, max } = this.problem;
    let steepest = 0;
    for (let p = 0; p < this.block.size; p++) {
      steepest = Math.max(steepest, Math.abs(weightSlope[this.block.members[p]!]!));
    }
    let [asset, best, towards] = [-1, tolerance.lambda, free as number];
    for (let i = 0; i < n; i++) {
      // a single free weight is what the others leave
      if (place[i] !== free || this.block.size === 1) continue;
      const slope = weightSlope[i]!;
      if (Math.abs(slope) <= 1e-13 * steepest || slope === 0) continue;
      // lambda falls, so that a positive slope leads downwards
      const reached = Math.min(lambda, ((slope > 0 ? min[i]! : max[i]!) - weightAt[i]!) / slope);
      if (reached > best) [asset, best, towards] = [i, reached, slope > 0 ? lower : upper];
    }
    for (let i = 0; i < n; i++) {
      if (place[i] === free || eligible[i] === 0 || barred[i] === 1 || !(max[i]! > min[i]!)) continue;
      const slope = gainSlope[i]!;
      if (place[i] === lower ? slope <= tolerance.slope : slope >= -tolerance.slope) continue;
      const reached = Math.min(lambda, -gainAt[i]! / slope);
      if (reached > best) [asset, best, towards] = [i, reached, free];
    }
    return { asset, lambda: asset < 0 ? 0 : best, towards };
  }

  /** Karush-Kuhn-Tucker conditions at the end of the present line. */
  private isOptimal(lambda: number, eligible: Uint8Array): boolean {
    const { min, max } = this.problem;
    const slack = tolerance.optimality * (1 + lambda);
    for (let i = 0; i < this.n; i++) {
      if (this.place[i] === free) {
        const weight = this.weightAt[i]! + lambda * this.weightSlope[i]!;
        if (!(weight >= min[i]! - tolerance.optimality && weight <= max[i]! + tolerance.optimality)) return false;
      } else if (eligible[i] === 1 && max[i]! > min[i]!) {
        const gain = this.gainAt[i]! + lambda * this.gainSlope[i]!;
        if (this.place[i] === lower ? !(gain >= -slack) : !(gain <= slack)) return false;
      }
    }
    return true;
  }

  /** The block already holds an asset that enters. */
  private apply({ asset, towards }: LineEvent): void {
    if (towards === free) {
      this.place[asset] = free;
      this.hold(asset, -this.held[asset]!);
    } else {
      this.block.leave(asset);
      this.place[asset] = towards;
      this.held[asset] = towards === lower ? this.problem.min[asset]! : this.problem.max[asset]!;
      this.hold(asset, this.held[asset]);
    }
    this.barred.fill(0);
  }

  private record(lambda: number): void {
    const { n, place } = this;
    const { min, max, covariance, expectedReturns } = this.problem;
    const weights = new Float64Array(n);
    const used: number[] = [];
    const freeAssets: number[] = [];
    let expectedReturn = 0;
    for (let i = 0; i < n; i++) {
      let weight = this.held[i]!;
      if (place[i] === free) {
        freeAssets.push(i);
        weight = Math.min(max[i]!, Math.max(min[i]!, this.weightAt[i]! + lambda * this.weightSlope[i]!));
      }
      weights[i] = weight;
      if (weight !== 0) used.push(i);
      expectedReturn += weight * expectedReturns[i]!;
    }
    this.spendRest(weights, freeAssets);
    let variance = 0;
    for (const i of used) {
      let pull = 0;
      for (const j of used) pull += covariance[i * n + j]! * weights[j]!;
      variance += weights[i]! * pull;
    }
    this.turningPoints.push({
      weights,
      expectedReturn,
      volatility: Math.sqrt(Math.max(0, variance)),
      lambda: lambda * this.lambdaUnit,
      free: freeAssets,
    });
  }

  /** What rounding left of the budget goes to the free asset with most room. */
  private spendRest(weights: Float64Array, freeAssets: readonly number[]): void {
    const { min, max } = this.problem;
    const room = (i: number): number => Math.min(weights[i]! - min[i]!, max[i]! - weights[i]!);
    const widest = freeAssets.reduce((best, i) => (best < 0 || room(i) > room(best) ? i : best), -1);
    if (widest < 0) return;
    const raised = weights[widest]! + (1 - sum(weights));
    weights[widest] = Math.min(max[widest]!, Math.max(min[widest]!, raised));
  }
}

interface LineEvent {
  /** -1 when nothing happens any more. */
  readonly asset: number;
  readonly lambda: number;
  readonly towards: number;
}
