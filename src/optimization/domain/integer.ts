import { InvariantViolation } from '../../shared/errors.js';

/** The best weights under box limits, each in the order of the assets; null when no weights respect them. */
export type BoxSolver = (
  min: Float64Array,
  max: Float64Array,
) => { readonly weights: Float64Array; readonly objective: number } | null;

/** An asset is held with at least its minimum position or not at all, and no more than `mostAssets` are held. */
export interface PositionRules {
  /** What they are called where something cannot hold. */
  readonly assets: readonly string[];
  /** Lowest and highest weight of each asset, none of them negative. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly minimumPosition: Float64Array;
  readonly mostAssets: number;
}

export type PositionOutcome =
  | {
      readonly kind: 'solved';
      readonly weights: Float64Array;
      readonly objective: number;
      /** No allowed weights have an objective below this. */
      readonly bound: number;
      /** True when the bound says that nothing better exists, but for rounding. */
      readonly proven: boolean;
      /** Continuous problems that were solved. */
      readonly solved: number;
    }
  | { readonly kind: 'infeasible'; readonly reason: string }
  /** The budget of problems ended before any allowed weights were found. */
  | { readonly kind: 'undecided'; readonly reason: string; readonly bound: number };

/** Weights up to this are none. */
export const nothingHeld = 1e-9;
/** Objectives this close, in relation to the larger one, are the same. */
const sameObjective = 1e-9;
const defaultBudget = 4_000;

const [undecided, held, excluded] = [0, 1, 2] as const;

interface Node {
  readonly choices: Uint8Array;
  readonly weights: Float64Array;
  readonly bound: number;
}

/**
 * The best allowed weights by branch and bound (Land & Doig 1960): each asset is decided to be held or not, and what is
 * undecided may take any weight from nothing to its limit, which bounds from below what the decisions below can reach
 * (Bienstock, "Computational study of a family of mixed-integer quadratic programming problems", 1996).
 *
 * `solve` minimises any convex objective under all other limits. The search is best first and the same for the same
 * input; it ends when nothing better can exist, or after `budget` continuous problems, with the bound that stands then.
 */
export function solvePositions(solve: BoxSolver, rules: PositionRules, budget = defaultBudget): PositionOutcome {
  assertRules(rules);
  const reason = whyNoneAllowed(rules);
  if (reason !== undefined) return { kind: 'infeasible', reason };
  const search = new PositionSearch(solve, rules, budget);
  return search.run();
}

function assertRules({ assets, min, max, minimumPosition, mostAssets }: PositionRules): void {
  const n = min.length;
  if (assets.length !== n || max.length !== n || minimumPosition.length !== n) {
    throw new InvariantViolation(
      `${n}, ${max.length} and ${minimumPosition.length} limits of ${assets.length} assets do not belong together`,
    );
  }
  if (!Number.isInteger(mostAssets) || mostAssets < 1) {
    throw new InvariantViolation(`at most ${mostAssets} assets were asked for`);
  }
  for (let i = 0; i < n; i++) {
    if (!(min[i]! >= 0 && minimumPosition[i]! >= 0 && max[i]! >= min[i]!)) {
      throw new InvariantViolation(
        `${assets[i]}: positions from ${min[i]} to ${max[i]}, at least ${minimumPosition[i]}: not in 0 and rising`,
      );
    }
  }
}

function whyNoneAllowed({ assets, min, max, minimumPosition, mostAssets }: PositionRules): string | undefined {
  const forced = min.filter((low) => low > nothingHeld).length;
  if (forced > mostAssets) return `${forced} assets have a lower limit above 0, but at most ${mostAssets} may be held`;
  const tooSmall = min.findIndex((low, i) => low > nothingHeld && minimumPosition[i]! > max[i]!);
  if (tooSmall >= 0) {
    return `${assets[tooSmall]} must be held, but its minimum position of ${minimumPosition[tooSmall]} is above its upper limit of ${max[tooSmall]}`;
  }
  const reachable = max
    .filter((high, i) => high >= minimumPosition[i]!)
    .sort()
    .slice(-mostAssets)
    .reduce((sum, high) => sum + high, 0);
  if (reachable < 1 - nothingHeld) {
    return `weights must sum to 1, but the ${Math.min(mostAssets, min.length)} widest upper limits add up to ${reachable}`;
  }
  return undefined;
}

class PositionSearch {
  private readonly n: number;
  private readonly open: Node[] = [];
  /** Assets that were held alone, and whether that was possible. */
  private readonly tried = new Map<string, boolean>();
  private best: { readonly weights: Float64Array; readonly objective: number } | null = null;
  private solved = 0;

  constructor(
    private readonly solve: BoxSolver,
    private readonly rules: PositionRules,
    private readonly budget: number,
  ) {
    this.n = rules.min.length;
  }

  run(): PositionOutcome {
    const choices = new Uint8Array(this.n);
    for (let i = 0; i < this.n; i++) {
      if (this.rules.min[i]! > nothingHeld) choices[i] = held;
      else if (this.rules.max[i]! < Math.max(nothingHeld, this.rules.minimumPosition[i]!)) choices[i] = excluded;
    }
    if (countOf(choices, held) === this.rules.mostAssets) excludeRest(choices);
    const root = this.relax(choices);
    if (!root) return { kind: 'infeasible', reason: 'no weights respect the limits, even without minimum positions' };
    this.consider(root);
    while (this.open.length > 0 && this.solved < this.budget) {
      const node = this.open.shift()!;
      if (!this.isPromising(node.bound)) {
        // the first is the lowest
        this.open.length = 0;
        break;
      }
      this.branch(node);
    }
    const bound = this.open.reduce((lowest, node) => Math.min(lowest, node.bound), this.best?.objective ?? Infinity);
    if (!this.best) {
      return this.open.length === 0
        ? { kind: 'infeasible', reason: 'no weights respect the limits together with the minimum positions' }
        : { kind: 'undecided', reason: `no allowed weights were found in ${this.solved} problems`, bound };
    }
    const proven = !this.isPromising(bound);
    return { kind: 'solved', ...this.best, bound, proven, solved: this.solved };
  }

  private branch(node: Node): void {
    // the largest undecided weight: leaving it out costs most, so that bounds rise soonest
    let widest = -1;
    for (let i = 0; i < this.n; i++) {
      if (node.choices[i] === undecided && (widest < 0 || node.weights[i]! > node.weights[widest]!)) widest = i;
    }
    if (widest < 0) return;
    for (const choice of [held, excluded]) {
      const choices = node.choices.slice();
      choices[widest] = choice;
      if (choice === held && countOf(choices, held) === this.rules.mostAssets) excludeRest(choices);
      const child = this.relax(choices);
      if (child) this.consider(child);
    }
  }

  /** Keeps a node open when better weights may lie below it, and tries the allowed weights next to its own. */
  private consider(node: Node): void {
    if (!this.isPromising(node.bound)) return;
    const { minimumPosition, mostAssets } = this.rules;
    const used = [...node.weights.keys()].filter((i) => node.choices[i] === held || node.weights[i]! > nothingHeld);
    const isAllowed =
      used.length <= mostAssets && used.every((i) => node.weights[i]! >= minimumPosition[i]! - nothingHeld);
    const chosen = isAllowed
      ? used
      : used
          .sort(
            (a, b) =>
              Number(node.choices[b] === held) - Number(node.choices[a] === held) ||
              node.weights[b]! - node.weights[a]! ||
              a - b,
          )
          .slice(0, mostAssets)
          .filter((i) => node.choices[i] === held || node.weights[i]! >= minimumPosition[i]! / 2);
    const reached = this.tryHolding(chosen);
    // where its own weights are allowed nothing below can be better
    if (isAllowed && reached) return;
    const at = this.open.findIndex(({ bound }) => bound > node.bound);
    this.open.splice(at < 0 ? this.open.length : at, 0, node);
  }

  /** Solves for exactly these assets; true when that gave allowed weights. */
  private tryHolding(assets: readonly number[]): boolean {
    const choices = new Uint8Array(this.n).fill(excluded);
    for (const i of assets) choices[i] = held;
    const key = choices.join('');
    const known = this.tried.get(key);
    if (known !== undefined) return known;
    const found = this.relax(choices);
    this.tried.set(key, found !== null);
    if (found && (!this.best || found.bound < this.best.objective)) {
      this.best = { weights: found.weights, objective: found.bound };
    }
    return found !== null;
  }

  private relax(choices: Uint8Array): Node | null {
    const { min, max, minimumPosition } = this.rules;
    this.solved++;
    const found = this.solve(
      min.map((low, i) => (choices[i] === held ? Math.max(low, minimumPosition[i]!) : low)),
      max.map((high, i) => (choices[i] === excluded ? 0 : high)),
    );
    return found && { choices, weights: found.weights, bound: found.objective };
  }

  private isPromising(bound: number): boolean {
    if (!this.best) return true;
    const { objective } = this.best;
    return bound < objective - sameObjective * Math.max(Math.abs(objective), Math.abs(bound));
  }
}

const countOf = (choices: Uint8Array, wanted: number): number => choices.filter((choice) => choice === wanted).length;

function excludeRest(choices: Uint8Array): void {
  for (let i = 0; i < choices.length; i++) if (choices[i] === undecided) choices[i] = excluded;
}

export interface Lots {
  /** Whole lots of each asset. */
  readonly lots: Float64Array;
  /** Weights of the lots in `total`. */
  readonly weights: Float64Array;
  /** What the lots leave of `total`, never negative but for rounding. */
  readonly remainder: number;
}

/** A number of lots this close below a whole one, in relation to it, is that one. */
const lotRounding = 1e-12;

/**
 * Whole lots next to weights of `total`, by largest remainders: what each weight buys in full first, then one lot more
 * for those that miss most of theirs, as long as the money lasts. No asset is more than one lot from its weight.
 *
 * `prices` are of one unit, `lotSizes` in units; both positive. Weights are not negative and sum to 1 or less.
 */
export function roundToLots(weights: Float64Array, prices: Float64Array, lotSizes: Float64Array, total: number): Lots {
  const n = weights.length;
  if (prices.length !== n || lotSizes.length !== n) {
    throw new InvariantViolation(`${n} weights, ${prices.length} prices and ${lotSizes.length} lots`);
  }
  const costs = prices.map((price, i) => price * lotSizes[i]!);
  if (!costs.every((cost) => cost > 0 && cost < Infinity) || !weights.every((weight) => weight >= 0) || !(total > 0)) {
    throw new InvariantViolation('lots need positive prices, sizes and total, and weights that are not negative');
  }
  const wanted = weights.map((weight, i) => (weight * total) / costs[i]!);
  const lots = wanted.map((count) => Math.floor(count * (1 + lotRounding)));
  let remainder = total - lots.reduce((sum, count, i) => sum + count * costs[i]!, 0);
  const missing = wanted.map((count, i) => count - lots[i]!);
  const byMissing = [...missing.keys()].sort((a, b) => missing[b]! - missing[a]! || a - b);
  for (const i of byMissing) {
    if (missing[i]! > wanted[i]! * lotRounding && costs[i]! <= remainder) {
      lots[i]!++;
      remainder -= costs[i]!;
    }
  }
  return { lots, weights: lots.map((count, i) => (count * costs[i]!) / total), remainder };
}
