import type { OpinionQuestion } from '../../../src/ai/ai.contract.js';

type Of<K extends OpinionQuestion['kind']> = Extract<OpinionQuestion, { kind: K }>;

/** A check of a buy of BTC at 100. */
export const aCheckQuestion = (differs: Partial<Of<'check'>> = {}): OpinionQuestion => ({
  kind: 'check',
  symbol: 'BTC',
  direction: 'buy',
  confidencePoints: 70,
  market: {
    price: 100,
    volume: 150,
    averageVolume: 100,
    rsi: 30,
    macd: { macd: 2, signal: 1, histogram: 1 },
  },
  ...differs,
});

/** A question to the model about a swing trade of BTC, oversold at 100. */
export const aModelQuestion = (differs: Partial<Of<'opinion'>> = {}): OpinionQuestion => ({
  kind: 'opinion',
  symbol: 'BTC',
  category: 'swing',
  market: {
    price: 100,
    rsi: 15,
    macd: null,
    ema9: 99,
    ema21: 98,
    ema50: 97,
    volumeRatio: 1.2,
    atr: 3,
    recentHigh: 110,
    recentLow: 95,
    supportLevels: [95],
    resistanceLevels: [],
  },
  maxRiskFraction: 0.01,
  sentiment: null,
  news: null,
  complaints: [],
  ...differs,
});
