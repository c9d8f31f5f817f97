import { v7 as uuidv7 } from 'uuid';
import { frozenMarket, type MarketSnapshot } from '../../src/optimization/domain/market-snapshot.js';
import type { OptimizationRow } from '../../src/optimization/optimization.repository.js';
import type { AssetId, SnapshotId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';

const start = Date.parse('2021-01-01T00:00:00Z');
/** Three days of two assets; `close` is the first price. */
export const aMarketSnapshot = (close = '134.44400024414062'): MarketSnapshot =>
  frozenMarket(
    start + 3 * dayMs,
    365,
    ['BTC', 'ETH'].map((assetId) => ({
      series: {
        assetId: assetId as AssetId,
        interval: '1d',
        source: 'csv:test',
        quoteCurrency: 'USD',
        adjustment: 'unknown',
      },
      closes: [close, '0.00000002', '100'].map((text, i) => ({ openTime: start + i * dayMs, close: text })),
    })),
  );

/** A solved one of two assets, on the snapshot given. */
export const anOptimization = (snapshotId: SnapshotId, over: Partial<OptimizationRow> = {}): OptimizationRow => ({
  id: uuidv7(),
  ownerId: 'local',
  portfolioId: uuidv7(),
  snapshotId,
  state: 'solved',
  reason: null,
  knownAt: null,
  optimizerId: 'minVariance',
  optimizerVersion: 1,
  constraints: [
    { assetId: 'BTC' as AssetId, min: 0.5, max: 0.6 },
    { assetId: 'ETH' as AssetId, min: 0, max: 0.5 },
  ],
  weights: [
    { assetId: 'BTC' as AssetId, weight: 0.5, min: 0.5, max: 0.6, binding: 'lower', shadowPrice: 0.25 },
    { assetId: 'ETH' as AssetId, weight: 0.5, min: 0, max: 0.5, binding: 'upper', shadowPrice: 0 },
  ],
  certificate: {
    primalResidual: 0,
    dualResidual: 1e-17,
    complementarity: 0,
    dualityGap: 2e-17,
    iterations: 3,
    conditionNumber: null,
  },
  statistics: {
    volatility: 0.4,
    observations: 2,
    tradingDays: 'every_day',
    periodsPerYear: 365,
    assetVolatilities: [{ assetId: 'BTC' as AssetId, volatility: 0.7 }],
    effectiveObservations: null,
    shrinkage: null,
    expectedReturns: null,
  },
  details: null,
  asOf: new Date(start + 3 * dayMs),
  rehearsal: true,
  simulated: false,
  ...over,
});
