import { tradeOrWait, type WaitingInput } from '../../../../src/rebalancing/domain/no-trade.js';

const input = (over: Partial<WaitingInput> = {}): WaitingInput => ({
  deviations: Float64Array.of(0.1, -0.1),
  // volatilities 0.6 and 0.2, uncorrelated: d'Σd = 0.01 * (0.36 + 0.04) = 0.004
  covariance: Float64Array.of(0.36, 0, 0, 0.04),
  riskAversion: 4,
  horizonYears: 0.25,
  costOfTrading: 0.001,
  brokenLimits: [],
  hasTrades: true,
  ...over,
});

test('waiting costs half the risk aversion times the variance of the deviation', () => {
  expect(tradeOrWait(input())).toEqual({
    decision: 'trade',
    reason: 'waiting is expected to cost more than the trades',
    costOfTrading: 0.001,
    costOfWaiting: expect.closeTo(0.002, 15),
  });
});

test.each([
  ['the trades cost more', { costOfTrading: 0.003 }, 'wait', /trades cost more/],
  [
    'a limit is broken',
    { costOfTrading: 0.003, brokenLimits: ['BTC'] },
    'trade',
    /limits of the policy are broken: BTC/,
  ],
  ['there is nothing to trade', { hasTrades: false }, 'wait', /nothing is far enough/],
  ['nothing could be estimated', { covariance: null }, 'trade', /could not be estimated/],
] as const)('when %s, it says so', (_, over, decision, reason) => {
  const found = tradeOrWait(input(over));
  expect(found.decision).toBe(decision);
  expect(found.reason).toMatch(reason);
});
