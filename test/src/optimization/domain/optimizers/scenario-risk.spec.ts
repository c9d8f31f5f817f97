import { plainProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import type { Optimizer } from '../../../../../src/optimization/domain/optimizers/optimizer.js';
import { minCdar, minCvar, minMaxDrawdown } from '../../../../../src/optimization/domain/optimizers/scenario-risk.js';
import { portfolioReturns } from '../../../../../src/risk/domain/contributions.js';
import { maxDrawdown } from '../../../../../src/risk/domain/drawdowns.js';
import { conditionalDrawdown, historicalTail } from '../../../../../src/risk/domain/tail-risk.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { congruential } from '../../../../support/returns.js';

const assets = ['BTC', 'ETH', 'SPY'] as AssetId[];
// 57 periods: 5 % of them is no whole number
const returns = congruential(171, 3).map((value) => value / 10);

function answerOf({ solve }: Pick<Optimizer, 'solve'>) {
  const limits = { min: new Float64Array(3), max: new Float64Array(3).fill(1), linear: [] };
  const outcome = solve({
    ...plainProblem(assets, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), limits),
    scenarios: { returns, periods: 57, periodsPerYear: 252 },
  });
  if (outcome.kind !== 'solved') throw new Error(outcome.reason);
  const told = outcome.notes.map((note) => Number(note.split(': ').at(-1)));
  return { told, path: portfolioReturns(outcome.weights, returns) };
}

test('the least CVaR is the CVaR that the risk report measures of its weights', () => {
  const { told, path } = answerOf(minCvar);
  expect(told).toEqual([expect.closeTo(historicalTail(path, 0.95)!.expectedShortfall, 9)]);
});

test('the least drawdowns of uncompounded returns are told with those of compounded wealth', () => {
  const cdar = answerOf(minCdar);
  expect(cdar.told[1]).toBeCloseTo(conditionalDrawdown(cdar.path, 0.95)!, 9);
  const worst = answerOf(minMaxDrawdown);
  expect(worst.told[1]).toBeCloseTo(maxDrawdown(worst.path)!, 9);
  let [sum, peak, deepest] = [0, 0, 0];
  for (const value of worst.path) {
    sum += value;
    peak = Math.max(peak, sum);
    deepest = Math.max(deepest, peak - sum);
  }
  expect(worst.told[0]).toBeCloseTo(deepest, 9);
});
