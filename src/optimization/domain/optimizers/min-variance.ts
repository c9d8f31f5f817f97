import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { averageVariance } from '../certificate.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import type { OptimizerOutcome } from './optimizer.js';

/** Part of an asset's own variance that breaks ties; far below what any sample can tell. */
const ridge = 1e-10;
/** Marginal variances closer than this share of the largest variance count as equal. */
const gradientTolerance = 1e-12;
/** Each pass removes the ridge's pull from all but the tied directions; two leave nothing above rounding. */
const passes = 3;
/** A weight this close to its limit differs from it by rounding alone. */
const dust = 1e-12;

/**
 * Weights with the smallest variance within their limits. Ignores expected returns on purpose: it stays usable when
 * they cannot be trusted.
 *
 * Primal active-set method for the convex quadratic program (Nocedal and Wright, Numerical Optimization, 2006, 16.5),
 * started from the point that lies equally far along every asset's band. Where the covariance leaves weights
 * undetermined (fewer observations than assets, identical assets), a proximal term picks the ones closest to zero,
 * which treats identical assets alike; it is taken out again pass by pass (Rockafellar, 1976), so the answer solves
 * the problem as given. Limits are met exactly, the budget within rounding.
 */
export const minVariance = {
  id: 'minVariance' as const,
  version: 1,
  solve(problem: OptimizationProblem): OptimizerOutcome {
    const search = new ActiveSetSearch(problem);
    for (let pass = 0; pass < passes; pass++) {
      if (!search.descend()) {
        return {
          kind: 'infeasible',
          reason: `no convergence after ${search.iterations} steps of the active-set method`,
        };
      }
      search.recentre();
    }
    return { kind: 'solved', weights: search.weightsOnBudget(), iterations: search.iterations };
  },
};

type Place = 'free' | 'lower' | 'upper';

/** One search: weights, which of them stand on a limit, and the point the proximal term pulls towards. */
class ActiveSetSearch {
  iterations = 0;
  private readonly n: number;
  private readonly min: readonly number[];
  private readonly max: readonly number[];
  private readonly covariance: Matrix;
  private readonly pull: readonly number[];
  private readonly tolerance: number;
  private readonly place: Place[];
  private weights: number[];
  private centre: number[];

  constructor(problem: OptimizationProblem) {
    this.n = problem.assets.length;
    this.min = problem.constraints.min;
    this.max = problem.constraints.max;
    // the search runs on a covariance whose average variance is 1, so that no step depends on the scale
    const scale = averageVariance(problem.covariance) || 1;
    this.covariance = Matrix.div(problem.covariance, scale);
    const variances = this.covariance.diagonal();
    this.pull = variances.map((variance) => ridge * Math.min(1, Math.max(1e-3, variance)));
    this.tolerance = gradientTolerance * Math.max(1, ...variances);
    this.weights = this.startingWeights();
    this.centre = new Array<number>(this.n).fill(0);
    this.place = this.weights.map((_, i) => (this.max[i]! > this.min[i]! ? 'free' : 'lower'));
  }

  /** Runs to the best point for the present centre; false when the steps run out. */
  descend(): boolean {
    const limit = this.iterations + 50 + 20 * this.n;
    while (this.iterations < limit) {
      this.iterations++;
      if (!this.stepAmongFree()) continue;
      if (!this.releaseWorst()) return true;
    }
    return false;
  }

  recentre(): void {
    this.centre = [...this.weights];
  }

  /** Weights whose sum is 1 but for rounding, those next to a limit on it; the remainder goes where most room is. */
  weightsOnBudget(): number[] {
    const weights = this.weights.map((weight, i) => this.snapped(weight, i));
    const remainder = 1 - total(weights);
    if (Math.abs(remainder) <= this.n * Number.EPSILON) return weights;
    const room = weights.map((weight, i) => (remainder > 0 ? this.max[i]! - weight : weight - this.min[i]!));
    const widest = room.indexOf(Math.max(...room));
    weights[widest] = this.clamp(weights[widest]! + remainder, widest);
    return weights;
  }

  private snapped(weight: number, i: number): number {
    if (weight - this.min[i]! <= dust) return this.min[i]!;
    return this.max[i]! - weight <= dust ? this.max[i]! : weight;
  }

  private startingWeights(): number[] {
    const lowest = this.min.reduce((sum, value) => sum + value, 0);
    const span = this.max.reduce((sum, value) => sum + value, 0) - lowest;
    const share = span > 0 ? Math.min(1, Math.max(0, (1 - lowest) / span)) : 0;
    return this.min.map((low, i) => this.clamp(low + share * (this.max[i]! - low), i));
  }

  private clamp(weight: number, i: number): number {
    return Math.min(this.max[i]!, Math.max(this.min[i]!, weight));
  }

  private gradient(): number[] {
    return this.weights.map((weight, i) => {
      let value = this.pull[i]! * (weight - this.centre[i]!);
      for (let j = 0; j < this.n; j++) value += this.covariance.get(i, j) * this.weights[j]!;
      return value;
    });
  }

  private freeAssets(): number[] {
    return this.place.flatMap((place, i) => (place === 'free' ? [i] : []));
  }

  /** Moves the free weights towards their optimum; true when they have arrived, false when a limit stopped them. */
  private stepAmongFree(): boolean {
    const free = this.freeAssets();
    if (free.length < 2) return true;
    // the second step removes what rounding left of the first
    for (let refinement = 0; refinement < 2; refinement++) {
      const direction = this.newtonDirection(free);
      const { length, blocking } = this.longestStep(free, direction);
      free.forEach((i, k) => (this.weights[i] = this.clamp(this.weights[i]! + length * direction[k]!, i)));
      if (blocking !== undefined) {
        const upwards = direction[free.indexOf(blocking)]! > 0;
        this.place[blocking] = upwards ? 'upper' : 'lower';
        this.weights[blocking] = upwards ? this.max[blocking]! : this.min[blocking]!;
        return false;
      }
    }
    return true;
  }

  /** Solves the free weights' equality-constrained problem: the change that sums to zero and levels their gradients. */
  private newtonDirection(free: readonly number[]): number[] {
    const gradient = this.gradient();
    const hessian = this.covariance.selection([...free], [...free]);
    free.forEach((i, k) => hessian.set(k, k, hessian.get(k, k) + this.pull[i]!));
    const solution = new CholeskyDecomposition(hessian).solve(new Matrix(free.map((i) => [1, -gradient[i]!])));
    const ones = solution.getColumn(0);
    const descent = solution.getColumn(1);
    const level = -total(descent) / total(ones);
    return descent.map((value, k) => value + level * ones[k]!);
  }

  private longestStep(free: readonly number[], direction: readonly number[]): { length: number; blocking?: number } {
    let length = 1;
    let blocking: number | undefined;
    free.forEach((i, k) => {
      const change = direction[k]!;
      if (change === 0) return;
      const room = change > 0 ? this.max[i]! - this.weights[i]! : this.weights[i]! - this.min[i]!;
      if (Math.abs(change) * length > room) {
        length = Math.max(0, room / Math.abs(change));
        blocking = i;
      }
    });
    return blocking === undefined ? { length } : { length, blocking };
  }

  /** Frees the weight that gains most from leaving its limit; false when none gains, which is the optimum. */
  private releaseWorst(): boolean {
    const gradient = this.gradient();
    const free = this.freeAssets();
    const movable = (i: number) => this.max[i]! > this.min[i]!;
    const onLower = this.place.flatMap((place, i) => (place === 'lower' && movable(i) ? [i] : []));
    const onUpper = this.place.flatMap((place, i) => (place === 'upper' && movable(i) ? [i] : []));
    const cheapest = best(onLower, (i) => -gradient[i]!);
    const dearest = best(onUpper, (i) => gradient[i]!);

    if (free.length === 0) {
      // nothing is free to give way, so one weight has to fall for another to rise
      if (cheapest === undefined || dearest === undefined) return false;
      if (gradient[dearest]! - gradient[cheapest]! <= this.tolerance) return false;
      this.place[cheapest] = this.place[dearest] = 'free';
      return true;
    }
    const level = total(free.map((i) => gradient[i]!)) / free.length;
    const gainOfRising = cheapest === undefined ? 0 : level - gradient[cheapest]!;
    const gainOfFalling = dearest === undefined ? 0 : gradient[dearest]! - level;
    if (Math.max(gainOfRising, gainOfFalling) <= this.tolerance) return false;
    this.place[gainOfRising >= gainOfFalling ? cheapest! : dearest!] = 'free';
    return true;
  }
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function best(candidates: readonly number[], score: (i: number) => number): number | undefined {
  return candidates.reduce<number | undefined>(
    (winner, i) => (winner === undefined || score(i) > score(winner) ? i : winner),
    undefined,
  );
}
