import fc from 'fast-check';
import {
  hierarchicalEqualRisk,
  hierarchicalRiskParity,
  type TreeDistance,
} from '../../../../src/optimization/domain/hierarchical.js';
import { criticalLine } from '../../../../src/optimization/domain/solvers/critical-line.js';
import { sampleCovariance } from '../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { historicalTail } from '../../../../src/risk/domain/tail-risk.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { MersenneTwister } from '../../../support/mersenne-twister.js';

const runs = (numRuns: number) => ({ seed: 20261125, numRuns });
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const percent = (weights: Float64Array) => Array.from(weights, (weight) => Number((100 * weight).toFixed(2)));

/** From deviations and correlations above the diagonal, row by row. */
function covarianceOf(deviations: readonly number[], correlations: readonly number[]): Float64Array {
  const n = deviations.length;
  const covariance = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i++) {
    covariance[i * n + i] = deviations[i]! ** 2;
    for (let j = i + 1; j < n; j++) {
      covariance[i * n + j] = covariance[j * n + i] = correlations[next++]! * deviations[i]! * deviations[j]!;
    }
  }
  return covariance;
}

const randomCovariance = (seed: number, n: number, periods = 3 * n + 5): Float64Array => {
  const random = seededRandom(seed);
  const returns = new Float64Array(n * periods);
  for (let t = 0; t < periods; t++) {
    const market = random.normal();
    for (let i = 0; i < n; i++) returns[t * n + i] = (1 + (i % 3)) * 0.01 * (market * (i % 2) + random.normal());
  }
  return sampleCovariance(returns, periods, n, 365);
};

describe('the numerical example of López de Prado 2016, of 10,000 observations made with seed 12345', () => {
  /** The paper's generateData(10000, 5, 5, 0.25): five independent series, and five that follow one of them. */
  function observations(): Float64Array {
    const [rows, own, noise] = [10_000, 5, 0.25];
    const numpy = MersenneTwister.numpy(12_345);
    const python = MersenneTwister.python(12_345);
    const returns = new Float64Array(rows * 2 * own);
    for (let t = 0; t < rows; t++) for (let i = 0; i < own; i++) returns[t * 2 * own + i] = numpy.normal();
    const followed = Array.from({ length: own }, () => Math.floor(own * python.uniform()));
    for (let t = 0; t < rows; t++) {
      followed.forEach((leader, i) => {
        returns[t * 2 * own + own + i] = returns[t * 2 * own + leader]! + noise * numpy.normal();
      });
    }
    return returns;
  }
  const covariance = sampleCovariance(observations(), 10_000, 10, 1);
  const { weights, order } = hierarchicalRiskParity(covariance, 10);

  test('the assets are lined up as in the paper', () => {
    expect(Array.from(order, (asset) => asset + 1)).toEqual([9, 2, 10, 1, 7, 3, 6, 4, 5, 8]);
  });

  test('hierarchical risk parity gives the weights of the paper', () => {
    expect(percent(weights)).toEqual([7, 7.59, 10.84, 19.03, 9.72, 10.19, 6.62, 9.1, 7.12, 12.79]);
  });

  test('the critical line gives the minimum-variance weights that the paper compares with', () => {
    const outcome = criticalLine({
      expectedReturns: new Float64Array(10),
      covariance,
      min: new Float64Array(10),
      max: new Float64Array(10).fill(1),
    });
    const leastVariance = outcome.kind === 'frontier' ? outcome.turningPoints.at(-1)!.weights : new Float64Array();
    expect(percent(leastVariance)).toEqual([14.44, 19.93, 19.73, 19.87, 18.68, 0, 5.86, 1.49, 0, 0]);
  });
});

describe('hierarchical risk parity by hand', () => {
  test('a single asset gets everything', () => {
    expect([...hierarchicalRiskParity(Float64Array.of(0.04), 1).weights]).toEqual([1]);
  });

  test('two assets share by the inverse of their variances, whatever their correlation', () => {
    for (const correlation of [-1, 0, 0.5, 1]) {
      const { weights } = hierarchicalRiskParity(covarianceOf([0.1, 0.2], [correlation]), 2);
      expect(weights[0]).toBeCloseTo(0.8, 14);
    }
  });

  test('three assets: the line is halved into the one apart and the two that are alike', () => {
    // deviations 1, 1, 2; 1 and 3 are alike (0.9), 2 is apart and stands first: it shares with {1, 3}, whose inverse
    // variances are 1 and 1/4: weights 0.8 and 0.2, variance 0.64 + 0.16 + 2 · 0.8 · 0.2 · 1.8 = 1.376
    const { weights, order } = hierarchicalRiskParity(covarianceOf([1, 1, 2], [0, 0.9, 0]), 3);
    expect([...order]).toEqual([1, 0, 2]);
    const apart = 1.376 / 2.376;
    expect(weights[1]).toBeCloseTo(apart, 14);
    expect(weights[0]).toBeCloseTo(0.8 * (1 - apart), 14);
    expect(weights[2]).toBeCloseTo(0.2 * (1 - apart), 14);
  });

  test('four assets in two pairs: the pairs share by their variances, and so does each within', () => {
    // pairs {1, 3} of correlation 0.8 and {2, 4} of 0.6; variance of equal halves: (1 + 0.8) / 2 and 4 (1 + 0.6) / 2
    const covariance = covarianceOf([1, 2, 1, 2], [0, 0.8, 0, 0, 0.6, 0]);
    for (const distance of ['columns', 'pairs'] as const) {
      const { weights, order, merges } = hierarchicalRiskParity(covariance, 4, distance);
      expect([...order]).toEqual([0, 2, 1, 3]);
      expect(merges.map(({ left, right }) => [left, right])).toEqual([
        [0, 2],
        [1, 3],
        [4, 5],
      ]);
      const first = 3.2 / (0.9 + 3.2);
      [first / 2, (1 - first) / 2, first / 2, (1 - first) / 2].forEach((weight, i) =>
        expect(weights[i]).toBeCloseTo(weight, 13),
      );
    }
  });

  test('an asset that never moves takes what it shares with others, and nothing becomes NaN', () => {
    const { weights } = hierarchicalRiskParity(Float64Array.of(0, 0, 0, 0.04), 2);
    expect([...weights]).toEqual([1, 0]);
    expect([...hierarchicalRiskParity(new Float64Array(9), 3).weights].every(Number.isFinite)).toBe(true);
  });

  test('a matrix of another size or without numbers is refused', () => {
    expect(() => hierarchicalRiskParity(new Float64Array(4), 3)).toThrow(InvariantViolation);
    expect(() => hierarchicalRiskParity(new Float64Array(0), 0)).toThrow(InvariantViolation);
    expect(() => hierarchicalRiskParity(Float64Array.of(NaN), 1)).toThrow(InvariantViolation);
  });
});

describe('hierarchical equal risk by hand', () => {
  // pairs {1, 3} of correlation 0.8 and {2, 4} of 0.6
  const covariance = covarianceOf([1, 2, 1, 2], [0, 0.8, 0, 0, 0.6, 0]);

  test('two pairs: their risks are inverse to their weights, and within a pair the variances are', () => {
    const { weights, clusters } = hierarchicalEqualRisk(covariance, 4, { clusters: 2 });
    expect(clusters).toEqual([
      [0, 2],
      [1, 3],
    ]);
    const first = 3.2 / (0.9 + 3.2);
    [first / 2, (1 - first) / 2, first / 2, (1 - first) / 2].forEach((weight, i) =>
      expect(weights[i]).toBeCloseTo(weight, 14),
    );
  });

  test('one cluster is inverse variance, as many clusters as assets follow the forks of the tree', () => {
    const single = hierarchicalEqualRisk(covariance, 4, { clusters: 1 });
    [0.4, 0.1, 0.4, 0.1].forEach((weight, i) => expect(single.weights[i]).toBeCloseTo(weight, 14));
    // forks: {1, 3} of risk 1 + 1 against {2, 4} of 4 + 4, then halves
    const all = hierarchicalEqualRisk(covariance, 4, { clusters: 4 });
    [0.4, 0.1, 0.4, 0.1].forEach((weight, i) => expect(all.weights[i]).toBeCloseTo(weight, 14));
    expect(all.clusters).toEqual([[0], [1], [2], [3]]);
  });

  test('another measure of risk takes the place of the variance', () => {
    const deviation = (weights: Float64Array) =>
      Math.sqrt(sum(weights.map((weight, i) => weight * sum(weights.map((w, j) => w * covariance[4 * i + j]!)))));
    const { weights } = hierarchicalEqualRisk(covariance, 4, { clusters: 2, riskOf: deviation });
    const first = Math.sqrt(3.2) / (Math.sqrt(0.9) + Math.sqrt(3.2));
    expect(weights[0]).toBeCloseTo(first / 2, 14);
  });

  test('the risk may be a conditional value at risk', () => {
    // apart from the market the first asset falls by 1 % on its worst day and the second by 3 %
    const days = [
      [-0.01, 0.02],
      [0.02, -0.03],
      [0.005, 0.01],
    ];
    const tail = (weights: Float64Array) =>
      historicalTail(
        days.map((day) => sum(day.map((value, i) => value * weights[i]!))),
        0.99,
      )!.expectedShortfall;
    const { weights } = hierarchicalEqualRisk(covarianceOf([0.1, 0.2], [0]), 2, { clusters: 2, riskOf: tail });
    expect(weights[0]).toBeCloseTo(0.75, 14);
  });

  test('the gap index finds the groups that are there', () => {
    // three groups of four: 0.9 within, 0.1 between
    const correlations: number[] = [];
    for (let i = 0; i < 12; i++) for (let j = i + 1; j < 12; j++) correlations.push(i % 3 === j % 3 ? 0.9 : 0.1);
    const { clusters, weights } = hierarchicalEqualRisk(
      covarianceOf(new Array<number>(12).fill(0.2), correlations),
      12,
    );
    expect(clusters).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7, 10],
      [2, 5, 8, 11],
    ]);
    expect(sum(weights)).toBeCloseTo(1, 14);
  });

  test('one or two assets need no gap, and impossible numbers of clusters are refused', () => {
    expect([...hierarchicalEqualRisk(Float64Array.of(0.04), 1).weights]).toEqual([1]);
    expect(hierarchicalEqualRisk(covarianceOf([0.1, 0.2], [0.3]), 2).weights[0]).toBeCloseTo(0.8, 14);
    for (const clusters of [0, 5, 1.5]) {
      expect(() => hierarchicalEqualRisk(covariance, 4, { clusters })).toThrow(InvariantViolation);
    }
  });
});

const ways: Record<string, (covariance: Float64Array, n: number) => Float64Array> = {
  'risk parity, distance of columns': (covariance, n) => hierarchicalRiskParity(covariance, n).weights,
  'risk parity, distance of pairs': (covariance, n) => hierarchicalRiskParity(covariance, n, 'pairs').weights,
  'equal risk, Ward': (covariance, n) => hierarchicalEqualRisk(covariance, n).weights,
  'equal risk, single linkage': (covariance, n) =>
    hierarchicalEqualRisk(covariance, n, { linkage: 'single', distance: 'columns' satisfies TreeDistance }).weights,
};

describe.each(Object.entries(ways))('laws of %s', (_, weightsOf) => {
  const cases = fc.record({
    seed: fc.nat(1e6),
    n: fc.integer({ min: 1, max: 14 }),
    periods: fc.integer({ min: 2, max: 40 }),
  });

  test('weights are positive and sum to 1, with fewer observations than assets too', () => {
    fc.assert(
      fc.property(cases, ({ seed, n, periods }) => {
        const weights = weightsOf(randomCovariance(seed, n, periods), n);
        expect(sum(weights)).toBeCloseTo(1, 12);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      }),
      runs(200),
    );
  });

  test('the order of the assets does not matter', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 14 }), (seed, n) => {
        const covariance = randomCovariance(seed, n);
        const order = [...Array(n).keys()].sort((a, b) => ((a * 7) % n) - ((b * 7) % n) || b - a);
        const moved = Float64Array.from(order.flatMap((i) => order.map((j) => covariance[i * n + j]!)));
        const weights = weightsOf(covariance, n);
        weightsOf(moved, n).forEach((weight, p) => expect(weight).toBeCloseTo(weights[order[p]!]!, 10));
      }),
      runs(200),
    );
  });

  test('the scale of the covariance does not matter, from 1e-8 to 1e8', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: -8, max: 8 }), (seed, exponent) => {
        const covariance = randomCovariance(seed, 9);
        const weights = weightsOf(covariance, 9);
        weightsOf(
          covariance.map((value) => value * 10 ** exponent),
          9,
        ).forEach((weight, i) => expect(weight).toBeCloseTo(weights[i]!, 12));
      }),
      runs(100),
    );
  });

  test('assets that are listed twice, or all perfectly correlated, still give weights, and the same each time', () => {
    const twins = covarianceOf([0.2, 0.2, 0.3, 0.1], [1, 0.2, 0.1, 0.2, 0.1, 0.4]);
    const same = covarianceOf([0.1, 0.2, 0.3, 0.4], new Array<number>(6).fill(1));
    for (const covariance of [twins, same]) {
      const weights = weightsOf(covariance, 4);
      expect(sum(weights)).toBeCloseTo(1, 12);
      expect([...weightsOf(covariance, 4)]).toEqual([...weights]);
    }
    expect(weightsOf(twins, 4)[0]).toBeCloseTo(weightsOf(twins, 4)[1]!, 12);
  });
});
