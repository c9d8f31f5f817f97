import { exponentiallyWeighted } from '../../../../../src/risk/domain/covariance/exponential.js';
import { gerber } from '../../../../../src/risk/domain/covariance/gerber.js';
import {
  covarianceEstimators,
  type CovarianceEstimatorId,
} from '../../../../../src/risk/domain/covariance/registry.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { MersenneTwister } from '../../../../support/mersenne-twister.js';
import { bacon, congruential } from '../../../../support/returns.js';

const periods = 40;
const assets = 4;
const ids = Object.keys(covarianceEstimators) as CovarianceEstimatorId[];
const estimate = (id: CovarianceEstimatorId, returns = factorReturns(), n = assets) =>
  covarianceEstimators[id].estimate(returns, returns.length / n, n, 1);

/** Returns with one common factor and unlike volatilities; the references in Python are made from the same numbers. */
function factorReturns(): Float64Array {
  const noise = congruential(periods * (assets + 1), 2021);
  const volatilities = [0.05, 0.08, 0.03, 0.01];
  const loadings = [1.5, 1, 0.3, -0.2];
  return Float64Array.from({ length: periods * assets }, (_, index) => {
    const [t, i] = [Math.floor(index / assets), index % assets];
    const row = t * (assets + 1);
    return volatilities[i]! * (noise[row + i]! + loadings[i]! * noise[row + assets]!);
  });
}

test.each<[CovarianceEstimatorId, number | null, number[]]>([
  // scikit-learn 1.9, ledoit_wolf, times T / (T - 1) for our divisor
  [
    'ledoit_wolf_identity',
    0.07500928687327947,
    [0.0005516739762545014, 0.0003866152658928642, 0.00005317720250376972, 0.000008310891837102212],
  ],
  // the formulas of the paper's appendix, written out in NumPy without this code's shortcuts
  [
    'ledoit_wolf_constant_correlation',
    0.1751474935963911,
    [0.0005608480711904139, 0.00037484028526726666, 0.00005580605903753608, 0.000009867526752706097],
  ],
  // equation 23 in NumPy; scikit-learn leaves out its terms 2/n and gives 0.10805
  [
    'oas',
    0.08857028452446443,
    [0.0005500153832313757, 0.0003809472211889741, 0.00005239758827844137, 0.000008189048468209105],
  ],
  // numpy.cov with aweights 0.94^k
  [
    'exponentially_weighted',
    null,
    [0.0006675242710670271, 0.0005185603856826844, 0.00005724052019442837, 0.000021689275987237287],
  ],
])('%s has the values of its reference', (id, shrinkage, firstRow) => {
  const found = estimate(id);
  expect(found.shrinkage === null).toBe(shrinkage === null);
  expect(found.shrinkage ?? 0).toBeCloseTo(shrinkage ?? 0, 12);
  firstRow.forEach((value, j) => expect(found.covariance[j]! / value).toBeCloseTo(1, 9));
});

test('scikit-learn’s intensity for Bacon’s portfolio and benchmark', () => {
  const rows = Float64Array.from({ length: 48 }, (_, i) => (i % 2 === 0 ? bacon.portfolio : bacon.benchmark)[i >> 1]!);
  expect(estimate('ledoit_wolf_identity', rows, 2).shrinkage).toBeCloseTo(0.14008747137557379, 12);
});

test.each<[CovarianceEstimatorId, number[][], number[][]]>([
  [
    'ledoit_wolf_identity',
    [
      [1, 2, 3],
      [2, 4, 5],
    ],
    [
      [0.8193967163039326, 0.6563573883161513],
      [0.6563573883161513, 1.4028255059182893],
    ],
  ],
  [
    'ledoit_wolf_constant_correlation',
    [
      [1, 2, -1, -2],
      [2, 4, 6, 2],
      [3, 5, 9, 17],
    ],
    [
      [2.5, -0.7147951569608585, -3.8283673413445896],
      [-0.7147951569608585, 2.75, -2.6768525072041105],
      [-3.8283673413445896, -2.6768525072041105, 28.75],
    ],
  ],
])('%s has the values of Ledoit’s and Wolf’s own MATLAB code', (id, series, expected) => {
  // cov1para.m and covCor.m, as run for the tests of lequant40/portfolio_allocation_js, whose divisor is T
  const [n, count] = [series.length, series[0]!.length];
  const rows = Float64Array.from({ length: n * count }, (_, at) => series[at % n]![Math.floor(at / n)]!);
  const { covariance } = estimate(id, rows, n);
  expected.flat().forEach((value, at) => expect((covariance[at]! * (count - 1)) / count).toBeCloseTo(value, 12));
});

test('the example of scikit-learn’s manual for ledoit_wolf: 50 normal rows of seed 0', () => {
  const numpy = MersenneTwister.numpy(0);
  // numpy.random.multivariate_normal: standard normals times the roots of the eigenvalues and the eigenvectors of the
  // covariance (0.4, 0.2; 0.2, 0.8), whose first one LAPACK gives with negative signs
  const [large, small] = [0.6 + Math.sqrt(0.08), 0.6 - Math.sqrt(0.08)];
  const length = Math.hypot(0.2, large - 0.4);
  const [a, b] = [0.2 / length, (large - 0.4) / length];
  const rows = new Float64Array(100);
  for (let t = 0; t < 50; t++) {
    const [first, second] = [numpy.normal() * Math.sqrt(large), numpy.normal() * Math.sqrt(small)];
    rows.set([-first * a - second * b, -first * b + second * a], 2 * t);
  }
  const { covariance, shrinkage } = estimate('ledoit_wolf_identity', rows, 2);
  [0.44, 0.16, 0.16, 0.8].forEach((value, at) => expect((covariance[at]! * 49) / 50).toBeCloseTo(value, 2));
  expect(shrinkage).toBeCloseTo(0.23, 2);
});

test('the Gerber statistic counts joint moves beyond the threshold', () => {
  const { covariance, effectiveObservations, repairDistance } = estimate('gerber');
  // counted in NumPy
  const firstRow = [1, 0.3055555555555556, 0.02857142857142857, 0.029411764705882353];
  const deviation = (i: number) => Math.sqrt(covariance[i * assets + i]!);
  firstRow.forEach((value, j) => expect(covariance[j]! / deviation(0) / deviation(j)).toBeCloseTo(value, 12));
  expect(deviation(0) ** 2).toBeCloseTo(estimate('sample').covariance[0]!, 14);
  expect(effectiveObservations).toBe(34);
  expect(repairDistance).toBeNull();
});

test('by hand: of three periods with a move, two together and one apart make a third', () => {
  // deviations are above .01 and below .03, so that half of one lies between .002 and .02
  const rows = Float64Array.of(0.02, 0.02, -0.02, -0.02, 0.02, -0.02, 0.001, -0.001);
  const { covariance } = gerber(0.5).estimate(rows, 4, 2, 1);
  expect(covariance[1]! / Math.sqrt(covariance[0]! * covariance[3]!)).toBeCloseTo(1 / 3, 12);
});

test('a decay near 1 is the sample covariance', () => {
  const found = exponentiallyWeighted(1 - 1e-9).estimate(factorReturns(), periods, assets, 1);
  found.covariance.forEach((value, k) => expect(value).toBeCloseTo(estimate('sample').covariance[k]!, 9));
  expect(found.effectiveObservations).toBeCloseTo(periods, 4);
  expect(() => exponentiallyWeighted(1)).toThrow(InvariantViolation);
});

describe.each(ids)('%s', (id) => {
  test('is symmetric and keeps the order of assets', () => {
    const { covariance } = estimate(id);
    const order = [2, 0, 3, 1];
    const shuffled = Float64Array.from({ length: periods * assets }, (_, index) => {
      const t = Math.floor(index / assets);
      return factorReturns()[t * assets + order[index % assets]!]!;
    });
    const found = estimate(id, shuffled);
    for (let i = 0; i < assets; i++) {
      for (let j = 0; j < assets; j++) {
        expect(covariance[i * assets + j]).toBe(covariance[j * assets + i]);
        const original = covariance[order[i]! * assets + order[j]!]!;
        expect(found.covariance[i * assets + j]! / original).toBeCloseTo(1, 9);
      }
    }
  });

  test.each([1e-8, 1e8])('scales with the square of the returns by %d', (factor) => {
    const plain = estimate(id);
    const scaled = estimate(
      id,
      factorReturns().map((value) => value * factor),
    );
    plain.covariance.forEach((value, k) => expect(scaled.covariance[k]! / factor ** 2 / value).toBeCloseTo(1, 9));
    expect(scaled.shrinkage ?? -1).toBeCloseTo(plain.shrinkage ?? -1, 9);
  });

  test('annualises by the periods in a year', () => {
    const yearly = covarianceEstimators[id].estimate(factorReturns(), periods, assets, 252);
    estimate(id).covariance.forEach((value, k) => expect(yearly.covariance[k]! / value).toBeCloseTo(252, 6));
  });

  test('gives finite numbers for fewer periods than assets, an asset that never moves and one asset alone', () => {
    const still = factorReturns().map((value, index) => (index % assets === 2 ? 0 : value));
    const few = factorReturns().slice(0, 3 * assets);
    for (const found of [estimate(id, still), estimate(id, few), estimate(id, bacon.portfolio, 1)]) {
      expect(found.covariance.every(Number.isFinite)).toBe(true);
      expect(found.shrinkage ?? 0).toBeGreaterThanOrEqual(0);
      expect(found.shrinkage ?? 0).toBeLessThanOrEqual(1);
    }
    expect(estimate(id, new Float64Array(20), 2).covariance.every((value) => value === 0)).toBe(true);
  });

  test('refuses a single period', () => {
    expect(() => estimate(id, new Float64Array(assets))).toThrow(InvariantViolation);
  });
});
