import { biasRecommendation, lossFlags, positionFlags, streakFlags } from '../../../../src/risk/domain/bias.js';
import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const weights = (entries: Record<string, number>) => new Map(Object.entries(entries) as [AssetId, number][]);

test.each([
  [0.02, undefined],
  [0.021, 'medium'],
  [0.05, 'medium'],
  [0.051, 'high'],
])('recent losses of %d are of severity %p', (loss, severity) => {
  expect(lossFlags(loss)[0]?.severity).toBe(severity);
});

test.each([
  [4, undefined],
  [5, 'medium'],
  [7, 'medium'],
  [8, 'high'],
])('a streak of %i wins is of severity %p', (wins, severity) => {
  expect(streakFlags(wins)[0]?.severity).toBe(severity);
});

test('Bitcoin is judged by its own band, the others by theirs', () => {
  expect(positionFlags(weights({ BTC: 0.6, ETH: 0.2, SPY: 0.2 }), defaultLimits)).toEqual([]);
  expect(positionFlags(weights({ BTC: 0.61, ETH: 0.21 }), defaultLimits).map(({ message }) => message)).toEqual([
    'BTC is 61 % of the portfolio, above its limit of 60 %.',
    'ETH is 21 % of the portfolio, above its limit of 20 %.',
  ]);
});

test('what is below its lower limit is named as that, and nobody is told to reduce it or to stand still', () => {
  const flags = positionFlags(weights({ BTC: 0.25, ETH: 0.2 }), defaultLimits);
  expect(flags).toEqual([
    {
      type: 'limit_breach',
      severity: 'medium',
      message: 'BTC is 25 % of the portfolio, below its lower limit of 50 %.',
      recommendation: 'INCREASE_POSITION',
    },
  ]);
  expect(biasRecommendation(flags)).toBe('OK');
  expect(positionFlags(weights({ ETH: 0.2 }), defaultLimits)[0]!.message).toMatch(/^BTC is 0 % .* below/);
});

test('cash is what the others leave over, and has a limit where the policy names it', () => {
  const held = weights({ BTC: 0.5, USD: 0.5 });
  const isCash = (assetId: AssetId) => assetId === 'USD';
  expect(positionFlags(held, defaultLimits, { isCash })).toEqual([]);
  const named = { ...defaultLimits, assets: { USD: { min: 0, max: 0.1 } } };
  expect(positionFlags(held, named, { isCash })[0]!.message).toMatch(/^USD is 50 % .* above its limit of 10 %/);
});

test('a group is judged as a whole', () => {
  const grouped = {
    ...defaultLimits,
    groups: [{ name: 'stocks', assets: ['SPY', 'QQQ'] as AssetId[], min: 0, max: 0.3 }],
  };
  expect(positionFlags(weights({ BTC: 0.6, SPY: 0.2, QQQ: 0.2 }), grouped).map(({ message }) => message)).toEqual([
    'the group stocks is 40 % of the portfolio, above its limit of 30 %.',
  ]);
});

test('a position within its limit is bold above 1.5 times what was recommended', () => {
  const flags = (weight: number) =>
    positionFlags(weights({ BTC: 0.5, ETH: weight }), defaultLimits, { recommended: weights({ ETH: 0.1 }) });
  expect(flags(0.15)).toEqual([]);
  expect(flags(0.16)).toMatchObject([{ type: 'overconfidence', severity: 'medium' }]);
  expect(flags(0.3)).toMatchObject([{ type: 'limit_breach', severity: 'high' }]);
});

test('any severe flag says not to trade, a lesser one to trade smaller', () => {
  expect(biasRecommendation([])).toBe('OK');
  expect(biasRecommendation(streakFlags(5))).toBe('REDUCE_POSITION_SIZE');
  expect(biasRecommendation([...streakFlags(5), ...lossFlags(0.1)])).toBe('AVOID_TRADING');
});
