import {
  bayesSteinMeans,
  capmMeans,
  compoundedMeans,
  equilibriumMeans,
  exponentiallyWeightedMeans,
  givenMeans,
  historicalMeans,
  jamesSteinMeans,
  type ReturnSample,
  type ShrunkReturns,
} from '../../../../src/optimization/domain/expected-returns.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

/** Two assets, four periods: means 0.01 and 0.02. */
const small: ReturnSample = {
  returns: Float64Array.of(0.01, 0.05, 0.03, -0.01, -0.01, 0.04, 0.01, 0),
  assets: 2,
  periodsPerYear: 12,
};

function normalSample(assets: number, periods: number, seed = 1): ReturnSample {
  const random = seededRandom(seed);
  const returns = Float64Array.from(
    { length: periods * assets },
    (_, at) => 0.001 * (at % assets) + 0.02 * random.normal(),
  );
  return { returns, assets, periodsPerYear: 365 };
}

function shrunk(answer: ShrunkReturns) {
  if (answer.kind !== 'shrunk') throw new Error(answer.message);
  return answer;
}

test('historical means are annual, with the standard error of a mean, by hand', () => {
  const { means, standardErrors, observations } = historicalMeans(small);
  expect(means[0]).toBeCloseTo(0.12, 14);
  expect(means[1]).toBeCloseTo(0.24, 14);
  // deviations 0, 0.02, -0.02, 0: variance 0.0008 / 3
  expect(standardErrors[0]).toBeCloseTo(12 * Math.sqrt(0.0008 / 3 / 4), 14);
  expect(observations).toBe(4);
});

test('one observation has a mean and no standard error', () => {
  const sample = { returns: Float64Array.of(0.01, 0.02), assets: 2, periodsPerYear: 365 };
  for (const { means, standardErrors } of [
    historicalMeans(sample),
    compoundedMeans(sample),
    exponentiallyWeightedMeans(sample, 5),
  ]) {
    expect(means[0]).toBeGreaterThan(0);
    expect(standardErrors).toEqual([null, null]);
  }
});

test('compounded means grow to the same end', () => {
  const { means, standardErrors } = compoundedMeans(small);
  expect(means[0]).toBeCloseTo((1.01 * 1.03 * 0.99 * 1.01) ** 3 - 1, 13);
  expect(standardErrors[0]).toBeGreaterThan(0);
  const lost = compoundedMeans({ returns: Float64Array.of(0.1, -1, 0.2), assets: 1, periodsPerYear: 365 });
  expect(lost.means[0]).toBe(-1);
  expect(lost.standardErrors).toEqual([null]);
});

test('exponential weights halve with each half-life, by hand', () => {
  const sample = { returns: Float64Array.of(0.01, 0.02, 0.04), assets: 1, periodsPerYear: 1 };
  const { means, standardErrors } = exponentiallyWeightedMeans(sample, 1);
  const mean = (0.01 + 2 * 0.02 + 4 * 0.04) / 7;
  expect(means[0]).toBeCloseTo(mean, 15);
  const square = ((0.01 - mean) ** 2 + 2 * (0.02 - mean) ** 2 + 4 * (0.04 - mean) ** 2) / 7;
  expect(standardErrors[0]).toBeCloseTo(Math.sqrt(((square / (1 - 21 / 49)) * 21) / 49), 15);
  const long = exponentiallyWeightedMeans(small, 1e9);
  expect(long.means[1]).toBeCloseTo(historicalMeans(small).means[1]!, 8);
  expect(long.standardErrors[0]).toBeCloseTo(historicalMeans(small).standardErrors[0]!, 8);
});

test('Bayes-Stein shrinks to the minimum variance mean as the formula says, by hand', () => {
  // uncorrelated: deviations (1, -1, 1, -1, ...) and (1, 1, -1, -1, ...) around means 0.01 and 0.03
  const periods = 8;
  const returns = Float64Array.from({ length: 2 * periods }, (_, at) => {
    const t = Math.floor(at / 2);
    return at % 2 === 0 ? 0.01 + 0.1 * (t % 2 === 0 ? 1 : -1) : 0.03 + 0.2 * (t % 4 < 2 ? 1 : -1);
  });
  const answer = shrunk(bayesSteinMeans({ returns, assets: 2, periodsPerYear: 1 }));
  // S (T - 1) / (T - n - 2) has the diagonal 8/4 * 0.01, 8/4 * 0.04; the minimum variance weights are 0.8, 0.2
  const target = 0.8 * 0.01 + 0.2 * 0.03;
  const distance = (0.01 - target) ** 2 / 0.02 + (0.03 - target) ** 2 / 0.08;
  const shrinkage = 4 / (4 + 8 * distance);
  expect(answer.shrinkage).toBeCloseTo(shrinkage, 12);
  expect(answer.means[0]).toBeCloseTo((1 - shrinkage) * 0.01 + shrinkage * target, 14);
  expect(answer.means[1]).toBeCloseTo((1 - shrinkage) * 0.03 + shrinkage * target, 14);
  const strength = 4 / distance;
  const common = (strength / (8 * (8 + strength + 1))) * 0.016;
  expect(answer.standardErrors[0]).toBeCloseTo(Math.sqrt(0.02 / (8 + strength) + common), 12);
});

test('James-Stein shrinks to the average mean, and not at all with two assets', () => {
  const sample = normalSample(5, 400);
  const [plain, answer] = [historicalMeans(sample), shrunk(jamesSteinMeans(sample))];
  const average = plain.means.reduce((a, b) => a + b, 0) / 5;
  expect(answer.shrinkage).toBeGreaterThan(0);
  expect(answer.shrinkage).toBeLessThan(1);
  answer.means.forEach((mean, i) => {
    expect(mean).toBeCloseTo(plain.means[i]! + answer.shrinkage! * (average - plain.means[i]!), 12);
    expect(answer.standardErrors[i]).toBeLessThan(plain.standardErrors[i]!);
  });
  const two = shrunk(jamesSteinMeans(normalSample(2, 100)));
  expect(two.shrinkage).toBe(0);
  expect(two.standardErrors[0]).toBeCloseTo(historicalMeans(normalSample(2, 100)).standardErrors[0]!, 12);
});

test.each([1e-8, 1e8])('returns times %p shrink by the same share', (scale) => {
  const sample = normalSample(4, 200);
  const scaled = { ...sample, returns: sample.returns.map((value) => value * scale) };
  for (const method of [jamesSteinMeans, bayesSteinMeans]) {
    expect(shrunk(method(scaled)).shrinkage).toBeCloseTo(shrunk(method(sample)).shrinkage!, 10);
  }
});

test('shrinkage needs enough observations and assets that are not combinations of others', () => {
  expect(bayesSteinMeans(normalSample(4, 6))).toMatchObject({
    kind: 'undefined',
    message: expect.stringContaining('at least 7'),
  });
  expect(jamesSteinMeans(normalSample(4, 4))).toMatchObject({ kind: 'undefined' });
  const { returns } = normalSample(1, 50);
  const doubled = {
    returns: Float64Array.from({ length: 100 }, (_, at) => returns[Math.floor(at / 2)]!),
    assets: 2,
    periodsPerYear: 365,
  };
  expect(bayesSteinMeans(doubled)).toMatchObject({
    kind: 'undefined',
    message: expect.stringContaining('combinations'),
  });
});

test('CAPM: the market itself has beta 1, twice the market 2, and cash 0', () => {
  const { returns: market } = normalSample(1, 300);
  const returns = Float64Array.from({ length: 900 }, (_, at) => [1, 2, 0][at % 3]! * market[Math.floor(at / 3)]!);
  const answer = capmMeans({ returns, assets: 3, periodsPerYear: 365 }, market, 0.02, 0.05)!;
  [1, 2, 0].forEach((beta, i) => {
    expect(answer.betas[i]).toBeCloseTo(beta, 12);
    expect(answer.means[i]).toBeCloseTo(0.02 + 0.05 * beta, 12);
    expect(answer.standardErrors[i]).toBeCloseTo(0, 10);
  });
  const own = capmMeans({ returns, assets: 3, periodsPerYear: 365 }, market, 0.02)!;
  const ofMarket = historicalMeans({ returns: market, assets: 1, periodsPerYear: 365 });
  expect(own.means[0]).toBeCloseTo(ofMarket.means[0]!, 12);
  expect(own.standardErrors[0]).toBeCloseTo(ofMarket.standardErrors[0]!, 12);
  expect(capmMeans({ returns, assets: 3, periodsPerYear: 365 }, new Float64Array(300).fill(0.01), 0.02)).toBeNull();
});

test('equilibrium and given means come without observations and standard errors', () => {
  const answer = equilibriumMeans(Float64Array.of(0.04, 0.01, 0.01, 0.09), Float64Array.of(0.5, 0.5), 2, 0.01);
  expect(answer.means[0]).toBeCloseTo(0.01 + 2 * 0.025, 15);
  expect(answer.means[1]).toBeCloseTo(0.01 + 2 * 0.05, 15);
  expect(answer).toMatchObject({ standardErrors: [null, null], observations: 0 });
  expect(givenMeans(Float64Array.of(0.1))).toMatchObject({ standardErrors: [null], observations: 0, shrinkage: null });
});

test('shapes that do not fit are our mistake', () => {
  expect(() => historicalMeans({ returns: new Float64Array(5), assets: 2, periodsPerYear: 365 })).toThrow(
    InvariantViolation,
  );
  expect(() => historicalMeans({ returns: new Float64Array(0), assets: 2, periodsPerYear: 365 })).toThrow(
    InvariantViolation,
  );
  expect(() => exponentiallyWeightedMeans(small, 0)).toThrow(InvariantViolation);
  expect(() => capmMeans(small, new Float64Array(3), 0)).toThrow(InvariantViolation);
  expect(() => equilibriumMeans(new Float64Array(3), new Float64Array(2), 1)).toThrow(InvariantViolation);
});
