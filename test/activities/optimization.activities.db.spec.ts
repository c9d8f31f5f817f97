import { v7 as uuidv7 } from 'uuid';
import { OptimizationActivitiesProvider } from '../../activities/optimization.activities.js';
import { AssetRegistry } from '../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { ClosedBars } from '../../src/data/candles/closed-bars.js';
import { CanonicalSeries } from '../../src/data/candles/canonical-series.js';
import { DailyCloses } from '../../src/data/prices/daily-closes.js';
import { KnownSplits } from '../../src/data/prices/known-splits.js';
import { AssetSplits } from '../../src/portfolio/ledger/asset-splits.js';
import type { SeriesRef } from '../../src/data/domain/candle.js';
import { defaultRequest } from '../../src/optimization/domain/optimization-request.js';
import { optimizeSnapshot } from '../../src/optimization/domain/optimize-snapshot.js';
import { SnapshotFreezer } from '../../src/optimization/snapshot-freezer.js';
import { StoredCloses } from '../../src/data/quotes/stored-closes.js';
import { OptimizationSolver } from '../../src/optimization/optimization-solver.js';
import type { OptimizePortfolioInput } from '../../src/optimization/optimization.contract.js';
import { OptimizationRepository } from '../../src/optimization/optimization.repository.js';
import { ComputePool } from '../../src/platform/compute/compute-pool.js';
import { defaultLimits } from '../../src/policies/domain/policy-limits.js';
import type { PoliciesService } from '../../src/policies/policies.service.js';
import type { AssetId, OptimizationId, OwnerId, PortfolioId } from '../../src/shared/ids.js';
import { dayMs, toIso } from '../../src/shared/time.js';
import { useDatabase } from '../support/database.js';

const db = useDatabase();

const candles = () => new CandleRepository(db.orm.em.fork());
const optimizations = () => new OptimizationRepository(db.orm.em.fork());
const policy = { id: uuidv7(), version: 3 };
/** Of the default limits, and with asset limits of a half in the one version that is asked for by its number. */
const policies = {
  inForce: () => Promise.resolve({ policyId: policy.id, name: 'default', version: 3, limits: defaultLimits }),
  limitsOf: (_owner: OwnerId, id: string, version: number) =>
    Promise.resolve(
      id === policy.id && version === 3 ? { ...defaultLimits, others: { min: 0, max: 0.5 } } : defaultLimits,
    ),
} as unknown as PoliciesService;
const pool = new ComputePool();
const never = new AbortController().signal;
const config = { sources: { order: [], cryptoBasis: 'spot', environment: {} } } as never;
const closes = () => new StoredCloses([], config, new CanonicalSeries([], config, candles()), candles());
const solver = (compute: ComputePool = pool) =>
  new OptimizationSolver(new AssetRegistry(db.orm.em.fork()), closes(), policies, optimizations(), compute);
const activities = () => {
  const em = db.orm.em.fork();
  const splits = new AssetSplits(em, new KnownSplits(em));
  const assets = new AssetRegistry(em);
  const daily = new DailyCloses(assets, candles(), closes());
  const freezer = new SnapshotFreezer(assets, new ClosedBars(candles()), daily, splits, solver(), optimizations());
  return new OptimizationActivitiesProvider(solver(), freezer);
};
afterAll(() => pool.onApplicationShutdown());

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

test('closes in USDT are frozen in dollars at the price of USDT of the day, and the answer says so', async () => {
  const inUsdt = { ...series('SOL'), quoteCurrency: 'USDT' as const };
  await candles().storeSeries(inUsdt, swinging(0, 1));
  const usdt = Array.from({ length: days }, (_, i) => {
    const text = i % 2 ? '1.05' : '0.95';
    return { openTime: start + i * dayMs, open: text, high: text, low: text, close: text, volume: null };
  });
  await candles().storeSeries(series('USDT'), usdt);
  const run = input({ series: [series('BTC'), inUsdt, series('SPY'), series('GLD')] });
  const snapshot = await optimizations().snapshot(await freeze(run));
  expect(snapshot.closes['SOL']!.slice(-2)).toEqual(['95', '105']);
  expect(snapshot.series[1]!.notes).toEqual(['SOL: closes in USDT at the price of USDT of the day']);
});

test('what is only measured in is frozen beside the assets and weighted with none of them', async () => {
  await candles().storeSeries(series('EUR'), swinging(0.004, 0.7));
  const run = input();
  const { optimizationId: key, ownerId, series: own, asOf, lookbackDays, rehearsal } = run;
  const numeraire = 'EUR' as AssetId;
  const id = await activities().freezeMarketSnapshot({
    key,
    ownerId,
    series: own,
    asOf,
    lookbackDays,
    rehearsal,
    numeraire,
  });
  const snapshot = await optimizations().snapshot(id);
  expect(snapshot.series.map(({ assetId, isUnit }) => [assetId, isUnit ?? false])).toEqual([
    ['BTC', false],
    ['ETH', false],
    ['SPY', false],
    ['GLD', false],
    ['EUR', true],
  ]);
  const { outcome } = optimizeSnapshot(snapshot, defaultLimits, { ...defaultRequest, numeraire });
  if (outcome.kind !== 'solved') throw new Error(outcome.reason);
  expect(outcome.weights.map(({ assetId }) => assetId)).toEqual(['BTC', 'ETH', 'SPY', 'GLD']);
  expect(outcome.alternative).toMatchObject({ numeraire: 'USD' });
  expect(outcome.notes.join()).not.toMatch(/has no risk by definition/);
});

test('carries prices over a split that a source tells of, and says so in the snapshot and in the answer', async () => {
  const qqq = { ...series('QQQ'), adjustment: 'raw' as const };
  const whole = swinging(0.01, 1.9);
  await candles().storeSeries(
    qqq,
    // four for one on 2021-06-01
    whole.map((bar, i) => ({
      ...bar,
      open: null,
      high: null,
      low: null,
      close: i < 151 ? `${Number(bar.close) * 4}` : bar.close,
    })),
  );
  await db.orm.em.fork().execute(
    `insert into corporate_action (asset_id, source, kind, ex_date, numerator, denominator, known_at)
     values ('QQQ', 'yahoofinance', 'split', '2021-06-01', 4, 1, now())`,
  );
  const run = input({ series: [...input().series, qqq] });
  const snapshotId = await freeze(run);
  const snapshot = await optimizations().snapshot(snapshotId);
  const note = 'QQQ: prices before 2021-06-01 are carried over a split of 4 for 1, told by yahoofinance';
  expect(snapshot.series.map(({ notes }) => notes)).toEqual([undefined, undefined, undefined, undefined, [note]]);
  snapshot.closes['QQQ']!.forEach((close, i) => expect(Number(close)).toBeCloseTo(Number(whole[90 + i]!.close), 7));
  const solved = await solver().solve({ ...run, snapshotId }, never);
  expect((await optimizations().optimization(solved.optimizationId))!.details!.solved!.notes).toContain(note);
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
  const summary = await solver().solve({ ...run, snapshotId }, never);
  expect(summary).toMatchObject({ optimizationId: run.optimizationId, snapshotId, outcome: 'solved' });
  const weight = Object.fromEntries(summary.weights.map((one) => [one.assetId, one.weight]));
  // the two calm assets take all they may, bitcoin and ether share the rest
  expect(weight).toMatchObject({ SPY: 0.2, GLD: 0.2 });
  expect(weight['BTC']! + weight['ETH']!).toBeCloseTo(0.6, 12);
  expect(weight['BTC']).toBeGreaterThanOrEqual(0.5);

  const stored = (await optimizations().optimization(run.optimizationId))!;
  expect(stored).toMatchObject({ state: 'solved', optimizerId: 'minVariance', rehearsal: true });
  expect(stored.details).toMatchObject({ request: defaultRequest, policy, infeasible: null });
  expect(stored.statistics).toMatchObject({ observations: 99, periodsPerYear: 365 });
  const again = optimizeSnapshot(await optimizations().snapshot(snapshotId), defaultLimits, defaultRequest);
  expect(again.outcome).toMatchObject({ weights: stored.weights, certificate: stored.certificate });
});

test('a retried solve answers what the first one stored', async () => {
  const run = input();
  const snapshotId = await freeze(run);
  const first = await solver().solve({ ...run, snapshotId }, never);
  expect(await solver().solve({ ...run, snapshotId }, never)).toEqual(first);
});

test('limits that cannot hold are stored as an outcome with the reason', async () => {
  const run = input({ series: [series('BTC'), series('ETH')] });
  const snapshotId = await freeze(run);
  const summary = await solver().solve({ ...run, snapshotId }, never);
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
  const summary = await solver().solve({ ...run, snapshotId: await freeze(run) }, never);
  expect(summary.reason).toMatch(/has 0; the shortest series is ADA with 0 bars$/);
});

test('a cancelled solve ends its thread and stores nothing', async () => {
  const spin = { module: new URL('../src/platform/compute/long-work.js', import.meta.url), name: 'spin' };
  class SlowPool extends ComputePool {
    override run(_task: unknown, _input: unknown, signal: AbortSignal) {
      return super.run<number, never>(spin, 600_000, signal);
    }
  }
  const slow = new SlowPool();
  const of = input();
  const cancellation = new AbortController();
  const solving = solver(slow).solve({ ...of, snapshotId: await freeze(of) }, cancellation.signal);
  const reason = new Error('no longer wanted');
  setTimeout(() => cancellation.abort(reason), 100);
  await expect(solving).rejects.toBe(reason);
  expect(await optimizations().optimization(of.optimizationId)).toBeNull();
  await slow.onApplicationShutdown();
});

test('what was asked for under one version of a policy is solved under that version', async () => {
  const run = input({ series: [series('BTC'), series('ETH')] });
  const snapshotId = await freeze(run);
  const request = { ...defaultRequest, l2: 0.5 };
  const summary = await solver().solve({ ...run, snapshotId, policy, request }, never);
  // under the default limits two assets cannot make up the whole
  expect(summary.outcome).toBe('solved');
  expect((await optimizations().optimization(run.optimizationId))!.details).toMatchObject({ policy, request });
});

test('without a portfolio the limits are those that the service begins with', async () => {
  const run = input();
  const snapshotId = await freeze(run);
  const summary = await solver().solve({ ...run, portfolioId: null, snapshotId }, never);
  expect(summary.outcome).toBe('solved');
  expect(await optimizations().optimization(run.optimizationId)).toMatchObject({
    portfolioId: null,
    details: { policy: null },
  });
});

test('chooses one daily series an asset, and names the assets that have none', async () => {
  const choose = (...assets: string[]) =>
    solver().chooseSeries({ ownerId: 'local' as OwnerId, assets: assets as AssetId[] });
  expect(await choose('ETH', 'BTC')).toEqual([series('ETH'), series('BTC')]);
  await expect(choose('BTC', 'ADA', 'DOGE')).rejects.toMatchObject({
    kind: 'conflict',
    message: 'no daily prices of ADA, DOGE are stored',
  });
});
