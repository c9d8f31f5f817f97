import { tradeCategories, type TradeCategory } from '../../../../src/signals/domain/signal.js';
import { categoryRules } from '../../../../src/signals/domain/trade-category.js';
import {
  confidencePoints,
  defaultRiskBudget,
  levelsFor,
  positionSize,
  riskFractionBounds,
  strengthOf,
  targetPrices,
  type Support,
} from '../../../../src/signals/domain/trade-plan.js';

describe('levels', () => {
  // TP = min + (max - min) k and SL likewise, with k = min(s / 0.30, 2) / 2; size = 1 % / SL, at most 20 %
  test.each<[TradeCategory, number | null, number, number, number, number]>([
    // category, volatility, TP %, SL %, risk/reward, size
    ['swing', 0.15, 4, 2, 2, 0.2], //             k = 0.25
    ['swing', 0.3, 6, 3, 2, 0.2], //              k = 0.5
    ['swing', 0.6, 10, 5, 2, 0.2], //             k = 1: 1 % / 5 % is exactly the cap
    ['swing', 1.8, 10, 5, 2, 0.2], //             k stays 1
    ['swing', null, 6, 3, 2, 0.2], //             unknown volatility takes the middle
    ['swing', 0, 6, 3, 2, 0.2], //                so does zero
    ['scalp', 0.3, 0.3, 0.125, 2.4, 0.2], //      8 uncapped
    ['scalp', 0.6, 0.5, 0.2, 2.5, 0.2],
    ['intraday', 0.6, 2, 1, 2, 0.2],
    ['long_term', 0.3, 30, 10, 3, 0.1], //        1 % / 10 %
    ['long_term', 0.6, 50, 15, 3.3333, 0.01 / 0.15],
  ])('%s at a volatility of %p', (category, volatility, takeProfit, stopLoss, ratio, size) => {
    const levels = levelsFor(category, volatility);
    expect(levels.takeProfitPct).toBeCloseTo(takeProfit, 12);
    expect(levels.stopLossPct).toBeCloseTo(stopLoss, 12);
    expect(levels.riskRewardRatio).toBe(ratio);
    expect(positionSize(levels.stopLossPct, defaultRiskBudget)).toBeCloseTo(size, 12);
  });

  test('a swing promises exactly twice its risk at every volatility', () => {
    for (let volatility = 0.001; volatility < 0.7; volatility += 0.001) {
      expect(levelsFor('swing', volatility).riskRewardRatio).toBe(2);
    }
  });

  test('every category passes the gate of 1.5 and the bounds of the risk budget at every volatility', () => {
    for (const category of tradeCategories) {
      const { takeProfitPct, stopLossPct } = categoryRules[category];
      for (let volatility = 0.01; volatility < 1; volatility += 0.01) {
        const levels = levelsFor(category, volatility);
        expect(levels.riskRewardRatio).toBeGreaterThanOrEqual(1.5);
        expect(levels.takeProfitPct).toBeGreaterThanOrEqual(takeProfitPct.min);
        expect(levels.takeProfitPct).toBeLessThanOrEqual(takeProfitPct.max);
        expect(levels.stopLossPct).toBeGreaterThanOrEqual(stopLossPct.min);
        expect(levels.stopLossPct).toBeLessThanOrEqual(stopLossPct.max);
        const size = positionSize(levels.stopLossPct, defaultRiskBudget);
        expect(size).toBeGreaterThan(0);
        expect(size).toBeLessThanOrEqual(0.2);
      }
    }
    expect(defaultRiskBudget.riskFraction).toBeGreaterThanOrEqual(riskFractionBounds.min);
    expect(defaultRiskBudget.riskFraction).toBeLessThanOrEqual(riskFractionBounds.max);
  });
});

test('a stop of 5 % meets the cap exactly', () => {
  expect(positionSize(5, defaultRiskBudget)).toBe(0.2);
});

test('a wider stop gives a smaller position', () => {
  const uncapped = { riskFraction: 0.01, maxPosition: 1 };
  expect(positionSize(2, uncapped)).toBeCloseTo(0.5, 12);
  expect(positionSize(5, uncapped)).toBeCloseTo(0.2, 12);
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
  const support = (over: Partial<Support>): Support => ({
    direction: 'buy',
    rsi: 50,
    macd: null,
    trend: 'neutral',
    riskRewardRatio: 1.6,
    ...over,
  });

  test.each<[Partial<Support>, string, number]>([
    [{}, 'weak', 50],
    [{ riskRewardRatio: 2 }, 'moderate', 60],
    [{ riskRewardRatio: 3 }, 'moderate', 70],
    [{ rsi: 29.9, riskRewardRatio: 2 }, 'strong', 70],
    [{ rsi: 30 }, 'weak', 50],
    [{ rsi: 20 }, 'moderate', 60],
    [{ rsi: 19.9 }, 'moderate', 70],
    [{ rsi: 0, riskRewardRatio: 2 }, 'strong', 80],
    [{ rsi: null, riskRewardRatio: 2 }, 'moderate', 60],
    [{ direction: 'sell', rsi: 80.1 }, 'moderate', 70],
    [{ trend: 'up', macd: 1, riskRewardRatio: 2 }, 'very_strong', 70],
    [{ direction: 'sell', trend: 'down', macd: -1, riskRewardRatio: 2 }, 'very_strong', 70],
    // what points the other way is no support
    [{ macd: -1 }, 'weak', 50],
    [{ direction: 'sell', macd: 1 }, 'weak', 50],
    [{ macd: 0 }, 'weak', 50],
    [{ trend: 'down' }, 'weak', 50],
    [{ rsi: 10, trend: 'up', macd: 1, riskRewardRatio: 3.3333 }, 'very_strong', 100],
  ])('%j is %s with %i points', (over, strength, points) => {
    expect(strengthOf(support(over))).toBe(strength);
    expect(confidencePoints(support(over))).toBe(points);
  });
});
