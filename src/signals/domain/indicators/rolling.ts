/**
 * Mean and sum of squared deviations of the last `period` values, in amortised constant time.
 *
 * Nothing is ever subtracted from a running total, so that nothing drifts: a window is the tail of one block of `period`
 * values and the head of the next. Tails are summed up from the back once a block is full, the head grows by Welford's
 * update, and both are joined by Chan, Golub and LeVeque's formula ("Algorithms for computing the sample variance",
 * 1983), which keeps the digits that a sum of squares loses. Equal values give exactly their value and exactly 0.
 */
export class RollingMoments {
  /** Of the tails that begin here, once their block is full; in the block being filled, the values. */
  private readonly tailMean: Float64Array;
  private readonly tailSquares: Float64Array;
  private headMean = 0;
  private headSquares = 0;
  private at = 0;
  private full = false;

  /** Of the window; NaN before `period` values. */
  mean = NaN;
  squares = NaN;

  constructor(private readonly period: number) {
    this.tailMean = new Float64Array(period);
    this.tailSquares = new Float64Array(period);
  }

  push(value: number): void {
    const { period, tailMean, tailSquares } = this;
    const head = this.at + 1;
    const off = value - this.headMean;
    this.headMean += off / head;
    this.headSquares += off * (value - this.headMean);
    tailMean[this.at] = value;
    if (head < period) {
      this.at = head;
      if (!this.full) return;
      const tail = period - head;
      const apart = this.headMean - tailMean[head]!;
      const share = head / period;
      this.mean = tailMean[head]! + apart * share;
      this.squares = tailSquares[head]! + this.headSquares + apart * apart * tail * share;
      return;
    }
    this.mean = this.headMean;
    this.squares = this.headSquares;
    this.closeBlock();
  }

  private closeBlock(): void {
    let mean = 0;
    let squares = 0;
    for (let i = this.period - 1; i >= 0; i--) {
      const value = this.tailMean[i]!;
      const off = value - mean;
      mean += off / (this.period - i);
      squares += off * (value - mean);
      this.tailMean[i] = mean;
      this.tailSquares[i] = squares;
    }
    this.headMean = 0;
    this.headSquares = 0;
    this.at = 0;
    this.full = true;
  }
}

/** Largest of the last `period` values, in amortised constant time, by tails and a head as above. */
export class RollingHighest {
  private readonly tail: Float64Array;
  private head = -Infinity;
  private at = 0;
  private full = false;

  constructor(private readonly period: number) {
    this.tail = new Float64Array(period);
  }

  /** The largest with this value, NaN before `period` values. */
  push(value: number): number {
    const { tail, period } = this;
    if (value > this.head) this.head = value;
    const { head } = this;
    tail[this.at++] = value;
    if (this.at < period) {
      if (!this.full) return NaN;
      const older = tail[this.at]!;
      return older > head ? older : head;
    }
    for (let i = period - 2; i >= 0; i--) if (tail[i + 1]! > tail[i]!) tail[i] = tail[i + 1]!;
    this.head = -Infinity;
    this.at = 0;
    this.full = true;
    return head;
  }
}

/** Sum of all values so far with the rounding error of each addition carried along (Neumaier, 1974). */
export class RunningSum {
  private sum = 0;
  private lost = 0;

  add(value: number): number {
    const next = this.sum + value;
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
    this.sum = next;
    return this.sum + this.lost;
  }
}
