import { InvariantViolation } from '../../../shared/errors.js';

/** Numbers below this are rounding noise of rows whose coefficients are at most 1 in size. */
const feasibility = 1e-11;
const smallestPivot = 1e-9;
/** A pivot below this on a dictionary that has seen many pivots may be noise: it is computed afresh first. */
const doubtfulPivot = 1e-6;
const pivotsBetweenRebuilds = 200;
/** So many steps without any gain of the objective, then the rule that cannot cycle takes over. */
const patience = 60;

export type SimplexOutcome =
  | { readonly kind: 'optimal' }
  /** The variables whose bounds of these sides cannot hold together. */
  | { readonly kind: 'infeasible'; readonly conflict: readonly { variable: number; side: 'min' | 'max' }[] }
  | { readonly kind: 'stalled' };

/**
 * Least c'x over lower <= x <= upper and rows lower <= a'x <= upper that may be added between solutions: the dual
 * simplex method for bounded variables with the bound-flipping ratio test (Koberstein, The dual simplex method, 2005,
 * ch. 3) on a dense dictionary, which suits few columns and rows that come one by one. Each solution starts from the
 * last one, which a new row leaves dual feasible. Bland's rule guards against cycles, and the dictionary is computed
 * afresh from the rows as given when many pivots may have blurred it.
 *
 * Columns are numbered 0..columns-1, the value of row i is variable columns + i. The start needs dual feasibility: a
 * column with a positive cost needs a lower bound, one with a negative cost an upper bound.
 */
export class DualSimplex {
  pivots = 0;
  private readonly columns: number;
  private readonly rows: Float64Array[] = [];
  /** Of all variables: the columns, then the rows. */
  private lower: Float64Array;
  private upper: Float64Array;
  private value: Float64Array;
  private readonly costs: Float64Array;
  /** Variable of each column of the dictionary, and the reduced cost of that variable. */
  private readonly nonbasic: Int32Array;
  private readonly reduced: Float64Array;
  /** Variable of each row of the dictionary. */
  private readonly basic: number[] = [];
  /** For how many calls of `forgetIdle` each variable has been basic. */
  private readonly idle: number[] = [];
  /** Basic = dictionary * nonbasic, row-major. */
  private dictionary: Float64Array;
  private sinceRebuild = 0;
  /** Work space of the ratio test: columns that may enter, their ratios, those that flip, and by how much they move. */
  private readonly candidates: Int32Array;
  private readonly ratios: Float64Array;
  private readonly flipped: number[] = [];
  private readonly changes: Float64Array;

  constructor(costs: Float64Array, lower: Float64Array, upper: Float64Array) {
    this.columns = costs.length;
    this.costs = costs;
    this.lower = enlarged(lower, this.columns + 64);
    this.upper = enlarged(upper, this.columns + 64);
    this.nonbasic = Int32Array.from(costs, (_, j) => j);
    this.reduced = Float64Array.from(costs);
    this.candidates = new Int32Array(this.columns);
    this.ratios = new Float64Array(this.columns);
    this.changes = new Float64Array(this.columns);
    this.dictionary = new Float64Array(64 * this.columns);
    this.value = new Float64Array(this.columns + 64);
    for (let j = 0; j < this.columns; j++) this.value[j] = this.restingValue(j, costs[j]!);
    const dualFeasible = costs.every((cost, j) => cost === 0 || Number.isFinite(cost > 0 ? lower[j]! : upper[j]!));
    if (!dualFeasible) throw new InvariantViolation('the start of the simplex has no finite bound');
  }

  /** Returns the number of the row. Coefficients should be at most about 1 in size. */
  addRow(coefficients: Float64Array, lower: number, upper: number): number {
    const index = this.rows.length;
    const variable = this.columns + index;
    this.rows.push(coefficients);
    if (variable >= this.value.length) {
      this.lower = enlarged(this.lower, 2 * variable);
      this.upper = enlarged(this.upper, 2 * variable);
      this.value = enlarged(this.value, 2 * variable);
    }
    this.lower[variable] = lower;
    this.upper[variable] = upper;
    this.appendBasic(variable);
    this.value[variable] = this.activity(index);
    return index;
  }

  /**
   * Forgets rows from that number on that have not been binding for so many calls of this; their multipliers are 0.
   * To be called only while the objective grows, or rows could be forgotten and added again for ever.
   */
  forgetIdle(firstRow: number, calls: number): void {
    const { columns, basic, idle, dictionary } = this;
    for (const variable of this.nonbasic) idle[variable] = 0;
    let kept = 0;
    for (let i = 0; i < basic.length; i++) {
      const variable = basic[i]!;
      idle[variable] = (idle[variable] ?? 0) + 1;
      if (variable >= columns + firstRow && idle[variable] > calls) continue;
      if (kept !== i) dictionary.copyWithin(kept * columns, i * columns, (i + 1) * columns);
      basic[kept++] = variable;
    }
    basic.length = kept;
  }

  /** Value of column j. */
  at(j: number): number {
    return this.value[j]!;
  }

  /** Whether a column, or the row with number columns + i, lies between its bounds or only happens to stand on one. */
  isBasic(variable: number): boolean {
    return this.basic.includes(variable);
  }

  /** Change of the least objective for one unit more of the bound that variable stands on; 0 where it stands on none. */
  multipliers(): Float64Array {
    const all = new Float64Array(this.columns + this.rows.length);
    this.nonbasic.forEach((variable, c) => (all[variable] = this.reduced[c]!));
    return all;
  }

  solve(): SimplexOutcome {
    let withoutGain = 0;
    const most = 2_000 + 50 * (this.columns + this.rows.length);
    for (let step = 0; step < most; step++) {
      if (this.sinceRebuild >= pivotsBetweenRebuilds) this.rebuild();
      const bland = withoutGain > patience;
      const row = this.leaving(bland);
      if (row < 0) return { kind: 'optimal' };
      const column = this.entering(row, bland);
      if (column < 0 || Math.abs(this.dictionary[row * this.columns + column]!) < doubtfulPivot) {
        if (this.sinceRebuild > 0) {
          this.rebuild();
          continue;
        }
        if (column < 0) return { kind: 'infeasible', conflict: this.blocking(row) };
      }
      const gain = Math.abs(this.reduced[column]!);
      withoutGain = gain > 1e-13 ? 0 : withoutGain + 1;
      this.step(row, column);
    }
    return { kind: 'stalled' };
  }

  /** The dictionary from the rows as given: same basis, without the rounding errors of earlier pivots. */
  rebuild(): void {
    const columns = this.columns;
    const target = new Set(this.nonbasic);
    const live = [...this.basic, ...this.nonbasic].filter((variable) => variable >= columns).sort((a, b) => a - b);
    const wasValue = Float64Array.from(this.value);
    this.basic.length = 0;
    for (let j = 0; j < columns; j++) this.nonbasic[j] = j;
    this.reduced.set(this.costs);
    for (const variable of live) this.appendBasic(variable);
    // rows that shall become nonbasic, and columns that shall become basic; the largest pivot first
    const rowsIn = new Set<number>();
    this.basic.forEach((variable, i) => target.has(variable) && rowsIn.add(i));
    const columnsOut = new Set<number>();
    this.nonbasic.forEach((variable, c) => !target.has(variable) && columnsOut.add(c));
    while (rowsIn.size > 0) {
      let [best, row, column] = [0, -1, -1];
      for (const i of rowsIn) {
        for (const c of columnsOut) {
          const size = Math.abs(this.dictionary[i * columns + c]!);
          if (size > best) [best, row, column] = [size, i, c];
        }
      }
      // a basis that is singular to working precision keeps what could not be exchanged
      if (best < 1e-13) break;
      this.exchange(row, column);
      rowsIn.delete(row);
      columnsOut.delete(column);
    }
    this.sinceRebuild = 0;
    for (let c = 0; c < columns; c++) {
      const variable = this.nonbasic[c]!;
      this.value[variable] = this.restingValue(variable, this.reduced[c]!, wasValue[variable]);
    }
    this.refreshBasicValues();
  }

  /** Where a nonbasic variable stands: at the bound its reduced cost asks for, else at the nearest one. */
  private restingValue(variable: number, reducedCost: number, near = 0): number {
    const [low, high] = [this.lower[variable]!, this.upper[variable]!];
    if (reducedCost > feasibility && Number.isFinite(low)) return low;
    if (reducedCost < -feasibility && Number.isFinite(high)) return high;
    if (!Number.isFinite(low) && !Number.isFinite(high)) return 0;
    return Math.abs(near - low) <= Math.abs(near - high) ? low : high;
  }

  private activity(row: number): number {
    const coefficients = this.rows[row]!;
    let sum = 0;
    for (let j = 0; j < this.columns; j++) sum += coefficients[j]! * this.value[j]!;
    return sum;
  }

  /** Writes a row in terms of the variables that are nonbasic now. */
  private appendBasic(variable: number): void {
    const columns = this.columns;
    const at = this.basic.length;
    this.basic.push(variable);
    if (this.basic.length * columns > this.dictionary.length) {
      this.dictionary = enlarged(this.dictionary, 2 * this.dictionary.length);
    }
    const dictionary = this.dictionary;
    const coefficients = this.rows[variable - columns]!;
    dictionary.fill(0, at * columns, (at + 1) * columns);
    for (let c = 0; c < columns; c++) {
      const structural = this.nonbasic[c]!;
      if (structural < columns) dictionary[at * columns + c] = coefficients[structural]!;
    }
    for (let i = 0; i < at; i++) {
      const structural = this.basic[i]!;
      const factor = structural < columns ? coefficients[structural]! : 0;
      if (factor === 0) continue;
      for (let c = 0; c < columns; c++) dictionary[at * columns + c]! += factor * dictionary[i * columns + c]!;
    }
  }

  private refreshBasicValues(): void {
    const columns = this.columns;
    this.basic.forEach((variable, i) => {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += this.dictionary[i * columns + c]! * this.value[this.nonbasic[c]!]!;
      this.value[variable] = sum;
    });
  }

  /** Signed: positive below the lower bound, negative above the upper one, 0 within. */
  private miss(variable: number): number {
    const value = this.value[variable]!;
    const [low, high] = [this.lower[variable]!, this.upper[variable]!];
    if (value < low - feasibility * Math.max(1, Math.abs(low))) return low - value;
    if (value > high + feasibility * Math.max(1, Math.abs(high))) return high - value;
    return 0;
  }

  /**
   * The row with the largest miss for the length of its dictionary row, which is how far the vertex is cut off (steepest
   * edge, Forrest and Goldfarb, 1992; rows that miss are few, so that their lengths need no updating).
   */
  private leaving(bland: boolean): number {
    const columns = this.columns;
    let [worst, row] = [0, -1];
    for (let i = 0; i < this.basic.length; i++) {
      const miss = this.miss(this.basic[i]!);
      if (miss === 0) continue;
      if (bland) {
        if (row < 0 || this.basic[i]! < this.basic[row]!) row = i;
        continue;
      }
      let length = 1e-30;
      for (let at = i * columns; at < (i + 1) * columns; at++) length += this.dictionary[at]! * this.dictionary[at]!;
      const depth = (miss * miss) / length;
      if (depth > worst) [worst, row] = [depth, i];
    }
    return row;
  }

  /** Whether moving that nonbasic variable can lower the miss of the row (direction +1: the row must rise). */
  private helps(column: number, coefficient: number, direction: number): boolean {
    if (Math.abs(coefficient) < smallestPivot) return false;
    const variable = this.nonbasic[column]!;
    const [low, high, value] = [this.lower[variable]!, this.upper[variable]!, this.value[variable]!];
    if (low === high) return false;
    const rises = coefficient * direction > 0;
    return rises ? value < high : value > low;
  }

  /**
   * Passes the bounds of variables that cannot make up for the miss alone (they flip), and returns the column to enter.
   */
  private entering(row: number, bland: boolean): number {
    const { columns, candidates, ratios, dictionary } = this;
    const start = row * columns;
    const miss = this.miss(this.basic[row]!);
    const direction = Math.sign(miss);
    this.flipped.length = 0;
    let count = 0;
    for (let c = 0; c < columns; c++) {
      if (!this.helps(c, dictionary[start + c]!, direction)) continue;
      candidates[count++] = c;
      ratios[c] = Math.abs(this.reduced[c]! / dictionary[start + c]!);
    }
    if (count === 0) return -1;
    let left = Math.abs(miss);
    for (let passed = 0; ; passed++) {
      // the next one, which the rest of the candidates follows
      let next = passed;
      for (let i = passed + 1; i < count; i++) if (ratios[candidates[i]!]! < ratios[candidates[next]!]!) next = i;
      const limit = ratios[candidates[next]!]! + (bland ? 0 : 1e-13);
      for (let i = passed; i < count; i++) {
        const [c, best] = [candidates[i]!, candidates[next]!];
        if (ratios[c]! > limit) continue;
        const better = bland
          ? this.nonbasic[c]! < this.nonbasic[best]!
          : Math.abs(dictionary[start + c]!) > Math.abs(dictionary[start + best]!);
        if (better) next = i;
      }
      const column = candidates[next]!;
      const variable = this.nonbasic[column]!;
      const room = Math.abs(dictionary[start + column]!) * (this.upper[variable]! - this.lower[variable]!);
      if (bland || passed === count - 1 || !(left - room > 0)) return column;
      left -= room;
      this.flipped.push(column);
      candidates[next] = candidates[passed]!;
      candidates[passed] = column;
    }
  }

  private step(row: number, column: number): void {
    const variable = this.basic[row]!;
    const columns = this.columns;
    const { value, dictionary, flipped, changes } = this;
    const bound = this.miss(variable) > 0 ? this.lower[variable]! : this.upper[variable]!;
    let miss = bound - value[variable]!;
    for (const c of flipped) {
      const flipping = this.nonbasic[c]!;
      const other = value[flipping] === this.lower[flipping]! ? this.upper[flipping]! : this.lower[flipping]!;
      changes[c] = other - value[flipping]!;
      value[flipping] = other;
      miss -= dictionary[row * columns + c]! * changes[c];
    }
    changes[column] = miss / dictionary[row * columns + column]!;
    value[this.nonbasic[column]!]! += changes[column];
    flipped.push(column);
    for (let i = 0; i < this.basic.length; i++) {
      let sum = 0;
      for (let k = 0; k < flipped.length; k++) sum += dictionary[i * columns + flipped[k]!]! * changes[flipped[k]!]!;
      value[this.basic[i]!]! += sum;
    }
    value[variable] = bound;
    this.exchange(row, column);
    this.pivots++;
    this.sinceRebuild++;
  }

  /** The variable of that row becomes nonbasic, that of the column basic. */
  private exchange(row: number, column: number): void {
    const columns = this.columns;
    const dictionary = this.dictionary;
    const start = row * columns;
    const inverse = 1 / dictionary[start + column]!;
    for (let c = 0; c < columns; c++) dictionary[start + c] = -dictionary[start + c]! * inverse;
    dictionary[start + column] = inverse;
    for (let i = 0; i < this.basic.length; i++) {
      if (i === row) continue;
      const at = i * columns;
      const factor = dictionary[at + column]!;
      if (factor === 0) continue;
      dictionary[at + column] = 0;
      let c = 0;
      for (; c + 3 < columns; c += 4) {
        const [to, from] = [at + c, start + c];
        dictionary[to]! += factor * dictionary[from]!;
        dictionary[to + 1]! += factor * dictionary[from + 1]!;
        dictionary[to + 2]! += factor * dictionary[from + 2]!;
        dictionary[to + 3]! += factor * dictionary[from + 3]!;
      }
      for (; c < columns; c++) dictionary[at + c]! += factor * dictionary[start + c]!;
    }
    const cost = this.reduced[column]!;
    if (cost !== 0) {
      this.reduced[column] = 0;
      for (let c = 0; c < columns; c++) this.reduced[c]! += cost * dictionary[start + c]!;
    }
    const leaving = this.basic[row]!;
    this.basic[row] = this.nonbasic[column]!;
    this.nonbasic[column] = leaving;
  }

  /** The row that cannot be satisfied and the bounds that hold it back (Farkas). */
  private blocking(row: number): { variable: number; side: 'min' | 'max' }[] {
    const start = row * this.columns;
    const rises = this.miss(this.basic[row]!) > 0;
    const conflict: { variable: number; side: 'min' | 'max' }[] = [
      { variable: this.basic[row]!, side: rises ? 'min' : 'max' },
    ];
    this.nonbasic.forEach((variable, c) => {
      const coefficient = this.dictionary[start + c]!;
      if (Math.abs(coefficient) < smallestPivot) return;
      conflict.push({ variable, side: coefficient > 0 === rises ? 'max' : 'min' });
    });
    return conflict;
  }
}

function enlarged(array: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
