import { InvariantViolation } from '../../../shared/errors.js';
import { addTimesSymmetric } from '../../../shared/vectors.js';
import { cholesky, solveLower, solveUpper } from './cholesky.js';
import { DualSimplex } from './dual-simplex.js';
import type { QuadraticProgram, Row } from './program.js';

interface QuadraticMinimum {
  readonly kind: 'minimum';
  readonly x: Float64Array;
  /**
   * Of the rows: the change of the least objective for each unit by which the side rises that the row stands on.
   * Positive at `min`, negative at `max`, of any sign for an equation, 0 between them.
   */
  readonly multipliers: Float64Array;
  /** Slopes of the objective at x that the rows' multipliers leave: 0 but for variables that stand on a limit. */
  readonly reduced: Float64Array;
  readonly iterations: number;
}

export type SearchOutcome = QuadraticMinimum | { readonly kind: 'stalled'; readonly iterations: number };

/** Part of a variable's own curvature that breaks ties; far below what any sample can tell. */
const ridge = 1e-8;
/** Each pass removes the ridge's pull from all but the tied directions; where there is curvature two are enough. */
const mostPasses = 100;
/** What is left of a row or variable beside the working rows, in relation to it, when it follows from them. */
const dependence = 1e-9;
/** Slopes closer than this, for an objective scaled to the size of 1, count as equal. */
const slopeTolerance = 1e-12;
/** Residual of a subspace's optimum that another step cannot lower by much. */
const rounding = 1e-15;
/** A value this close to its limit differs from it by rounding alone. */
const dust = 1e-12;

/** Bits of what a variable can do in an exchange. */
const canTake = 1;
const canGive = 2;

const onMin = -1;
const free = 0;
const onMax = 1;

/**
 * Convex quadratic programs with the same curvature and limits, one after the other: each search starts where the last
 * one ended.
 *
 * Primal active-set method (Nocedal and Wright, Numerical Optimization, 2006, 16.5) that never leaves the limits. The
 * limits of single variables are not rows of the working set but decide which variables are free; the Cholesky factor
 * L of the free ones' curvature, and L⁻¹A' of the working rows, are updated in O(k²) as variables come and go (Givens
 * rotations; Gill, Golub, Murray and Saunders, Methods for modifying matrix factorizations, 1974). With a single row of
 * coefficients ±1, such as a budget, exchanges of two variables at a time first find nearly all limits that will bind
 * (sequential minimal optimization with second-order choice; Fan, Chen and Lin, 2005); otherwise a vertex found by the
 * simplex method is the start.
 *
 * Where the curvature leaves variables undetermined (singular covariance, identical assets), a proximal term picks the
 * ones closest to zero, which treats identical ones alike; it is taken out again pass by pass (Rockafellar, 1976), so
 * that the answer solves the program as given. That also makes it a method for linear programs, H = 0. The objective is
 * scaled to the size of 1, rows to a largest coefficient of 1.
 */
export class QuadraticSearch {
  private iterations = 0;
  private readonly n: number;
  private readonly hessian: Float64Array;
  private readonly min: Float64Array;
  private readonly max: Float64Array;
  private readonly rows: readonly Row[];
  private readonly rowScale: Float64Array;
  private readonly averageCurvature: number;
  /** Everything of the objective is divided by this. */
  private scale = 1;
  private linear: Float64Array;
  private readonly pull: Float64Array;
  private readonly x: Float64Array;
  private readonly centre: Float64Array;
  private readonly place: Int8Array;
  private readonly ways: Uint8Array;
  /** Slopes of the scaled objective, the proximal term included. */
  private readonly slope: Float64Array;
  private readonly freeOnes: Int32Array;
  private k = 0;
  /** Of the free ones' scaled curvature, rows `stride` apart: room for as many as have been free at a time. */
  private factor = new Float64Array(0);
  private stride = 0;
  /** Scaled curvature of each variable, the proximal term included. */
  private readonly diagonal: Float64Array;
  /** Numbers of the working rows, on which side they stand, and L⁻¹A' for each. */
  private working: number[] = [];
  private readonly rowPlace: Int8Array;
  /** In a place of its own for each row, whether it is a working one or is only tried. */
  private readonly images: readonly Float64Array[];
  /** Of the images as they are now; undefined until it is needed again. */
  private orthogonal: { readonly basis: Float64Array[]; readonly triangle: Float64Array } | undefined;
  private readonly lambda: Float64Array;
  /** What the working rows miss of the side on which they stand. */
  private readonly missing: Float64Array;
  private readonly change: Float64Array;
  private readonly direction: Float64Array;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private zeroSteps = 0;
  private readonly isStarted: boolean;

  /** Whether the limits can hold together is judged here: without a feasible point there is no search. */
  static from(program: Omit<QuadraticProgram, 'linear'>): QuadraticSearch | null {
    const search = new QuadraticSearch(program);
    return search.isStarted ? search : null;
  }

  private constructor({ quadratic: hessian, min, max, rows }: Omit<QuadraticProgram, 'linear'>) {
    const n = min.length;
    if (n === 0 || max.length !== n || hessian.length !== n * n) {
      throw new InvariantViolation(`${hessian.length} curvatures for ${n} and ${max.length} limits`);
    }
    this.n = n;
    this.hessian = hessian;
    this.min = min;
    this.max = max;
    this.rowScale = new Float64Array(rows.length);
    this.rows = rows.map((row, at) => {
      if (row.coefficients.length !== n) throw new InvariantViolation('a row needs a coefficient for each variable');
      let largest = 0;
      for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(row.coefficients[i]!));
      this.rowScale[at] = largest || 1;
      if (largest === 1 || largest === 0) return row;
      return {
        coefficients: row.coefficients.map((value) => value / largest),
        min: row.min / largest,
        max: row.max / largest,
      };
    });
    let trace = 0;
    for (let i = 0; i < n; i++) trace += hessian[i * n + i]!;
    this.averageCurvature = trace / n;
    // to allocate each vector takes longer than to solve a small program
    const m = rows.length;
    const room = new Float64Array((8 + m) * n + 3 * m + Math.max(0, m - n));
    let used = 0;
    const vector = (length: number): Float64Array => room.subarray(used, (used += length));
    this.linear = room;
    this.pull = vector(n);
    this.x = vector(n);
    this.centre = vector(n);
    this.slope = vector(n);
    this.diagonal = vector(n);
    this.direction = vector(n);
    this.cosines = vector(Math.max(n, m));
    this.sines = vector(n);
    this.lambda = vector(m);
    this.missing = vector(m);
    this.change = vector(m);
    this.images = rows.map(() => vector(n));
    this.place = new Int8Array(n);
    this.ways = new Uint8Array(n);
    this.freeOnes = new Int32Array(n);
    this.rowPlace = new Int8Array(m);
    this.isStarted = this.start();
  }

  /** The minimum for this q, from where the last search ended. */
  minimise(linear: Float64Array): SearchOutcome {
    this.iterations = 0;
    this.setObjective(linear);
    this.computeSlope();
    if (this.hasSingleBudget()) this.exchange();
    this.refactor();
    this.lambda.fill(0);
    for (let pass = 0; pass < mostPasses; pass++) {
      if (!this.descend()) return { kind: 'stalled', iterations: this.iterations };
      if (this.moveCentre() <= slopeTolerance / 10) break;
    }
    return { kind: 'minimum', x: this.settled(), ...this.multipliers(), iterations: this.iterations };
  }

  private multipliers(): Pick<QuadraticMinimum, 'multipliers' | 'reduced'> {
    const { n, rows, working, lambda, scale } = this;
    const multipliers = new Float64Array(rows.length);
    const reduced = this.slope.slice();
    for (let w = 0; w < working.length; w++) {
      const row = working[w]!;
      const multiplier = lambda[w]!;
      const { coefficients } = rows[row]!;
      multipliers[row] = (multiplier * scale) / this.rowScale[row]!;
      for (let i = 0; i < n; i++) reduced[i]! -= multiplier * coefficients[i]!;
    }
    for (let i = 0; i < n; i++) reduced[i]! *= scale;
    return { multipliers, reduced };
  }

  /** The proximal term pulls to where the search is now; answers the largest slope that it added until then. */
  private moveCentre(): number {
    const { n, pull, x, centre, slope } = this;
    let most = 0;
    for (let i = 0; i < n; i++) {
      const added = pull[i]! * (x[i]! - centre[i]!);
      slope[i]! -= added;
      most = Math.max(most, Math.abs(added));
    }
    centre.set(x);
    return most;
  }

  private setObjective(linear: Float64Array): void {
    const { n, hessian } = this;
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(linear[i]!));
    this.scale = Math.max(this.averageCurvature, largest) || 1;
    this.linear = linear;
    for (let i = 0; i < n; i++) {
      // without any curvature each variable is held alike
      const curvature = this.averageCurvature > 0 ? hessian[i * n + i]! / this.averageCurvature : 1;
      this.pull[i] = ridge * Math.min(1, Math.max(1e-3, curvature));
      this.diagonal[i] = hessian[i * n + i]! / this.scale + this.pull[i]!;
    }
    this.centre.fill(0);
    this.zeroSteps = 0;
  }

  private hasSingleBudget(): boolean {
    const [row] = this.rows;
    if (this.rows.length !== 1 || row!.min !== row!.max) return false;
    const { coefficients } = row!;
    for (let i = 0; i < this.n; i++) if (Math.abs(coefficients[i]!) !== 1) return false;
    return true;
  }

  /** A feasible point with as many free variables as there are working rows; false when there is none. */
  private start(): boolean {
    const { n, min, max, rows, x, place } = this;
    for (let i = 0; i < n; i++) if (min[i]! > max[i]!) return false;
    if (rows.length === 0) {
      x.set(min);
      place.fill(onMin);
      return true;
    }
    if (this.hasSingleBudget()) return this.startOnBudget();
    const simplex = new DualSimplex(new Float64Array(n), min, max);
    for (const { coefficients, min: low, max: high } of rows) simplex.addRow(coefficients, low, high);
    const outcome = simplex.solve();
    if (outcome.kind === 'stalled') throw new InvariantViolation('the simplex method found no start');
    if (outcome.kind === 'infeasible') return false;
    for (let i = 0; i < n; i++) {
      const value = simplex.at(i);
      x[i] = Math.min(max[i]!, Math.max(min[i]!, value));
      place[i] = simplex.isBasic(i) ? free : max[i]! - value < value - min[i]! ? onMax : onMin;
    }
    rows.forEach(({ min: low, max: high }, row) => {
      if (simplex.isBasic(n + row)) return;
      const value = simplex.at(n + row);
      this.working.push(row);
      this.rowPlace[row] = low === high ? free : Math.abs(value - low) <= Math.abs(value - high) ? onMin : onMax;
    });
    return true;
  }

  /** Fills the variables one by one: a vertex whose last one, partly filled, is free. */
  private startOnBudget(): boolean {
    const { n, min, max, x, place } = this;
    const { coefficients, min: budget } = this.rows[0]!;
    let left = budget;
    let size = Math.abs(budget);
    for (let i = 0; i < n; i++) {
      x[i] = coefficients[i]! > 0 ? min[i]! : max[i]!;
      place[i] = coefficients[i]! > 0 ? onMin : onMax;
      left -= coefficients[i]! * x[i]!;
      size += Math.abs(x[i]!);
    }
    const tolerance = 1e-11 * Math.max(1, size);
    if (left < -tolerance) return false;
    let last = -1;
    for (let i = 0; i < n && (last < 0 || left > 0); i++) {
      const room = max[i]! - min[i]!;
      if (room === 0) continue;
      const step = Math.min(room, Math.max(0, left));
      x[i] = coefficients[i]! > 0 ? min[i]! + step : max[i]! - step;
      left -= step;
      if (step === room) {
        x[i] = coefficients[i]! > 0 ? max[i]! : min[i]!;
        place[i] = -place[i]!;
      } else {
        place[i] = free;
        last = i;
      }
    }
    if (left > tolerance) return false;
    // all stand on limits: one of them counts as free, unless none can move
    if (last < 0) {
      for (let i = 0; i < n; i++) if (max[i]! > min[i]!) last = i;
      if (last >= 0) place[last] = free;
    }
    if (last >= 0) this.working.push(0);
    return true;
  }

  /** Exchanges between two variables while they gain much; leaves a feasible point and its places. */
  private exchange(): void {
    const { n, hessian, x, slope, pull, diagonal, ways } = this;
    const { coefficients } = this.rows[0]!;
    const inverse = 1 / this.scale;
    for (let i = 0; i < n; i++) ways[i] = this.waysOf(i);
    const most = 30 + 6 * n;
    for (let step = 0; step < most; step++) {
      // the variable that gains most from more of the budget, and the least that one loses by less of it
      let up = -1;
      let steepest = Infinity;
      let down = -Infinity;
      for (let i = 0; i < n; i++) {
        const steep = coefficients[i]! * slope[i]!;
        if (steep < steepest && (ways[i]! & canTake) !== 0) {
          steepest = steep;
          up = i;
        }
        if (steep > down && (ways[i]! & canGive) !== 0) down = steep;
      }
      if (up < 0 || down - steepest <= exchangeGoal) break;
      const row = up * n;
      const ofUp = diagonal[up]!;
      const a = coefficients[up]!;
      const cross = -2 * a * inverse;
      let other = -1;
      let won = 0;
      let length = 0;
      for (let j = 0; j < n; j++) {
        if ((ways[j]! & canGive) === 0) continue;
        const gain = coefficients[j]! * slope[j]! - steepest;
        if (gain <= 0) continue;
        const best = gain / Math.max(ofUp + diagonal[j]! + cross * coefficients[j]! * hessian[row + j]!, 1e-12);
        if (gain * best > won) {
          won = gain * best;
          other = j;
          length = best;
        }
      }
      if (other < 0) break;
      const b = coefficients[other]!;
      length = Math.min(length, this.roomOf(up, a), this.roomOf(other, -b));
      if (!(length > 0)) break;
      this.moveTo(up, x[up]! + a * length);
      this.moveTo(other, x[other]! - b * length);
      ways[up] = this.waysOf(up);
      ways[other] = this.waysOf(other);
      const column = other * n;
      const p = a * length * inverse;
      const q = -b * length * inverse;
      for (let i = 0; i < n; i++) slope[i]! += p * hessian[row + i]! + q * hessian[column + i]!;
      slope[up]! += pull[up]! * a * length;
      slope[other]! -= pull[other]! * b * length;
    }
    // exchanges drift from the budget by rounding only, which the first step of the descent takes out
    this.placeByValue();
  }

  private roomOf(i: number, direction: number): number {
    return direction > 0 ? this.max[i]! - this.x[i]! : this.x[i]! - this.min[i]!;
  }

  /** Whether a variable can take more of the budget or give some of it back. */
  private waysOf(i: number): number {
    const coefficient = this.rows[0]!.coefficients[i]!;
    return (this.roomOf(i, coefficient) > 0 ? canTake : 0) | (this.roomOf(i, -coefficient) > 0 ? canGive : 0);
  }

  private moveTo(i: number, value: number): void {
    const low = this.min[i]!;
    const high = this.max[i]!;
    const near = dust * Math.max(1, Math.abs(value));
    this.x[i] = value <= low + near ? low : value >= high - near ? high : value;
  }

  private placeByValue(): void {
    const { n, x, min, max, place } = this;
    let [count, kept] = [0, -1];
    for (let i = 0; i < n; i++) {
      if (place[i] === free) kept = i;
      if (min[i] === max[i]) place[i] = onMin;
      else if (x[i]! <= min[i]!) place[i] = onMin;
      else if (x[i]! >= max[i]!) place[i] = onMax;
      else {
        place[i] = free;
        count++;
      }
    }
    if (count === 0 && kept >= 0) place[kept] = free;
  }

  private computeSlope(): void {
    const { n, hessian, x, slope, linear, pull, centre } = this;
    const inverse = 1 / this.scale;
    for (let i = 0; i < n; i++) slope[i] = linear[i]! * inverse + pull[i]! * (x[i]! - centre[i]!);
    addTimesSymmetric(slope, inverse, hessian, x);
  }

  /** The factor and the rows' images for the present places, from scratch. */
  private refactor(): void {
    const { n, hessian, place, freeOnes } = this;
    const inverse = 1 / this.scale;
    this.k = 0;
    for (let i = 0; i < n; i++) if (place[i] === free) freeOnes[this.k++] = i;
    const k = this.k;
    this.makeRoom(k);
    const { factor, stride, diagonal } = this;
    for (let a = 0; a < k; a++) {
      const row = freeOnes[a]! * n;
      for (let b = 0; b < a; b++) factor[a * stride + b] = hessian[row + freeOnes[b]!]! * inverse;
      factor[a * stride + a] = diagonal[freeOnes[a]!]!;
    }
    if (!cholesky(factor, k, stride)) {
      // rounding ate the ridge: the slow way bounds each pivot from below
      this.k = 0;
      for (let f = 0; f < k; f++) this.appendToFactor(freeOnes[f]!);
    }
    for (const row of this.working) this.imageOf(row);
    this.orthogonal = undefined;
  }

  private makeRoom(k: number): void {
    const { factor, stride } = this;
    if (k <= stride) return;
    const wider = Math.min(this.n, k + 8 + (k >> 2));
    const larger = new Float64Array(wider * wider);
    for (let f = 0; f < this.k && f < stride; f++)
      larger.set(factor.subarray(f * stride, f * stride + f + 1), f * wider);
    this.factor = larger;
    this.stride = wider;
  }

  private imageOf(row: number): Float64Array {
    const { coefficients } = this.rows[row]!;
    const image = this.images[row]!;
    for (let f = 0; f < this.k; f++) image[f] = coefficients[this.freeOnes[f]!]!;
    solveLower(this.factor, this.k, this.stride, image);
    return image;
  }

  /** One more row of the factor, for the variable that becomes the last free one. */
  private appendToFactor(i: number): void {
    this.makeRoom(this.k + 1);
    const { n, k, hessian, factor, stride, freeOnes, pull } = this;
    const inverse = 1 / this.scale;
    const [row, column] = [k * stride, i * n];
    let pivot = this.diagonal[i]!;
    for (let f = 0; f < k; f++) {
      const above = f * stride;
      let sum = hessian[column + freeOnes[f]!]! * inverse;
      for (let c = 0; c < f; c++) sum -= factor[row + c]! * factor[above + c]!;
      sum /= factor[above + f]!;
      factor[row + f] = sum;
      pivot -= sum * sum;
    }
    factor[row + k] = Math.sqrt(Math.max(pivot, pull[i]! / 2));
    freeOnes[k] = i;
    this.k++;
  }

  private release(i: number): void {
    const { k } = this;
    this.place[i] = free;
    this.orthogonal = undefined;
    this.appendToFactor(i);
    const { factor, stride } = this;
    for (const row of this.working) {
      const image = this.images[row]!;
      let sum = this.rows[row]!.coefficients[i]!;
      for (let c = 0; c < k; c++) sum -= factor[k * stride + c]! * image[c]!;
      image[k] = sum / factor[k * stride + k]!;
    }
  }

  /** The free variable at that position stands on a limit from now on. */
  private fix(position: number, side: number): void {
    const { factor, stride, freeOnes, cosines, sines } = this;
    const i = freeOnes[position]!;
    this.orthogonal = undefined;
    this.place[i] = side;
    this.x[i] = side === onMin ? this.min[i]! : this.max[i]!;
    const last = --this.k;
    for (let a = position; a < last; a++) {
      freeOnes[a] = freeOnes[a + 1]!;
      const [to, from] = [a * stride, (a + 1) * stride];
      for (let c = 0; c < position; c++) factor[to + c] = factor[from + c]!;
      // each rotation mixes two neighbouring columns; the row's own one makes it triangular again
      let carried = factor[from + position]!;
      for (let c = position; c < a; c++) {
        const [cosine, sine, next] = [cosines[c]!, sines[c]!, factor[from + c + 1]!];
        factor[to + c] = cosine * carried + sine * next;
        carried = cosine * next - sine * carried;
      }
      const next = factor[from + a + 1]!;
      const length = Math.sqrt(carried * carried + next * next);
      cosines[a] = carried / length;
      sines[a] = next / length;
      factor[to + a] = length;
    }
    for (const row of this.working) {
      const image = this.images[row]!;
      let carried = image[position]!;
      for (let c = position; c < last; c++) {
        const next = image[c + 1]!;
        image[c] = cosines[c]! * carried + sines[c]! * next;
        carried = cosines[c]! * next - sines[c]! * carried;
      }
    }
  }

  /**
   * The change of the free variables that leads to the optimum on the working rows, from the slopes that the multipliers
   * leave and from how much each working row is to rise. The multipliers are brought up to date: as only what they miss
   * is solved for, each further call removes rounding errors of the last one.
   */
  private solveSubspace(): void {
    const { k, stride, freeOnes, slope, direction, images, working, lambda, missing, change } = this;
    for (let f = 0; f < k; f++) direction[f] = -slope[freeOnes[f]!]!;
    const m = working.length;
    for (let w = 0; w < m; w++) {
      const { coefficients } = this.rows[working[w]!]!;
      const multiplier = lambda[w]!;
      if (multiplier !== 0) for (let f = 0; f < k; f++) direction[f]! += multiplier * coefficients[freeOnes[f]!]!;
    }
    solveLower(this.factor, k, stride, direction);
    if (m === 1) {
      const image = images[working[0]!]!;
      let own = 0;
      let right = missing[0]!;
      for (let f = 0; f < k; f++) {
        own += image[f]! * image[f]!;
        right -= image[f]! * direction[f]!;
      }
      const step = own > 0 ? right / own : 0;
      lambda[0]! += step;
      for (let f = 0; f < k; f++) direction[f]! += step * image[f]!;
    } else if (m > 1) {
      const { basis, triangle } = this.orthogonalImages();
      for (let w = 0; w < m; w++) {
        const own = triangle[w * m + w]!;
        const axis = basis[w]!;
        // how far to go along this axis for the row to rise by what it misses
        let goal = missing[w]!;
        for (let v = 0; v < w; v++) goal -= triangle[v * m + w]! * change[v]!;
        change[w] = own > 0 ? goal / own : 0;
        let along = 0;
        for (let f = 0; f < k; f++) along += axis[f]! * direction[f]!;
        this.cosines[w] = change[w]! - along;
      }
      for (let w = 0; w < m; w++) {
        const [axis, by] = [basis[w]!, this.cosines[w]!];
        for (let f = 0; f < k; f++) direction[f]! += by * axis[f]!;
      }
      for (let w = m - 1; w >= 0; w--) {
        const own = triangle[w * m + w]!;
        let right = this.cosines[w]!;
        for (let v = w + 1; v < m; v++) right -= triangle[w * m + v]! * change[v]!;
        change[w] = own > 0 ? right / own : 0;
        lambda[w]! += change[w]!;
      }
    }
    solveUpper(this.factor, k, stride, direction);
  }

  /**
   * Orthonormal vectors that span the images of the working rows, and the upper triangle that makes the images of them
   * (Gram and Schmidt, twice over). A row that follows from those before it has a 0 on the diagonal.
   */
  private orthogonalImages(): { basis: Float64Array[]; triangle: Float64Array } {
    if (this.orthogonal) return this.orthogonal;
    const m = this.working.length;
    const triangle = new Float64Array(m * m);
    const basis: Float64Array[] = [];
    this.working.forEach((row, w) => {
      const image = this.images[row]!;
      const { left, parts } = this.beside(image, basis);
      const length = norm(left, this.k);
      for (let v = 0; v < w; v++) triangle[v * m + w] = parts[v]!;
      const own = length > dependence * norm(image, this.k) ? length : 0;
      triangle[w * m + w] = own;
      for (let f = 0; f < this.k; f++) left[f] = own > 0 ? left[f]! / own : 0;
      basis.push(left);
    });
    this.orthogonal = { basis, triangle };
    return this.orthogonal;
  }

  /** What of a vector is at right angles to all of the basis, and its parts along it. */
  private beside(vector: Float64Array, basis: readonly Float64Array[]): { left: Float64Array; parts: Float64Array } {
    const { k } = this;
    const left = vector.slice(0, k);
    const parts = new Float64Array(basis.length);
    for (let time = 0; time < 2; time++) {
      basis.forEach((axis, v) => {
        let along = 0;
        for (let f = 0; f < k; f++) along += axis[f]! * left[f]!;
        parts[v]! += along;
        for (let f = 0; f < k; f++) left[f]! -= along * axis[f]!;
      });
    }
    return { left, parts };
  }

  /** Whether the working rows settle what that image stands for: it can neither change nor be one more condition. */
  private isSettledByRows(image: Float64Array): boolean {
    if (this.working.length === 0) return false;
    const { left } = this.beside(image, this.orthogonalImages().basis);
    return norm(left, this.k) <= dependence * norm(image, this.k);
  }

  private isPinned(position: number): boolean {
    if (this.working.length < 2) return false;
    const image = new Float64Array(this.k);
    image[position] = 1;
    solveLower(this.factor, this.k, this.stride, image);
    return this.isSettledByRows(image);
  }

  private activity(row: number, vector: Float64Array): number {
    const { coefficients } = this.rows[row]!;
    let sum = 0;
    for (let i = 0; i < this.n; i++) sum += coefficients[i]! * vector[i]!;
    return sum;
  }

  private measureMissing(): void {
    for (let w = 0; w < this.working.length; w++) {
      const row = this.working[w]!;
      const { min, max } = this.rows[row]!;
      this.missing[w] = (this.rowPlace[row] === onMax ? max : min) - this.activity(row, this.x);
    }
  }

  /** Runs to the best point for the present centre; false when the steps run out. */
  private descend(): boolean {
    const limit = this.iterations + 100 + 30 * (this.n + this.rows.length);
    while (this.iterations < limit) {
      if (!this.stepAmongFree()) continue;
      if (!this.releaseWorst()) return true;
    }
    return false;
  }

  /**
   * Moves the free variables to their optimum; true when they have arrived, false when a limit stopped them. The slopes
   * are those at x before and after.
   */
  private stepAmongFree(): boolean {
    const { k, freeOnes, x, direction, min, max } = this;
    this.measureMissing();
    let before = Infinity;
    // further steps remove what rounding left of the first ones
    for (let refinement = 0; refinement < 4; refinement++) {
      this.iterations++;
      this.solveSubspace();
      let length = 1;
      let [blocking, blockingRow] = [-1, -1];
      let size = 0;
      for (let f = 0; f < k; f++) size = Math.max(size, Math.abs(direction[f]!));
      // smaller changes are noise, which must not fix the variable that a working row rests on
      const noise = Math.max(1e-12 * size, 1e-17);
      for (let f = 0; f < k; f++) {
        const change = direction[f]!;
        if (Math.abs(change) <= noise) continue;
        const i = freeOnes[f]!;
        const room = change > 0 ? max[i]! - x[i]! : x[i]! - min[i]!;
        if (Math.abs(change) * length > room && !this.isPinned(f)) {
          length = room > 0 ? room / Math.abs(change) : 0;
          blocking = f;
        }
      }
      if (this.rows.length > this.working.length) [length, blockingRow] = this.shortenedByRows(length, size);
      if (k === this.working.length) [length, blocking, blockingRow] = [1, -1, -1];
      const isBlocked = blocking >= 0 || blockingRow >= 0;
      const ofBlocking = blocking >= 0 ? direction[blocking]! : 0;
      for (let f = 0; f < k; f++) {
        const i = freeOnes[f]!;
        x[i] = Math.min(max[i]!, Math.max(min[i]!, x[i]! + length * direction[f]!));
      }
      if (isBlocked) {
        this.zeroSteps = length * size > 1e-15 ? 0 : this.zeroSteps + 1;
        if (blockingRow >= 0) this.engage(blockingRow >> 1, (blockingRow & 1) === 1 ? onMax : onMin);
        else this.fix(blocking, ofBlocking > 0 ? onMax : onMin);
        this.computeSlope();
        return false;
      }
      this.computeSlope();
      this.measureMissing();
      const residual = Math.max(this.residual(), norm(this.missing, this.working.length));
      if (residual <= rounding || residual > before / 4) return true;
      before = residual;
    }
    return true;
  }

  /** Largest slope of a free variable that the working rows' multipliers leave. */
  private residual(): number {
    const { k, freeOnes, slope, lambda, working } = this;
    let worst = 0;
    for (let f = 0; f < k; f++) {
      const i = freeOnes[f]!;
      let value = slope[i]!;
      for (let w = 0; w < working.length; w++) value -= lambda[w]! * this.rows[working[w]!]!.coefficients[i]!;
      worst = Math.max(worst, Math.abs(value));
    }
    return worst;
  }

  /** The step that no other row forbids, and twice the row that does, plus 1 for its upper side; -1 for none. */
  private shortenedByRows(length: number, size: number): [number, number] {
    let blocking = -1;
    for (let row = 0; row < this.rows.length; row++) {
      if (this.working.includes(row)) continue;
      const { coefficients, min, max } = this.rows[row]!;
      let change = 0;
      for (let f = 0; f < this.k; f++) change += coefficients[this.freeOnes[f]!]! * this.direction[f]!;
      if (Math.abs(change) <= 1e-13 * size) continue;
      const value = this.activity(row, this.x);
      const room = change > 0 ? max - value : value - min;
      if (Math.abs(change) * length <= room || this.isSettledByRows(this.imageOf(row))) continue;
      length = room > 0 ? room / Math.abs(change) : 0;
      blocking = 2 * row + (change > 0 ? 1 : 0);
    }
    return [length, blocking];
  }

  private engage(row: number, side: number): void {
    this.rowPlace[row] = this.rows[row]!.min === this.rows[row]!.max ? free : side;
    this.lambda[this.working.length] = 0;
    this.working.push(row);
    this.imageOf(row);
    this.orthogonal = undefined;
  }

  private disengage(w: number): void {
    this.lambda.copyWithin(w, w + 1);
    this.working.splice(w, 1);
    this.orthogonal = undefined;
  }

  /** Lets go of the limit that costs most, of several while that is safe; false when none costs, which is the optimum. */
  private releaseWorst(): boolean {
    const { n, place, slope, min, max, working, lambda, rowPlace } = this;
    // the lowest number first can never lead back to where one was (Bland)
    const bland = this.zeroSteps > 20 + n;
    let [worst, which, row] = [slopeTolerance, -1, -1];
    for (let w = 0; w < working.length; w++) {
      const gain = rowPlace[working[w]!]! * lambda[w]!;
      if (gain > worst && !(bland && row >= 0)) [worst, row] = [gain, w];
    }
    const costs = this.direction;
    for (let i = 0; i < n; i++) {
      costs[i] = 0;
      if (place[i] === free || min[i] === max[i]) continue;
      let value = slope[i]!;
      for (let w = 0; w < working.length; w++) value -= lambda[w]! * this.rows[working[w]!]!.coefficients[i]!;
      const gain = place[i]! * value;
      costs[i] = gain;
      if (gain > worst && !(bland && (which >= 0 || row >= 0))) [worst, which] = [gain, i];
    }
    if (which < 0 && row < 0) return false;
    if (which < 0) {
      this.disengage(row);
      return true;
    }
    this.release(which);
    if (this.iterations > n || this.zeroSteps > 0) return true;
    let left = this.k >> 3;
    for (let i = 0; i < n && left > 0; i++) {
      if (i === which || costs[i]! < worst / 2) continue;
      this.release(i);
      left--;
    }
    return true;
  }

  /** The values, those next to a limit on it, and a single budget met but for rounding: what is left goes to the widest room. */
  private settled(): Float64Array {
    const { n, min, max, rows } = this;
    const x = this.x.slice();
    for (let i = 0; i < n; i++) x[i] = x[i]! - min[i]! <= dust ? min[i]! : max[i]! - x[i]! <= dust ? max[i]! : x[i]!;
    if (rows.length !== 1 || !this.hasSingleBudget()) return x;
    const { coefficients, min: budget } = rows[0]!;
    const left = budget - this.activity(0, x);
    if (Math.abs(left) <= n * Number.EPSILON) return x;
    let [widest, most] = [-1, 0];
    for (let i = 0; i < n; i++) {
      const room = left * coefficients[i]! > 0 ? max[i]! - x[i]! : x[i]! - min[i]!;
      // what stands on a limit has a reason to stand there
      if (this.place[i] === free && room > most) [most, widest] = [room, i];
    }
    if (widest >= 0) {
      x[widest] = Math.min(max[widest]!, Math.max(min[widest]!, x[widest]! + left * coefficients[widest]!));
    }
    return x;
  }
}

/** Pairs whose slopes differ by less than this are left to the active-set method. */
const exchangeGoal = 1e-3;

function norm(vector: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}
