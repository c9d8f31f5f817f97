import { tradeCategories, type TradeCategory } from '../../../../src/shared/trade-categories.js';
import { type RuleFinding } from '../../../../src/signals/domain/evidence.js';
import { categoryRules } from '../../../../src/signals/domain/trade-category.js';
import {
  confidencePoints,
  defaultRiskBudget,
  levelsFor,
  positionSize,
  ratioAfterCosts,
  riskFractionBounds,
  strengthOf,
  targetPrices,
  type Support,
} from '../../../../src/signals/domain/trade-plan.js';

describe('levels', () => {
  // so many average ranges away, within the category's percentages
  test.each<[TradeCategory, number, number, number, number]>([
    // category, range, TP %, SL %, risk/reward
    ['swing', 0.01, 3, 1.5, 2],
    ['swing', 0.02, 6, 3, 2],
    ['swing', 0.002, 2, 1, 2], //          both at the near end
    ['swing', 0.06, 10, 5, 2], //          both at the far end
    ['scalp', 0.0006, 0.18, 0.09, 2],
    ['scalp', 0.002, 0.5, 0.2, 2.5], //    the stop meets its end first
    ['intraday', 0.006, 1.2, 0.6, 2],
    ['intraday', 0.001, 0.5, 0.2, 2.5],
    ['long_term', 0.012, 10.8, 5, 2.16], // the stop at its near end
    ['long_term', 0.045, 40.5, 13.5, 3],
    ['long_term', 0.08, 50, 15, 3.3333],
  ])('%s at a range of %p', (category, range, takeProfit, stopLoss, ratio) => {
    const levels = levelsFor(category, range);
    expect(levels.takeProfitPct).toBeCloseTo(takeProfit, 12);
    expect(levels.stopLossPct).toBeCloseTo(stopLoss, 12);
    expect(levels.riskRewardRatio).toBe(ratio);
  });

  test('every category passes the gate of 1.5 and the bounds of the risk budget at every range', () => {
    for (const category of tradeCategories) {
      const { takeProfitPct, stopLossPct } = categoryRules[category];
      for (let range = 0.0001; range < 0.2; range *= 1.1) {
        const levels = levelsFor(category, range);
        expect(levels.riskRewardRatio).toBeGreaterThanOrEqual(1.5);
        expect(levels.takeProfitPct).toBeGreaterThanOrEqual(takeProfitPct.min);
        expect(levels.takeProfitPct).toBeLessThanOrEqual(takeProfitPct.max);
        expect(levels.stopLossPct).toBeGreaterThanOrEqual(stopLossPct.min);
        expect(levels.stopLossPct).toBeLessThanOrEqual(stopLossPct.max);
        const { size } = positionSize(levels.stopLossPct, defaultRiskBudget, 'buy');
        expect(size).toBeGreaterThan(0);
        expect(size).toBeLessThanOrEqual(0.2);
      }
    }
    expect(defaultRiskBudget.riskFraction).toBeGreaterThanOrEqual(riskFractionBounds.min);
    expect(defaultRiskBudget.riskFraction).toBeLessThanOrEqual(riskFractionBounds.max);
  });

  test('costs of both trades come off the target and on to the stop', () => {
    // (2 - 0.3) / (1 + 0.3)
    expect(ratioAfterCosts({ takeProfitPct: 2, stopLossPct: 1, riskRewardRatio: 2 }, 0.0015)).toBe(1.3077);
    expect(ratioAfterCosts({ takeProfitPct: 0.2, stopLossPct: 0.1, riskRewardRatio: 2 }, 0.0015)).toBeLessThan(0);
  });
});

describe('the size of a position', () => {
  test('a stop of 5 % meets the cap exactly, and a wider one gives a smaller position', () => {
    expect(positionSize(5, defaultRiskBudget, 'buy')).toEqual({ size: 0.2, limitedBy: 'risk' });
    const uncapped = { riskFraction: 0.01, maxWeight: 1, cashShare: null };
    expect(positionSize(2, uncapped, 'buy').size).toBeCloseTo(0.5, 12);
    expect(positionSize(5, uncapped, 'buy').size).toBeCloseTo(0.2, 12);
  });

  test('is limited by the largest weight, and for a buy by the cash there is', () => {
    const budget = { riskFraction: 0.01, maxWeight: 0.2, cashShare: 0.05 };
    expect(positionSize(2, budget, 'buy')).toEqual({ size: 0.05, limitedBy: 'cash' });
    expect(positionSize(2, budget, 'sell')).toEqual({ size: 0.2, limitedBy: 'max_weight' });
  });
});

describe('target prices', () => {
  const levels = { takeProfitPct: 6, stopLossPct: 3, riskRewardRatio: 2 };

  test('lie above and below the entry of a buy', () => {
    expect(targetPrices('34235.19345116', 'buy', levels)).toEqual({
      takeProfit: '36289.3050582', // 34235.19345116 × 1.06 = 36289.3050582296
      stopLoss: '33208.1376476', //   34235.19345116 × 0.97 = 33208.1376476252
    });
  });

  test('are mirrored for a sell', () => {
    expect(targetPrices('100', 'sell', levels)).toEqual({ takeProfit: '94', stopLoss: '103' });
  });

  test('stay plain decimals for tiny prices', () => {
    expect(targetPrices('0.00000002', 'buy', levels)).toEqual({ takeProfit: '0.0000000212', stopLoss: '0.0000000194' });
  });
});

describe('strength and confidence', () => {
  const finding = (
    rule: RuleFinding['rule'],
    stance: RuleFinding['stance'],
    points = 0,
    values: RuleFinding['values'] = {},
  ): RuleFinding => ({ rule, version: 1, stance, reason: rule, values, points });
  const macd = (value: number | null, stance: RuleFinding['stance'] = 'none') =>
    finding('trend_with_macd', stance, 10, { macd: value });
  const breakout = finding('breakout', 'buy', 10);
  const extreme = finding('rsi_reversal', 'buy', 20);

  test.each<[string, Partial<Support>, string, number]>([
    ['an opener alone', {}, 'weak', 60],
    ['twice the risk to win', { riskRewardRatio: 2 }, 'moderate', 70],
    ['three times', { riskRewardRatio: 3 }, 'moderate', 80],
    ['an extreme RSI', { opener: extreme, findings: [extreme], riskRewardRatio: 2 }, 'strong', 80],
    ['a trend in its direction', { trend: 'up' }, 'moderate', 70],
    ['a trend against it is no support', { trend: 'down' }, 'weak', 60],
    ['another rule that agrees', { findings: [breakout, macd(1, 'buy')] }, 'moderate', 65],
    ['another rule against it', { findings: [breakout, finding('pullback', 'sell', 10)] }, 'weak', 50],
    ['MACD the other way', { findings: [breakout, macd(-1)] }, 'weak', 60],
    ['a MACD of 0 and an unknown one', { findings: [breakout, macd(0), macd(null, 'unknown')] }, 'weak', 60],
    [
      'everything',
      { opener: extreme, findings: [extreme, breakout, macd(1, 'buy')], trend: 'up', riskRewardRatio: 3.3333 },
      'very_strong',
      100,
    ],
  ])('%s', (_name, over, strength, points) => {
    const support: Support = {
      direction: 'buy',
      opener: breakout,
      findings: [breakout],
      trend: 'neutral',
      riskRewardRatio: 1.6,
      ...over,
    };
    expect(strengthOf(support)).toBe(strength);
    expect(confidencePoints(support)).toBe(points);
  });
});
