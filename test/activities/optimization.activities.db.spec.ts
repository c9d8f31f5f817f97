import { v7 as uuidv7 } from 'uuid';
import { OptimizationActivitiesProvider } from '../../activities/optimization.activities.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import type { SeriesRef } from '../../src/data/domain/candle.js';
import { btcBandPolicy } from '../../src/optimization/domain/constraints.js';
import { optimizeSnapshot } from '../../src/optimization/domain/optimize.js';
import type { OptimizePortfolioInput } from '../../src/optimization/optimization.contract.js';
import { OptimizationRepository } from '../../src/optimization/optimization.repository.js';
import type { AssetId, OptimizationId, OwnerId, PortfolioId } from '../../src/shared/ids.js';
import { dayMs, toIso } from '../../src/shared/time.js';
import { useDatabase } from '../support/database.js';

const db = useDatabase();

const candles = () => new CandleRepository(db.orm.em.fork());
const optimizations = () => new OptimizationRepository(db.orm.em.fork());
const activities = () => new OptimizationActivitiesProvider(candles(), optimizations());

const start = Date.parse('2021-01-01T00:00:00Z');
const days = 200;
const series = (assetId: string): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: 'csv:test',
  quoteCurrency: 'USD',
  adjustment: 'unknown',
});

/** A path that swings by `size` with its own rhythm. */
const swinging = (size: number, rhythm: number, count = days) =>
  Array.from({ length: count }, (_, i) => {
    const text = (100 * (1 + size * Math.sin(i * rhythm))).toFixed(8);
    return { openTime: start + i * dayMs, open: text, high: text, low: text, close: text, volume: null };
  });

const input = (over: Partial<OptimizePortfolioInput> = {}): OptimizePortfolioInput => ({
  optimizationId: uuidv7() as OptimizationId,
  ownerId: 'local' as OwnerId,
  portfolioId: uuidv7() as PortfolioId,
  series: [series('BTC'), series('ETH'), series('SPY'), series('GLD')],
  optimizer: 'minVariance',
  asOf: toIso(start + 190 * dayMs),
  lookbackDays: 100,
  rehearsal: true,
  ...over,
});
const freeze = (run: OptimizePortfolioInput) =>
  activities().freezeMarketSnapshot({
    key: run.optimizationId,
    ownerId: run.ownerId,
    series: run.series,
    asOf: run.asOf,
    lookbackDays: run.lookbackDays,
    rehearsal: run.rehearsal,
  });

beforeAll(async () => {
  await candles().storeSeries(series('BTC'), swinging(0.05, 0.9));
  await candles().storeSeries(series('ETH'), swinging(0.08, 1.3));
  await candles().storeSeries(series('SPY'), swinging(0.01, 2.1));
  await candles().storeSeries(series('GLD'), swinging(0.008, 0.5));
});

test('freezes the closes of the lookback that were closed at the as-of', async () => {
  const snapshot = await optimizations().snapshot(await freeze(input()));
  // 100 days before 2021-07-10T00:00Z
  expect(snapshot.dates).toHaveLength(100);
  expect(snapshot.dates.at(0)).toBe('2021-04-01');
  expect(snapshot.dates.at(-1)).toBe('2021-07-09');
  expect(snapshot.closes['BTC']!.at(-1)).toBe(swinging(0.05, 0.9)[189]!.close);
});

test('answers the same snapshot to a retry, although more bars were stored in between', async () => {
  await candles().storeSeries(series('XRP'), swinging(0.1, 1.7, 120));
  const run = input({ series: [...input().series, series('XRP')] });
  const first = await freeze(run);
  const before = await optimizations().snapshot(first);
  expect(before.dates.at(-1)).toBe('2021-04-30');

  await candles().storeSeries(series('XRP'), swinging(0.1, 1.7));
  expect(await freeze(run)).toBe(first);
  expect(await optimizations().snapshot(first)).toEqual(before);
});

test('a live run freezes what was corrected after it was asked for, a rehearsal does not', async () => {
  const asOf = start + 190 * dayMs;
  await candles().storeSeries(series('SOL'), swinging(0.1, 1.1));
  const corrected = { ...swinging(0.1, 1.1)[189]!, high: '999', close: '999' };
  await candles().storeSeries(series('SOL'), [corrected]);
  const lastClose = async (rehearsal: boolean) => {
    const run = input({ series: [series('BTC'), series('SOL')], asOf: toIso(asOf), rehearsal });
    return (await optimizations().snapshot(await freeze(run))).closes['SOL']!.at(-1);
  };
  expect(await lastClose(true)).toBe(swinging(0.1, 1.1)[189]!.close);
  expect(await lastClose(false)).toBe('999');
});

test('solves on the snapshot and stores weights that can be derived from it again', async () => {
  const run = input();
  const snapshotId = await freeze(run);
  const summary = await activities().solve({ ...run, snapshotId });
  expect(summary).toMatchObject({ optimizationId: run.optimizationId, snapshotId, outcome: 'solved' });
  const weight = Object.fromEntries(summary.weights.map((one) => [one.assetId, one.weight]));
  // the two calm assets take all they may, bitcoin and ether share the rest
  expect(weight).toMatchObject({ SPY: 0.2, GLD: 0.2 });
  expect(weight['BTC']! + weight['ETH']!).toBeCloseTo(0.6, 12);
  expect(weight['BTC']).toBeGreaterThanOrEqual(0.5);

  const stored = (await optimizations().optimization(run.optimizationId))!;
  expect(stored).toMatchObject({ state: 'solved', optimizerId: 'minVariance', optimizerVersion: 1, rehearsal: true });
  expect(stored.statistics).toMatchObject({ observations: 99, periodsPerYear: 365 });
  const again = optimizeSnapshot(await optimizations().snapshot(snapshotId), btcBandPolicy, 'minVariance');
  expect(again.outcome).toMatchObject({ weights: stored.weights, certificate: stored.certificate });
});

test('a retried solve answers what the first one stored', async () => {
  const run = input();
  const snapshotId = await freeze(run);
  const first = await activities().solve({ ...run, snapshotId });
  expect(await activities().solve({ ...run, snapshotId })).toEqual(first);
});

test('limits that cannot hold are stored as an outcome with the reason', async () => {
  const run = input({ series: [series('BTC'), series('ETH')] });
  const snapshotId = await freeze(run);
  const summary = await activities().solve({ ...run, snapshotId });
  const reason = 'weights must sum to 1, but the upper limits add up to 0.8 (BTC 0.6, ETH 0.2)';
  expect(summary).toMatchObject({ outcome: 'infeasible', reason, weights: [] });
  expect(await optimizations().optimization(run.optimizationId)).toMatchObject({
    state: 'infeasible',
    reason,
    certificate: null,
  });
});

test('an asset without bars is an outcome that names it', async () => {
  const run = input({ series: [...input().series, series('ADA')] });
  const summary = await activities().solve({ ...run, snapshotId: await freeze(run) });
  expect(summary.reason).toMatch(/has 0; the shortest series is ADA with 0 bars$/);
});
