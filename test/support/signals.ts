import { v7 as uuidv7 } from 'uuid';
import type { SignalRow, SignalRunRow } from '../../src/signals/signal.repository.js';
import type { AssetId } from '../../src/shared/ids.js';

/** A recorded run as of 2021-07-06 in which SPY gave no signal. */
export const aSignalRun = (over: Partial<SignalRunRow> = {}): SignalRunRow => ({
  id: uuidv7(),
  ownerId: 'local',
  portfolioId: uuidv7(),
  asOf: new Date('2021-07-07T00:00:00Z'),
  rehearsal: true,
  withheld: [{ assetId: 'SPY' as AssetId, category: 'swing', reason: 'hold: trend neutral, RSI 48' }],
  ...over,
});

/** The sell signal that the daily closes of bitcoin gave then. */
export const aSignal = (run: SignalRunRow, over: Partial<SignalRow> = {}): SignalRow => ({
  id: uuidv7(),
  runId: run.id,
  ownerId: run.ownerId,
  portfolioId: run.portfolioId,
  assetId: 'BTC',
  category: 'swing',
  direction: 'sell',
  entryPrice: '34235.19345116',
  takeProfit: '30811.674106',
  stopLoss: '35946.9531237',
  takeProfitPct: 10,
  stopLossPct: 5,
  riskRewardRatio: 2,
  positionSizePct: 0.2,
  strength: 'very_strong',
  confidencePoints: 70,
  ruleVersion: 1,
  evidence: {
    rule: 'trend_with_macd',
    reason: 'MACD -872.5 agrees with the trend: the 20-bar mean is below the 50-bar mean',
    findings: [
      {
        rule: 'rsi_reversal',
        version: 1,
        stance: 'none',
        reason: 'RSI 46.38',
        values: { rsi: 46.38297382763105 },
        points: 0,
      },
      {
        rule: 'trend_with_macd',
        version: 1,
        stance: 'sell',
        reason: 'MACD -872.5 agrees with the trend: the 20-bar mean is below the 50-bar mean',
        values: {
          macd: -872.4764583885699,
          histogram: 120.25,
          fast_mean: 34347.3038013185,
          slow_mean: 36184.63693479241,
        },
        points: 10,
      },
    ],
    trend: 'down',
    volatility: 0.873778087127004,
    range: 0.0585,
    rangeFrom: 'closes',
    interval: '1d',
    periodsPerYear: 365,
    bars: 120,
    firstBar: '2021-03-09T00:00:00Z',
    lastBar: '2021-07-06T00:00:00Z',
    barsSha256: 'b848fdbaf5aad93ed48fcdf79820e040f6c5837f7cec30250ccffc894f21d22a',
    riskFraction: 0.01,
    sizeLimitedBy: 'risk',
    costRate: 0.0015,
    riskRewardAfterCosts: 1.8302,
  },
  series: { source: 'csv:cmc-usd', quoteCurrency: 'USD', adjustment: 'unknown' },
  rehearsal: run.rehearsal,
  simulated: false,
  asOf: run.asOf,
  expiresAt: new Date('2021-08-04T00:00:00Z'),
  ...over,
});
