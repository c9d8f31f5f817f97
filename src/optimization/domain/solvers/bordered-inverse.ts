/**
 * Inverse of the covariance block of some free assets bordered by the budget, `[[0, 1'], [1, Σ_F]]`, kept up to date
 * in O(k²) as assets join and leave (block inversion by the Schur complement). It exists even where the block itself is
 * singular, as long as no change of weights that sums to zero is free of risk.
 */
export class BorderedInverse {
  size = 0;
  /** Assets of the rows 1 to `size`, in that order. */
  readonly members: Int32Array;
  /** The budget's multiplier is `multiplierAt + multiplierSlope · lambda`, as `solve` left it. */
  multiplierAt = 0;
  multiplierSlope = 0;

  private readonly stride: number;
  /** Row and column 0 belong to the budget. */
  private readonly inverse: Float64Array;
  private readonly column: Float64Array;
  private readonly solved: Float64Array;

  /** `covariance` is n*n, row-major, and may change only between `start` and the next one. */
  constructor(
    private readonly covariance: Float64Array,
    private readonly n: number,
  ) {
    this.stride = n + 1;
    this.inverse = new Float64Array(this.stride * this.stride);
    this.members = new Int32Array(n);
    this.column = new Float64Array(this.stride);
    this.solved = new Float64Array(this.stride);
  }

  /** Makes `asset` the only member. */
  start(asset: number): void {
    const { inverse, stride } = this;
    this.size = 1;
    this.members[0] = asset;
    inverse[0] = -this.covariance[asset * this.n + asset]!;
    inverse[1] = inverse[stride] = 1;
    inverse[stride + 1] = 0;
  }

  /**
   * Adds `asset`, unless its variance beyond what the members can imitate is at most `curvature` times the larger of
   * its own and 1, so that the inverse would not exist: then nothing changes. Answers that variance; it is never below
   * zero, but for rounding, where the covariance is positive semi-definite.
   */
  join(asset: number, curvature: number): { readonly isMember: boolean; readonly variance: number } {
    const { inverse, stride, size, members, column, solved, covariance, n } = this;
    const row = asset * n;
    column[0] = 1;
    for (let p = 0; p < size; p++) column[p + 1] = covariance[row + members[p]!]!;
    const own = covariance[row + asset]!;
    let complement = own;
    for (let p = 0; p <= size; p++) {
      const at = p * stride;
      let value = 0;
      for (let q = 0; q <= size; q++) value += inverse[at + q]! * column[q]!;
      solved[p] = value;
      complement -= value * column[p]!;
    }
    // little is left of large terms: the same number from the changes of weight themselves has its digits
    if (complement < 1e-4 * own) complement = this.varianceBeyond(asset);
    if (!(complement > curvature * Math.max(1, own))) return { isMember: false, variance: complement };
    const last = size + 1;
    for (let p = 0; p <= size; p++) {
      const at = p * stride;
      const factor = solved[p]! / complement;
      for (let q = 0; q <= size; q++) inverse[at + q]! += factor * solved[q]!;
      inverse[at + last] = inverse[last * stride + p] = -factor;
    }
    inverse[last * stride + last] = 1 / complement;
    members[size] = asset;
    this.size = last;
    return { isMember: true, variance: complement };
  }

  /** Variance of holding one of `asset` against what imitates it best, which `join` has just solved for. */
  private varianceBeyond(asset: number): number {
    const { size, members, solved, covariance, n } = this;
    const rowOf = (p: number): number => (p < size ? members[p]! : asset) * n;
    const held = (p: number): number => (p < size ? -solved[p + 1]! : 1);
    let variance = 0;
    for (let p = 0; p <= size; p++) {
      const row = rowOf(p);
      let pull = covariance[row + asset]!;
      for (let q = 0; q < size; q++) pull -= covariance[row + members[q]!]! * solved[q + 1]!;
      variance += held(p) * pull;
    }
    return variance;
  }

  /** Removes a member whose weight can move; there must be another. */
  leave(asset: number): void {
    const { inverse, stride, size, members, column } = this;
    const gone = members.indexOf(asset) + 1;
    const pivot = inverse[gone * stride + gone]!;
    for (let q = 0; q <= size; q++) column[q] = inverse[gone * stride + q]!;
    for (let p = 0; p <= size; p++) {
      const at = p * stride;
      const factor = column[p]! / pivot;
      for (let q = 0; q <= size; q++) inverse[at + q]! -= factor * column[q]!;
    }
    // the last takes the free place
    for (let q = 0; q <= size; q++) inverse[gone * stride + q] = inverse[size * stride + q]!;
    for (let p = 0; p <= size; p++) inverse[p * stride + gone] = inverse[p * stride + size]!;
    members[gone - 1] = members[size - 1]!;
    this.size = size - 1;
  }

  /** Computes the inverse anew, which removes the rounding of many updates; false when it does not exist. */
  rebuild(curvature: number): boolean {
    const assets = this.members.slice(0, this.size);
    this.start(assets[0]!);
    for (let p = 1; p < assets.length; p++) if (!this.join(assets[p]!, curvature).isMember) return false;
    return true;
  }

  /**
   * The members' weights `at + slope · lambda` that minimise `w'Σw / 2 - lambda · returns'w` when they share `budget`
   * and `pull` is what the weights of all others add to `Σw`; written at the members' places of `at` and `slope`.
   */
  solve(pull: Float64Array, returns: Float64Array, budget: number, at: Float64Array, slope: Float64Array): void {
    const { inverse, stride, size, members } = this;
    let [multiplierAt, multiplierSlope] = [-inverse[0]! * budget, 0];
    for (let p = 0; p < size; p++) {
      const row = (p + 1) * stride;
      let weight = inverse[row]! * budget;
      let tilt = 0;
      for (let q = 0; q < size; q++) {
        const value = inverse[row + q + 1]!;
        const j = members[q]!;
        weight -= value * pull[j]!;
        tilt += value * returns[j]!;
      }
      const i = members[p]!;
      at[i] = weight;
      slope[i] = tilt;
      multiplierAt += inverse[row]! * pull[i]!;
      multiplierSlope -= inverse[row]! * returns[i]!;
    }
    this.multiplierAt = multiplierAt;
    this.multiplierSlope = multiplierSlope;
  }

  /**
   * Largest marginal gain among the members, which should all be zero, or miss of the budget; in relation to the
   * largest weight or slope where that is above 1.
   */
  residual(
    gainAt: Float64Array,
    gainSlope: Float64Array,
    at: Float64Array,
    slope: Float64Array,
    budget: number,
  ): number {
    let [ofAt, ofSlope, total] = [0, 0, 0];
    let [largest, steepest] = [1, 1];
    for (let p = 0; p < this.size; p++) {
      const i = this.members[p]!;
      ofAt = Math.max(ofAt, Math.abs(gainAt[i]!));
      ofSlope = Math.max(ofSlope, Math.abs(gainSlope[i]!));
      largest = Math.max(largest, Math.abs(at[i]!));
      steepest = Math.max(steepest, Math.abs(slope[i]!));
      total += at[i]!;
    }
    return Math.max(ofAt / largest, ofSlope / steepest, Math.abs(total - budget) / largest);
  }

  /** One step of iterative refinement of what `solve` wrote, from the marginal gains that it left. */
  refine(gainAt: Float64Array, gainSlope: Float64Array, at: Float64Array, slope: Float64Array, budget: number): void {
    const { inverse, stride, size, members } = this;
    let [missing, drift] = [budget, 0];
    for (let p = 0; p < size; p++) {
      missing -= at[members[p]!]!;
      drift -= slope[members[p]!]!;
    }
    for (let p = 0; p <= size; p++) {
      const row = p * stride;
      let change = inverse[row]! * missing;
      let tilt = inverse[row]! * drift;
      for (let q = 0; q < size; q++) {
        const value = inverse[row + q + 1]!;
        change -= value * gainAt[members[q]!]!;
        tilt -= value * gainSlope[members[q]!]!;
      }
      if (p === 0) {
        this.multiplierAt -= change;
        this.multiplierSlope -= tilt;
      } else {
        at[members[p - 1]!]! += change;
        slope[members[p - 1]!]! += tilt;
      }
    }
  }
}
