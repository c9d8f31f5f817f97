import { versionBefore, versionInForce, type Rollout } from '../../../../src/policies/domain/rollout.js';
import type { PortfolioId } from '../../../../src/shared/ids.js';

const portfolio = 'p' as PortfolioId;
const rollout = (sequence: number, version: number, share = 1, portfolios: PortfolioId[] = []): Rollout => ({
  sequence,
  version,
  share,
  portfolios,
});

test('the newest rollout that reaches a portfolio is in force', () => {
  const rollouts = [rollout(1, 1), rollout(2, 2, 0.5)];
  expect(versionInForce(rollouts, portfolio, 0.49)).toBe(2);
  expect(versionInForce(rollouts, portfolio, 0.5)).toBe(1);
});

test('a named portfolio is reached whatever its place', () => {
  expect(versionInForce([rollout(1, 1), rollout(2, 2, 0, [portfolio])], portfolio, 0.99)).toBe(2);
});

test('a larger share reaches everybody that a smaller one did', () => {
  const rollouts = [rollout(1, 1), rollout(2, 2, 0.1), rollout(3, 2, 0.4)];
  for (const place of [0, 0.05, 0.1, 0.39]) expect(versionInForce(rollouts, portfolio, place)).toBe(2);
  expect(versionInForce(rollouts, portfolio, 0.4)).toBe(1);
});

test('without a rollout nothing is in force', () => {
  expect(versionInForce([], portfolio, 0)).toBeUndefined();
});

test('going back finds the version that all had before', () => {
  expect(versionBefore([rollout(1, 1), rollout(2, 2, 0.1)])).toBe(1);
  expect(versionBefore([rollout(1, 1), rollout(2, 2), rollout(3, 3, 0.2)])).toBe(2);
  expect(versionBefore([rollout(1, 1)])).toBeUndefined();
});

test('going back again goes further back, to the first version and never forward', () => {
  const three = [rollout(1, 1), rollout(2, 2), rollout(3, 3)];
  expect(versionBefore(three)).toBe(2);
  expect(versionBefore([...three, rollout(4, 2)])).toBe(1);
  expect(versionBefore([...three, rollout(4, 2), rollout(5, 1)])).toBeUndefined();
});

test('what is rolled out after going back is a new target, before which there is what was gone back to', () => {
  const back = [rollout(1, 1), rollout(2, 2), rollout(3, 3), rollout(4, 2)];
  expect(versionBefore([...back, rollout(5, 4)])).toBe(2);
  expect(versionBefore([...back, rollout(5, 4), rollout(6, 2)])).toBe(1);
});

test('a rollout to a part is taken back before what all have', () => {
  const staged = [rollout(1, 1), rollout(2, 2), rollout(3, 3, 0.1), rollout(4, 3, 0.5)];
  expect(versionBefore(staged)).toBe(2);
  expect(versionBefore([...staged, rollout(5, 2)])).toBe(1);
});
