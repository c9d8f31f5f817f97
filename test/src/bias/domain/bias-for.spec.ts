import fc from 'fast-check';
import { answeredOpinions } from '../../../../src/bias/domain/answered-opinions.js';
import { biasFor, blockedBy, type IntendedTrade, type PortfolioBias } from '../../../../src/bias/domain/bias-for.js';
import { findBiases, type Finding } from '../../../../src/bias/domain/find-biases.js';
import { movesFrom } from '../../../../src/bias/domain/moves.js';
import { defaultLimits, type PolicyLimits } from '../../../../src/policies/domain/policy-limits.js';
import { SplitHistory } from '../../../../src/portfolio/domain/splits.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { simulatedHistory } from '../../../../tools/bias/simulated-trader.js';
import { aTransaction, ledgers } from '../../../support/ledger.js';

const [btc, eth] = ['BTC', 'ETH'] as AssetId[] as [AssetId, AssetId];
const calm: PortfolioBias = {
  findings: [],
  record: { recentLoss: 0, winStreak: 0 },
  weights: new Map([
    [btc, 0.52],
    [eth, 0.15],
  ]),
  limits: defaultLimits,
};
const purchase: IntendedTrade = { assetId: btc, direction: 'buy', size: 0.05, stopDistance: 0.05 };
const blocking: PolicyLimits = {
  ...defaultLimits,
  signals: { ...defaultLimits.signals, bias: { medium: 'ask_reason', high: 'block' } },
};

test('a purchase of usual size in calm times is not flagged', () => {
  expect(biasFor(purchase, calm)).toEqual([]);
});

test('a purchase that leads above the band of its asset is concentration, BTC by its own', () => {
  expect(biasFor({ ...purchase, size: 0.08 }, calm)).toEqual([]);
  expect(biasFor({ ...purchase, size: 0.09 }, calm)).toMatchObject([
    { bias: 'concentration', from: 'rule', severity: 'high', message: expect.stringContaining('BTC would be 61 %') },
  ]);
  expect(biasFor({ ...purchase, assetId: eth, size: 0.06 }, calm)).toMatchObject([{ bias: 'concentration' }]);
  expect(biasFor({ ...purchase, direction: 'sell', size: 0.5 }, calm)).toEqual([]);
});

test('a position larger than 1.5 times what its stop allows is bold', () => {
  const small = { ...calm, weights: null };
  expect(biasFor({ ...purchase, assetId: eth, size: 0.15, stopDistance: 0.1 }, small)).toEqual([]);
  expect(biasFor({ ...purchase, assetId: eth, size: 0.16, stopDistance: 0.1 }, small)).toMatchObject([
    { bias: 'overconfidence', severity: 'medium', response: 'warn' },
  ]);
});

test('losses of late speak against every trade, wins in a row against purchases', () => {
  const record = { recentLoss: 0.06, winStreak: 8 };
  expect(biasFor(purchase, { ...calm, record })).toMatchObject([
    { bias: 'loss_aversion', severity: 'high' },
    { bias: 'overconfidence', severity: 'high' },
  ]);
  expect(biasFor({ ...purchase, direction: 'sell' }, { ...calm, record })).toMatchObject([{ bias: 'loss_aversion' }]);
});

const suspected = (): Finding[] => findBiases(simulatedHistory('disposition', 2));

test('a suspected bias flags the trades that it touches, and is held back where the policy blocks', () => {
  const known = { ...calm, findings: suspected(), limits: blocking };
  const sale = biasFor({ ...purchase, direction: 'sell' }, known);
  expect(sale).toMatchObject([{ bias: 'disposition', from: 'finding', severity: 'high', response: 'block' }]);
  expect(blockedBy(sale)).toEqual([{ by: 'bias:disposition', reason: sale[0]!.message }]);
  expect(biasFor(purchase, known)).toEqual([]);
  expect(blockedBy(biasFor({ ...purchase, direction: 'sell' }, { ...known, limits: defaultLimits }))).toEqual([]);
});

test('a larger purchase is never flagged less', () => {
  const size = fc.double({ min: 0, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(size, size, (one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((of) =>
        biasFor({ ...purchase, size: of }, calm),
      );
      expect(more!.length).toBeGreaterThanOrEqual(less!.length);
    }),
  );
});

const decision = (id: string, answer: 'approved' | 'rejected' | 'expired', payload: object) => [
  { subject: id, kind: answer, payload: {} },
  { subject: id, kind: 'proposed', payload: payload as Record<string, unknown> },
];
const proposal = (target: number, direction: string, more: object = {}) => ({
  rehearsal: false,
  proposal: { weights: [{ asset_id: 'ETH', current_weight: 0.1, target_weight: target }] },
  evidence: { signals: [{ asset_id: 'ETH', direction: 'buy', opinion: { direction } }] },
  ...more,
});

test('an opinion is followed when what it speaks for is approved, or its opposite rejected', () => {
  const events = [
    ...decision('decision:1', 'approved', proposal(0.2, 'buy')),
    ...decision('decision:2', 'rejected', proposal(0.2, 'sell')),
    ...decision('decision:3', 'approved', proposal(0.2, 'sell')),
    ...decision('decision:4', 'expired', proposal(0.2, 'buy')),
    ...decision('decision:5', 'approved', proposal(0.2, 'hold')),
    ...decision('decision:6', 'approved', proposal(0.2, 'buy', { rehearsal: true })),
    ...decision('decision:7', 'approved', proposal(0.1, 'buy')),
    ...decision('decision:8', 'approved', { evidence: { signals: [null, 'text', { opinion: null }] } }),
    // a signal of its own proposes what it says
    ...decision('decision:9', 'rejected', proposal(0, 'buy', { proposal: {} })),
  ];
  expect(answeredOpinions(events)).toEqual([
    { decisionId: 'decision:1', side: 'buy', followed: true },
    { decisionId: 'decision:2', side: 'sell', followed: true },
    { decisionId: 'decision:3', side: 'sell', followed: false },
    { decisionId: 'decision:9', side: 'buy', followed: false },
  ]);
});

test('transactions become moves in dollars and in units after all splits; cash and transfers are none', () => {
  const transactions = [
    aTransaction('buy', 'SPY', { quantity: '2', amount: '800', fee: '1', on: '2024-01-02' }),
    aTransaction('split', 'SPY', { ratio: { numerator: '2', denominator: '1' }, on: '2024-02-01' }),
    aTransaction('sell', 'SPY', { quantity: '1', amount: '210', on: '2024-03-01' }),
    aTransaction('buy', 'ETH', { quantity: '1', amount: '100', accountId: 'euro', on: '2024-03-02' }),
    aTransaction('buy', 'BTC', { quantity: '1', amount: '100', accountId: 'euro', on: '2020-03-02' }),
    aTransaction('deposit', 'USD', { quantity: '5', on: '2024-03-03' }),
    aTransaction('transfer', 'SPY', { quantity: '1', toAccountId: 'cash', on: '2024-03-04' }),
    aTransaction('adjustment', 'SPY', { quantity: '-1', on: '2024-03-05' }),
  ];
  const moves = movesFrom(transactions, {
    accounts: ledgers,
    isCash: (assetId) => assetId === 'USD' || assetId === 'EUR',
    usdRateAt: (_, at) => (at > Date.UTC(2024, 0) ? '1.1' : undefined),
    splits: new SplitHistory(transactions),
    splitsUntil: () => Infinity,
  });
  expect(moves.map(({ kind, assetId, units, usd, feeUsd }) => [kind, assetId, units, usd, feeUsd])).toEqual([
    ['buy', 'SPY', 4, 800, 1],
    ['sell', 'SPY', 1, 210, null],
    ['buy', 'ETH', 1, 110.00000000000001, null],
    ['buy', 'BTC', 1, null, null],
    ['out', 'SPY', 1, null, null],
  ]);
});
