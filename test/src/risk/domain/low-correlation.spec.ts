import { chooseLowCorrelation } from '../../../../src/risk/domain/low-correlation.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const candidates = (entries: Record<string, number | null>) =>
  Object.entries(entries).map(([assetId, correlationToAnchor]) => ({
    assetId: assetId as AssetId,
    correlationToAnchor,
  }));
const table = (pairs: Record<string, number | null>) => (a: AssetId, b: AssetId) =>
  pairs[`${a} ${b}`] ?? pairs[`${b} ${a}`] ?? null;

test('the lowest to Bitcoin comes first, then the lowest mean correlation to those chosen', () => {
  const choice = chooseLowCorrelation(
    candidates({ A: 0.1, B: 0.3, C: 0.2, D: 0.4 }),
    // after A, C (0.1) is nearer to nothing than B (0.5) and D (0.3); then D's mean 0.25 beats B's 0.45
    table({ 'A B': 0.5, 'A C': 0.1, 'A D': 0.3, 'B C': 0.4, 'C D': 0.2, 'B D': 0 }),
    { count: 3 },
  );
  expect(choice.chosen).toEqual(['A', 'C', 'D']);
});

test('the limit is included and signed: strongly opposite movement is welcome', () => {
  const choice = chooseLowCorrelation(candidates({ A: 0.5, B: 0.5000001, C: -0.9, D: null }), () => 0);
  expect(choice).toEqual({ chosen: ['C', 'A'], tooCorrelated: ['B'], unknown: ['D'] });
});

test('of equals the first named is chosen, and five at most unless more are asked for', () => {
  const seven = candidates({ A: 0, B: 0, C: 0, D: 0, E: 0, F: 0, G: 0 });
  expect(chooseLowCorrelation(seven, () => 0.2).chosen).toEqual(['A', 'B', 'C', 'D', 'E']);
  expect(chooseLowCorrelation(seven, () => 0.2, { count: 7 }).chosen).toHaveLength(7);
});

test('a candidate whose correlation to all chosen is unknown comes last', () => {
  const choice = chooseLowCorrelation(candidates({ A: 0, B: 0.1, C: 0.2 }), table({ 'A C': 0.9 }));
  expect(choice.chosen).toEqual(['A', 'C', 'B']);
});

test('nothing to choose from is an empty choice', () => {
  expect(chooseLowCorrelation([], () => 0)).toEqual({ chosen: [], tooCorrelated: [], unknown: [] });
});
