import { equalWeights, inverseVolatilityWeights } from '../../../../src/optimization/domain/simple.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

test('equal weights are the same for all', () => {
  expect([...equalWeights(4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(() => equalWeights(0)).toThrow(InvariantViolation);
});

test('inverse volatility shares by one over the deviation, whatever the correlation and the scale', () => {
  // deviations 0.1 and 0.3
  for (const scale of [1e-8, 1, 1e8]) {
    const weights = inverseVolatilityWeights(
      Float64Array.of(0.01, 0.02, 0.02, 0.09).map((value) => value * scale),
      2,
    );
    expect(weights[0]).toBeCloseTo(0.75, 14);
    expect(weights[1]).toBeCloseTo(0.25, 14);
  }
});

test('assets that do not move at all share everything', () => {
  expect([...inverseVolatilityWeights(Float64Array.of(0, 0, 0, 0, 0.04, 0, 0, 0, 0), 3)]).toEqual([0.5, 0, 0.5]);
  expect([...inverseVolatilityWeights(Float64Array.of(0.2), 1)]).toEqual([1]);
  expect(() => inverseVolatilityWeights(new Float64Array(3), 2)).toThrow(InvariantViolation);
});
