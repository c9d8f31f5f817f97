import fc from 'fast-check';
import {
  roundToLots,
  solvePositions,
  type BoxSolver,
  type PositionRules,
} from '../../../../src/optimization/domain/integer.js';
import { criticalLine } from '../../../../src/optimization/domain/solvers/critical-line.js';
import { sampleCovariance } from '../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const runs = (numRuns: number) => ({ seed: 20261125, numRuns });

/** Half the variance less `lambda` times the return, at the last corner of a frontier: exact for any box. */
const leastVariance =
  (covariance: Float64Array): BoxSolver =>
  (min, max) => {
    const n = min.length;
    const outcome = criticalLine({ expectedReturns: new Float64Array(n), covariance, min, max });
    if (outcome.kind !== 'frontier') return null;
    const { weights, volatility } = outcome.turningPoints.at(-1)!;
    return { weights, objective: volatility ** 2 / 2 };
  };

const rules = (n: number, besides: Partial<PositionRules> = {}): PositionRules => ({
  assets: Array.from({ length: n }, (_, i) => `A${i}`),
  min: new Float64Array(n),
  max: new Float64Array(n).fill(1),
  minimumPosition: new Float64Array(n),
  mostAssets: n,
  ...besides,
});

const diagonal = (...variances: number[]): Float64Array => {
  const n = variances.length;
  return new Float64Array(n * n).map((_, k) => (k % (n + 1) === 0 ? variances[k / (n + 1)]! : 0));
};

/** Every set of assets, each solved alone. */
function byEnumeration(solve: BoxSolver, { min, max, minimumPosition, mostAssets }: PositionRules): number {
  const n = min.length;
  let best = Infinity;
  for (let set = 1; set < 2 ** n; set++) {
    const isHeld = (i: number) => (set >> i) % 2 === 1;
    const held = [...Array(n).keys()].filter(isHeld);
    const isPossible = min.every((low, i) => isHeld(i) || low === 0);
    const isOpen = held.every((i) => Math.max(min[i]!, minimumPosition[i]!) <= max[i]!);
    if (held.length > mostAssets || !isPossible || !isOpen) continue;
    const found = solve(
      min.map((low, i) => (isHeld(i) ? Math.max(low, minimumPosition[i]!) : 0)),
      max.map((high, i) => (isHeld(i) ? high : 0)),
    );
    if (found) best = Math.min(best, found.objective);
  }
  return best;
}

test('two of three assets with nothing or 2 to 70 % each: the example of MATLAB’s manual', () => {
  // Portfolio.estimateFrontierLimits with conditional bounds and setMinMaxNumAssets(p, 2, 2)
  const covariance = Float64Array.of(
    ...[0.00324625, 0.00022983, 0.00420395],
    ...[0.00022983, 0.00049937, 0.00019247],
    ...[0.00420395, 0.00019247, 0.00764097],
  );
  const found = solvePositions(
    leastVariance(covariance),
    rules(3, { max: new Float64Array(3).fill(0.7), minimumPosition: new Float64Array(3).fill(0.02), mostAssets: 2 }),
  );
  expect(found).toMatchObject({ kind: 'solved', proven: true });
  const { weights } = found as Extract<typeof found, { kind: 'solved' }>;
  [0.3, 0.7, 0].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 8));
});

describe('positions by hand', () => {
  test('the two steadiest of three uncorrelated assets are held, and the bound proves it', () => {
    // a pair's variance is one over the sum of the inverses: 1 / (10 + 10) against 1 / (10 + 5)
    const outcome = solvePositions(leastVariance(diagonal(0.1, 0.2, 0.1)), rules(3, { mostAssets: 2 }));
    expect(outcome).toMatchObject({ kind: 'solved', proven: true });
    expect(outcome.kind === 'solved' && [...outcome.weights]).toEqual([
      expect.closeTo(0.5, 12),
      0,
      expect.closeTo(0.5, 12),
    ]);
  });

  test('a share below the minimum position is raised to it or given up, whichever costs less', () => {
    // unlimited: 10/11 and 1/11; with at least a fifth: 0.8 and 0.2 (variance 0.104), or the first alone (0.1)
    const small = solvePositions(
      leastVariance(diagonal(0.1, 1)),
      rules(2, { minimumPosition: Float64Array.of(0.2, 0.2) }),
    );
    expect(small.kind === 'solved' && [...small.weights]).toEqual([1, 0]);
    // with at least 15 %: 0.85² · 0.1 + 0.15² = 0.09475 is less than 0.1
    const large = solvePositions(
      leastVariance(diagonal(0.1, 1)),
      rules(2, { minimumPosition: Float64Array.of(0.15, 0.15) }),
    );
    expect(large.kind === 'solved' && [...large.weights]).toEqual([0.85, 0.15]);
  });

  test('rules that change nothing leave the continuous answer', () => {
    const solve = leastVariance(diagonal(0.1, 0.2, 0.4));
    const outcome = solvePositions(solve, rules(3, { minimumPosition: new Float64Array(3).fill(0.01) }));
    const continuous = solve(new Float64Array(3), new Float64Array(3).fill(1))!;
    expect(outcome).toMatchObject({ kind: 'solved', proven: true, solved: 2 });
    expect(outcome.kind === 'solved' && outcome.objective).toBeCloseTo(continuous.objective, 14);
  });

  test('what cannot be is said in words', () => {
    const solve = leastVariance(diagonal(0.1, 0.2, 0.4));
    expect(solvePositions(solve, rules(3, { max: new Float64Array(3).fill(0.4), mostAssets: 2 }))).toEqual({
      kind: 'infeasible',
      reason: 'weights must sum to 1, but the 2 widest upper limits add up to 0.8',
    });
    expect(solvePositions(solve, rules(3, { min: new Float64Array(3).fill(0.1), mostAssets: 2 }))).toEqual({
      kind: 'infeasible',
      reason: '3 assets have a lower limit above 0, but at most 2 may be held',
    });
    const tooSmall = { min: Float64Array.of(0.1, 0, 0), max: Float64Array.of(0.2, 1, 1) };
    expect(solvePositions(solve, rules(3, { ...tooSmall, minimumPosition: new Float64Array(3).fill(0.3) }))).toEqual({
      kind: 'infeasible',
      reason: 'A0 must be held, but its minimum position of 0.3 is above its upper limit of 0.2',
    });
    // two of at most 48 % stay below 1, three of at least 45 % are above it
    const gaps = { max: Float64Array.of(0.48, 0.48, 0.48), minimumPosition: Float64Array.of(0.45, 0.45, 0.45) };
    expect(solvePositions(solve, rules(3, gaps))).toMatchObject({
      kind: 'infeasible',
      reason: expect.stringContaining('minimum positions') as string,
    });
  });

  test('shapes and limits that no input may have are refused', () => {
    const solve = leastVariance(diagonal(1, 1));
    expect(() => solvePositions(solve, rules(2, { max: new Float64Array(3) }))).toThrow(InvariantViolation);
    expect(() => solvePositions(solve, rules(2, { mostAssets: 0 }))).toThrow(InvariantViolation);
    expect(() => solvePositions(solve, rules(2, { min: Float64Array.of(-0.1, 0) }))).toThrow(InvariantViolation);
  });
});

const randomProblem = (seed: number, n: number) => {
  const random = seededRandom(seed);
  const periods = n + 10;
  const returns = new Float64Array(n * periods).map(() => random.normal() / 20);
  const covariance = sampleCovariance(returns, periods, n, 52);
  return { covariance, random };
};

describe('positions of random problems', () => {
  const cases = fc.record({
    seed: fc.nat(1e6),
    n: fc.integer({ min: 1, max: 8 }),
    most: fc.integer({ min: 1, max: 8 }),
    position: fc.constantFrom(0, 0.05, 0.15, 0.3),
  });

  test('up to eight assets: the answer is that of trying every set of assets', () => {
    fc.assert(
      fc.property(cases, ({ seed, n, most, position }) => {
        const { covariance, random } = randomProblem(seed, n);
        const solve = leastVariance(covariance);
        const given = rules(n, {
          max: new Float64Array(n).map(() => 0.2 + 0.8 * random.uniform()),
          minimumPosition: new Float64Array(n).fill(position),
          mostAssets: most,
        });
        const outcome = solvePositions(solve, given);
        const best = byEnumeration(solve, given);
        const reached = outcome.kind === 'solved' && outcome.proven ? outcome.objective : Infinity;
        expect(outcome.kind).toBe(best < Infinity ? 'solved' : 'infeasible');
        expect(reached === best || Math.abs(reached - best) <= 2e-9 * best).toBe(true);
      }),
      runs(150),
    );
  });

  test('the answer keeps the rules', () => {
    fc.assert(
      fc.property(cases, ({ seed, n, most, position }) => {
        const { covariance } = randomProblem(seed, n);
        const given = rules(n, { minimumPosition: new Float64Array(n).fill(position), mostAssets: most });
        const outcome = solvePositions(leastVariance(covariance), given);
        const weights = outcome.kind === 'solved' ? [...outcome.weights] : [];
        const held = weights.filter((weight) => weight > 0);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(held.length).toBeLessThanOrEqual(most);
        expect(Math.min(1, ...held)).toBeGreaterThanOrEqual(position);
      }),
      runs(150),
    );
  });

  test('a budget that ends early still gives allowed weights, with a bound that is true and no claim of proof', () => {
    const { covariance } = randomProblem(3, 30);
    const given = rules(30, { minimumPosition: new Float64Array(30).fill(0.1), mostAssets: 6 });
    const early = solvePositions(leastVariance(covariance), given, 20);
    const late = solvePositions(leastVariance(covariance), given, 400);
    expect(early).toMatchObject({ kind: 'solved', proven: false });
    const [first, second] = [early, late].map((outcome) => {
      if (outcome.kind !== 'solved') throw new Error(outcome.kind);
      return outcome;
    });
    expect(first!.bound).toBeLessThan(first!.objective);
    expect(second!.objective).toBeLessThanOrEqual(first!.objective);
    expect(second!.bound).toBeGreaterThanOrEqual(first!.bound);
    expect(first!.bound).toBeLessThanOrEqual(second!.objective);
    expect(first!.solved).toBeLessThanOrEqual(24);
  });

  test('the same problem gives the same answer', () => {
    const { covariance } = randomProblem(11, 9);
    const solve = () => solvePositions(leastVariance(covariance), rules(9, { mostAssets: 4 }));
    expect(solve()).toEqual(solve());
  });
});

describe('lots', () => {
  test('full lots first, then one more for those that miss most, as long as the money lasts', () => {
    // 1,000 at 50, 30 and 20 %: 5.56 lots of 90, 2.5 of 120, 2.67 of 75; 5, 2 and 2 cost 840; 160 are left: one of 75
    // for the third, then 85 are too little for 90 and 120
    const { lots, weights, remainder } = roundToLots(
      Float64Array.of(0.5, 0.3, 0.2),
      Float64Array.of(9, 120, 0.75),
      Float64Array.of(10, 1, 100),
      1_000,
    );
    expect([...lots]).toEqual([5, 2, 3]);
    expect(remainder).toBeCloseTo(85, 10);
    [0.45, 0.24, 0.225].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 12));
  });

  test('whole lots that only rounding makes fractions are whole', () => {
    const { lots, remainder } = roundToLots(
      Float64Array.of(0.3, 0.7),
      Float64Array.of(0.1, 0.1),
      Float64Array.of(1, 1),
      1,
    );
    expect([...lots]).toEqual([3, 7]);
    expect(remainder).toBeCloseTo(0, 12);
  });

  test('no asset is a lot or more from its weight, nothing is overspent, and lots and remainder add up', () => {
    const amounts = fc.array(
      fc.record({
        mass: fc.double({ min: 0, max: 1, noNaN: true }),
        price: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
        lot: fc.constantFrom(1e-8, 0.001, 1, 100),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(amounts, fc.double({ min: 10, max: 1e9, noNaN: true }), (assets, total) => {
        const mass = assets.reduce((sum, asset) => sum + asset.mass, 0);
        fc.pre(mass > 0);
        const wanted = Float64Array.from(assets, (asset) => asset.mass / mass);
        const prices = Float64Array.from(assets, ({ price }) => price);
        const sizes = Float64Array.from(assets, ({ lot }) => lot);
        const { lots, remainder } = roundToLots(wanted, prices, sizes, total);
        const spent = lots.reduce((sum, count, i) => sum + count * prices[i]! * sizes[i]!, 0);
        expect(remainder).toBeGreaterThanOrEqual(-1e-9 * total);
        expect(Math.abs(spent + remainder - total)).toBeLessThanOrEqual(1e-9 * total);
        lots.forEach((count, i) => {
          expect(Number.isInteger(count)).toBe(true);
          const exact = (wanted[i]! * total) / (prices[i]! * sizes[i]!);
          expect(Math.abs(count - exact)).toBeLessThanOrEqual(1 + 1e-9 * exact);
        });
      }),
      runs(300),
    );
  });

  test('prices, lots or totals of nothing are refused', () => {
    const one = Float64Array.of(1);
    expect(() => roundToLots(one, Float64Array.of(0), one, 1)).toThrow(InvariantViolation);
    expect(() => roundToLots(one, one, Float64Array.of(1, 1), 1)).toThrow(InvariantViolation);
    expect(() => roundToLots(Float64Array.of(-0.1), one, one, 1)).toThrow(InvariantViolation);
    expect(() => roundToLots(one, one, one, 0)).toThrow(InvariantViolation);
  });
});
