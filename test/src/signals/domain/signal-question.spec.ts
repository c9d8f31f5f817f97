import { requestOf } from '../../../../src/ai/fks-ai.payloads.js';
import type { Candle } from '../../../../src/data/domain/candle.js';
import {
  askedBy,
  signalQuestion,
  whyTooLateToAsk,
  type AskableSignal,
} from '../../../../src/signals/domain/signal-question.js';
import { dayMs, minuteMs, secondMs } from '../../../../src/shared/time.js';
import { tradeCategories } from '../../../../src/shared/trade-categories.js';

const start = Date.parse('2025-01-01T00:00:00Z');
/** Rises by one a bar from 101; whole bars with a volume that grows at the end. */
const rising = (bars: number, change: Partial<Candle> = {}): Candle[] =>
  Array.from({ length: bars }, (_, i) => ({
    openTime: start + i * dayMs,
    open: String(100 + i),
    high: String(102 + i),
    low: String(99 + i),
    close: String(101 + i),
    volume: i === bars - 1 ? '300' : '100',
    ...change,
  }));

const signal = (over: Partial<AskableSignal> = {}): AskableSignal => ({
  assetId: 'BTC',
  category: 'swing',
  direction: 'buy',
  entryPrice: '220',
  confidencePoints: 70,
  evidence: { riskFraction: 0.01, periodsPerYear: 365 },
  ...over,
});

test('tells the model what the bars tell', () => {
  const asked = signalQuestion(signal(), rising(120));
  expect(asked).toMatchObject({
    kind: 'question',
    about: { symbol: 'BTC', direction: 'buy', price: 220, limits: { stopLossPct: { min: 1, max: 5 } } },
    question: {
      kind: 'opinion',
      symbol: 'BTC',
      category: 'swing',
      // of a line that rises by one: an average of so many bars lies (n - 1) / 2 behind
      market: { price: 220, rsi: 100, ema9: 216, ema21: 210, volumeRatio: 3, atr: 3, recentHigh: 221, recentLow: 199 },
      maxRiskFraction: 0.01,
      complaints: [],
    },
  });
  const market = asked.kind === 'question' && asked.question.kind === 'opinion' ? asked.question.market : undefined;
  // no pivot stands out of a straight line
  expect(market).toMatchObject({ supportLevels: [], resistanceLevels: [] });
  expect(market!.macd!.macd).toBeCloseTo(7, 6);
});

test.each(tradeCategories)('makes a request of %s that the route takes', (category) => {
  const asked = signalQuestion(
    signal({ category, evidence: { riskFraction: 0.001, periodsPerYear: 365 } }),
    rising(240),
  );
  if (asked.kind === 'none') throw new Error(asked.why);
  expect(asked.question.kind).toBe(askedBy[category]);
  expect(requestOf(asked.question).path).toBe(category === 'scalp' ? '/ai/enhance-signal' : '/ai/trading/analyze');
});

test('leaves null what bars of closes alone do not tell, and what too few bars tell', () => {
  const closes = signalQuestion(signal(), rising(120, { open: null, high: null, low: null, volume: null }));
  expect(closes).toMatchObject({
    question: { market: { rsi: 100, volumeRatio: null, atr: null, recentHigh: null, supportLevels: [] } },
  });
  expect(signalQuestion(signal(), rising(12))).toMatchObject({
    question: { market: { rsi: null, macd: null, ema9: expect.any(Number), ema21: null } },
  });
  expect(signalQuestion(signal(), [])).toMatchObject({ question: { market: { price: 220, rsi: null } } });
});

test('tells the fixed rules a volume with its average, and does not ask them without', () => {
  expect(signalQuestion(signal({ category: 'scalp' }), rising(120))).toMatchObject({
    question: { kind: 'check', direction: 'buy', confidencePoints: 70, market: { volume: 300, averageVolume: 100 } },
  });
  const why = 'no volume is known, and the rules of a check would take that for a low one';
  expect(signalQuestion(signal({ category: 'scalp' }), rising(120, { volume: null }))).toEqual({ kind: 'none', why });
  expect(signalQuestion(signal({ category: 'scalp' }), [])).toEqual({ kind: 'none', why });
});

test('is not worth asking when the answer would come too late', () => {
  const now = start;
  expect(whyTooLateToAsk('opinion', now - 1, now)).toBe('the signal expired at 2024-12-31T23:59:59.999Z');
  expect(whyTooLateToAsk('opinion', now, now)).toMatch(/^the signal expired/);
  expect(whyTooLateToAsk('opinion', now + 3 * minuteMs, now)).toBeUndefined();
  expect(whyTooLateToAsk('opinion', now + 3 * minuteMs - 1, now)).toMatch(/in less than the 180 s/);
  expect(whyTooLateToAsk('check', now + 30 * secondMs, now)).toBeUndefined();
  expect(whyTooLateToAsk('check', now + 29 * secondMs, now)).toMatch(/in less than the 30 s/);
});
