/** A linear function of the weights that is held between two bounds: a row of limits, or the box of one asset. */
export interface Bounded {
  readonly coefficients: Float64Array;
  readonly min: number;
  readonly max: number;
}

export interface CvarProblem {
  /** T x n row-major. */
  readonly returns: Float64Array;
  /** Largest return in size: the walk is in units of it. */
  readonly scale: number;
  /** into = R w. */
  readonly product: (weights: Float64Array, into: Float64Array) => void;
  /** Most that each period may weigh in the worst case: its probability / (1 - confidence). */
  readonly most: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly rows: readonly Bounded[];
}

export interface CvarDescent {
  readonly weights: Float64Array;
  /** Of the periods: the dual solution, which sums to 1 when the descent came to its end. */
  readonly scenarioWeights: Float64Array;
  /** Of the rows. */
  readonly multipliers: Float64Array;
  readonly steps: number;
}

const violation = 1e-12;
const onBound = 1e-12;
const stepsBetweenRefreshes = 150;

/** What a period is to the threshold: its loss below, above, or held at it. */
const [below, above, held] = [0, 1, 2] as const;

/**
 * Walks the vertices of CVaR = least over a of a + sum of most_t max(0, -R_t w - a) within the limits: at each one n + 1
 * functions are held (losses at the threshold a, weights and rows at a bound, and at first the weights of the start where
 * they are; the first row must be the sum of the weights); one whose multiplier is on the wrong side is let go along the steepest edge, and the walk goes on past losses that cross the threshold until the risk would rise
 * again (Barrodale and Roberts, An improved algorithm for discrete L1 linear approximation, 1973; Koenker and d'Orey,
 * Computing regression quantiles, 1987). That is the simplex method with steps over many breakpoints at a time.
 *
 * `start` is within the limits, and `tail` are the weights of the periods in its worst case. Where ties make it go round in circles it gives up after a number of steps: what it answers has to be proven.
 */
export function descendCvar(problem: CvarProblem, start: Float64Array, tail: Float64Array): CvarDescent | null {
  const walk = new Walk(problem, start, tail);
  const most = 200 + 30 * problem.min.length;
  for (; walk.steps < most; walk.steps++) {
    if (walk.sinceRefresh >= stepsBetweenRefreshes && !walk.refresh()) return null;
    const move = walk.steepest();
    if (move === null) {
      if (walk.sinceRefresh === 0) break;
      if (!walk.refresh()) return null;
      continue;
    }
    if (!walk.follow(move)) return null;
  }
  return walk.answer();
}

interface Move {
  /** Which of the held functions is let go, whether it rises, and how fast the risk falls with it. */
  readonly position: number;
  readonly rises: boolean;
  readonly slope: number;
}

class Walk {
  steps = 0;
  sinceRefresh = 0;
  private readonly n: number;
  private readonly size: number;
  private readonly count: number;
  /** The weights and the threshold. */
  private readonly point: Float64Array;
  /** Loss less threshold. */
  private readonly excess: Float64Array;
  private readonly state: Uint8Array;
  /** Gradient of the losses above the threshold and of the threshold itself. */
  private readonly gradient: Float64Array;
  /** Functions that are held: assets, then rows, then periods. */
  private readonly holding: Int32Array;
  private readonly isHeld: Uint8Array;
  /** Inverse of the matrix whose rows are the gradients of the held functions. */
  private readonly inverse: Float64Array;
  private readonly multiplier: Float64Array;
  private readonly direction: Float64Array;
  private readonly change: Float64Array;
  private readonly heap: Int32Array;
  private readonly crossing: Float64Array;

  constructor(
    private readonly problem: CvarProblem,
    start: Float64Array,
    tail: Float64Array,
  ) {
    const { most, min, max, rows } = problem;
    const [n, count] = [min.length, most.length];
    [this.n, this.count, this.size] = [n, count, n + 1];
    this.point = new Float64Array(n + 1);
    this.point.set(start);
    this.excess = new Float64Array(count);
    this.state = new Uint8Array(count);
    this.gradient = new Float64Array(n + 1);
    this.inverse = new Float64Array((n + 1) ** 2);
    this.multiplier = new Float64Array(n + 1);
    this.direction = new Float64Array(n + 1);
    this.change = new Float64Array(count);
    this.heap = new Int32Array(count);
    this.crossing = new Float64Array(count);
    this.isHeld = new Uint8Array(n + rows.length + count);
    // the threshold is the smallest loss of the tail
    this.losses();
    let edge = -1;
    for (let t = 0; t < count; t++) {
      if (tail[t] === 0) continue;
      this.state[t] = above;
      if (edge < 0 || this.excess[t]! < this.excess[edge]!) edge = t;
    }
    this.point[n] = this.excess[edge]!;
    this.state[edge] = held;
    // the first row, which is the sum of the weights, makes up for one asset: that with the most room
    let spare = 0;
    const room = (j: number) => Math.min(start[j]! - min[j]!, max[j]! - start[j]!);
    for (let j = 1; j < n; j++) if (room(j) > room(spare)) spare = j;
    this.holding = Int32Array.from({ length: n + 1 }, (_, j) => (j === spare ? n : j));
    this.holding[n] = n + rows.length + edge;
    for (const item of this.holding) this.isHeld[item] = 1;
    this.sinceRefresh = stepsBetweenRefreshes;
  }

  /** Losses less the threshold at the point. */
  private losses(): void {
    const { n, point, excess } = this;
    this.problem.product(point.subarray(0, n), excess);
    const threshold = point[n]!;
    const unit = 1 / this.problem.scale;
    for (let t = 0; t < this.count; t++) excess[t] = -excess[t]! * unit - threshold;
  }

  private writeGradient(item: number, into: Float64Array): void {
    const { n, problem } = this;
    into.fill(0);
    const row = item - n;
    if (row < 0) {
      into[item] = 1;
    } else if (row < problem.rows.length) {
      into.set(problem.rows[row]!.coefficients);
    } else {
      const at = (row - problem.rows.length) * n;
      for (let j = 0; j < n; j++) into[j] = -problem.returns[at + j]! / problem.scale;
      into[n] = -1;
    }
  }

  private boundsOf(item: number): readonly [number, number] {
    const { n, problem } = this;
    if (item < n) return [problem.min[item]!, problem.max[item]!];
    const row = problem.rows[item - n];
    return row ? [row.min, row.max] : [0, 0];
  }

  private valueOf(item: number): number {
    const { n, problem, point } = this;
    if (item < n) return point[item]!;
    const { coefficients } = problem.rows[item - n]!;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += coefficients[j]! * point[j]!;
    return sum;
  }

  /** The bound that an asset or row stands on; null when it is merely kept where it is. */
  private standsOn(item: number): 'low' | 'high' | null {
    const [low, high] = this.boundsOf(item);
    const value = this.valueOf(item);
    const near = onBound * Math.max(1, Math.abs(value));
    if (value - low <= near) return high - value < value - low ? 'high' : 'low';
    return high - value <= near ? 'high' : null;
  }

  private isPeriod(item: number): boolean {
    return item >= this.n + this.problem.rows.length;
  }

  /** Everything anew from what is held, without the rounding errors of the steps; false when that is singular. */
  refresh(): boolean {
    const { size, holding, inverse, point, problem, n } = this;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    holding.forEach((item, row) => {
      this.writeGradient(item, matrix.subarray(row * size, (row + 1) * size));
      if (this.isPeriod(item)) return;
      const side = this.standsOn(item);
      right[row] = side === null ? this.valueOf(item) : this.boundsOf(item)[side === 'low' ? 0 : 1];
    });
    if (!invert(matrix, size, inverse)) return false;
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += inverse[k * size + i]! * right[i]!;
      point[k] = sum;
    }
    this.losses();
    const { gradient, state, excess } = this;
    gradient.fill(0);
    gradient[n] = 1;
    for (let t = 0; t < this.count; t++) {
      if (state[t] === held) {
        excess[t] = 0;
        continue;
      }
      if (Math.abs(excess[t]!) > 1e-12) state[t] = excess[t]! > 0 ? above : below;
      if (state[t] === above) this.addPeriod(t, problem.most[t]!);
    }
    this.sinceRefresh = 0;
    return true;
  }

  private addPeriod(t: number, factor: number): void {
    const { n, gradient, problem } = this;
    const scaled = factor / problem.scale;
    for (let j = 0, at = t * n; j < n; j++, at++) gradient[j]! -= scaled * problem.returns[at]!;
    gradient[n]! -= factor;
  }

  /** The held function whose release lowers the risk fastest for the length of the way; null at the optimum. */
  steepest(): Move | null {
    const { size, inverse, gradient, multiplier, holding, problem } = this;
    const lengths = new Float64Array(size);
    multiplier.fill(0);
    for (let k = 0; k < size; k++) {
      const factor = gradient[k]!;
      for (let i = 0, at = k * size; i < size; i++, at++) {
        const value = inverse[at]!;
        multiplier[i]! += factor * value;
        lengths[i]! += value * value;
      }
    }
    let best: Move | null = null;
    let steepness = 0;
    for (let i = 0; i < size; i++) {
      const item = holding[i]!;
      const y = multiplier[i]!;
      const rises = y < 0;
      let slope = Math.abs(y);
      if (this.isPeriod(item)) {
        // above the threshold the loss counts itself
        const most = problem.most[item - this.n - problem.rows.length]!;
        slope = rises ? slope - most : slope;
      } else {
        const [low, high] = this.boundsOf(item);
        const side = this.standsOn(item);
        if (low === high || (side !== null && rises !== (side === 'low'))) continue;
      }
      if (slope <= violation) continue;
      const rate = (slope * slope) / lengths[i]!;
      if (rate > steepness) [steepness, best] = [rate, { position: i, rises, slope }];
    }
    return best;
  }

  /** Goes along the edge to where the risk is least; false when it falls for ever or the way is too flat to be trusted. */
  follow({ position, rises, slope }: Move): boolean {
    const { n, size, inverse, direction, change, point, excess, state, holding, problem, count } = this;
    const sign = rises ? 1 : -1;
    for (let k = 0; k < size; k++) direction[k] = sign * inverse[k * size + position]!;
    problem.product(direction.subarray(0, n), change);
    const ofThreshold = direction[n]!;
    const unit = 1 / problem.scale;
    const { crossing, heap } = this;
    const leaving = holding[position]!;
    const firstPeriod = n + problem.rows.length;
    let { length, item: entering } = this.firstLimit(leaving);
    let waiting = 0;
    for (let t = 0; t < count; t++) {
      const moves = -change[t]! * unit - ofThreshold;
      change[t] = moves;
      if (state[t] === below ? moves > 1e-11 : state[t] === above && moves < -1e-11) {
        const way = Math.max(0, -excess[t]! / moves);
        if (way > length) continue;
        crossing[t] = way;
        heap[waiting++] = t;
      }
    }
    for (let i = (waiting >> 1) - 1; i >= 0; i--) sift(heap, crossing, i, waiting);
    const crossed: number[] = [];
    let steepness = slope;
    while (waiting > 0) {
      const t = heap[0]!;
      if (crossing[t]! > length) break;
      steepness -= problem.most[t]! * Math.abs(change[t]!);
      if (steepness <= 0) {
        [length, entering] = [crossing[t]!, firstPeriod + t];
        break;
      }
      crossed.push(t);
      heap[0] = heap[--waiting]!;
      sift(heap, crossing, 0, waiting);
    }
    if (entering < 0) return false;
    for (let k = 0; k < size; k++) point[k]! += length * direction[k]!;
    for (let t = 0; t < count; t++) excess[t]! += length * change[t]!;
    for (const t of crossed) this.cross(t, state[t] === below);
    if (this.isPeriod(leaving)) {
      const t = leaving - firstPeriod;
      state[t] = below;
      if (rises) this.cross(t, true);
    }
    this.isHeld[leaving] = 0;
    if (entering !== leaving) {
      if (this.isPeriod(entering)) {
        const t = entering - firstPeriod;
        if (state[t] === above) this.cross(t, false);
        state[t] = held;
        excess[t] = 0;
      }
      if (!this.exchange(position, entering)) return false;
    }
    this.isHeld[entering] = 1;
    this.sinceRefresh++;
    return true;
  }

  private cross(t: number, upwards: boolean): void {
    this.state[t] = upwards ? above : below;
    this.addPeriod(t, upwards ? this.problem.most[t]! : -this.problem.most[t]!);
  }

  /** The limit that is met first on the way, which may be the other bound of the one that was let go. */
  private firstLimit(leaving: number): { length: number; item: number } {
    const { n, problem, direction } = this;
    let [length, item] = [Infinity, -1];
    for (let other = 0; other < n + problem.rows.length; other++) {
      if (this.isHeld[other] === 1 && other !== leaving) continue;
      let rate = 0;
      if (other < n) rate = direction[other]!;
      else for (let j = 0; j < n; j++) rate += problem.rows[other - n]!.coefficients[j]! * direction[j]!;
      if (Math.abs(rate) < 1e-11) continue;
      const [low, high] = this.boundsOf(other);
      const bound = rate > 0 ? high : low;
      if (!Number.isFinite(bound)) continue;
      const way = Math.max(0, (bound - this.valueOf(other)) / rate);
      if (way < length) [length, item] = [way, other];
    }
    return { length, item };
  }

  private exchange(position: number, entering: number): boolean {
    const { size, inverse } = this;
    const row = new Float64Array(size);
    this.writeGradient(entering, row);
    const inHeld = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const factor = row[k]!;
      if (factor !== 0) for (let i = 0, at = k * size; i < size; i++, at++) inHeld[i]! += factor * inverse[at]!;
    }
    const pivot = inHeld[position]!;
    if (Math.abs(pivot) < 1e-11) return false;
    for (let k = 0, at = 0; k < size; k++, at += size) {
      const factor = inverse[at + position]! / pivot;
      if (factor === 0) continue;
      for (let i = 0; i < size; i++) inverse[at + i]! -= factor * inHeld[i]!;
      inverse[at + position] = factor;
    }
    this.holding[position] = entering;
    return true;
  }

  answer(): CvarDescent {
    const { n, problem, state, holding, multiplier, count, steps } = this;
    const scenarioWeights = new Float64Array(count);
    for (let t = 0; t < count; t++) if (state[t] === above) scenarioWeights[t] = problem.most[t]!;
    const multipliers = new Float64Array(problem.rows.length);
    holding.forEach((item, i) => {
      const row = item - n;
      if (this.isPeriod(item)) {
        const t = row - problem.rows.length;
        scenarioWeights[t] = Math.min(problem.most[t]!, Math.max(0, -multiplier[i]!));
      } else if (row >= 0) {
        multipliers[row] = multiplier[i]!;
      }
    });
    // what is held at a bound stands on it exactly, and rounding carries nothing beyond one
    const weights = this.point.slice(0, n);
    weights.forEach((weight, j) => {
      const [low, high] = this.boundsOf(j);
      const side = this.isHeld[j] === 1 ? this.standsOn(j) : null;
      weights[j] = side === null ? Math.min(high, Math.max(low, weight)) : side === 'low' ? low : high;
    });
    return { weights, scenarioWeights, multipliers, steps };
  }
}

function sift(heap: Int32Array, keys: Float64Array, from: number, count: number): void {
  const item = heap[from]!;
  const key = keys[item]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && keys[heap[child + 1]!]! < keys[heap[child]!]!) child++;
    if (keys[heap[child]!]! >= key) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}

/** Gauss-Jordan with row pivots; `matrix` is used up. False when it is singular to working precision. */
function invert(matrix: Float64Array, size: number, into: Float64Array): boolean {
  into.fill(0);
  for (let i = 0; i < size; i++) into[i * size + i] = 1;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(matrix[i * size + column]!) > Math.abs(matrix[pivot * size + column]!)) pivot = i;
    }
    const value = matrix[pivot * size + column]!;
    if (Math.abs(value) < 1e-12) return false;
    for (const side of [matrix, into]) {
      for (let k = 0; k < size; k++) {
        const [a, b] = [column * size + k, pivot * size + k];
        const kept = side[a]!;
        side[a] = side[b]! / value;
        if (a !== b) side[b] = kept;
      }
    }
    for (let i = 0; i < size; i++) {
      const factor = matrix[i * size + column]!;
      if (i === column || factor === 0) continue;
      for (let k = column; k < size; k++) matrix[i * size + k]! -= factor * matrix[column * size + k]!;
      for (let k = 0; k < size; k++) into[i * size + k]! -= factor * into[column * size + k]!;
    }
  }
  return true;
}
