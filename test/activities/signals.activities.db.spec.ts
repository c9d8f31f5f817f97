import { v7 as uuidv7 } from 'uuid';
import { SignalActivitiesProvider } from '../../activities/signals.activities.js';
import type { BiasService } from '../../src/bias/bias.service.js';
import { AssetRegistry } from '../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { ClosedBars } from '../../src/data/candles/closed-bars.js';
import { CanonicalSeries } from '../../src/data/candles/canonical-series.js';
import { DatedPrices } from '../../src/data/prices/dated-prices.js';
import { StoredCloses } from '../../src/data/quotes/stored-closes.js';
import type { Candle, SeriesRef } from '../../src/data/domain/candle.js';
import { defaultLimits } from '../../src/policies/domain/policy-limits.js';
import type { PoliciesService } from '../../src/policies/policies.service.js';
import { defaultRiskBudget } from '../../src/signals/domain/trade-plan.js';
import type { SignalBudgets } from '../../src/signals/runs/signal-budgets.js';
import { SettlementRepository } from '../../src/signals/settlements/settlement.repository.js';
import { SignalSettler } from '../../src/signals/settlements/signal-settler.js';
import { SignalEvaluator } from '../../src/signals/runs/signal-evaluator.js';
import { SignalGuard } from '../../src/signals/runs/signal-guard.js';
import type { SignalRunRequests } from '../../src/signals/runs/signal-run-requests.service.js';
import { SignalRunner } from '../../src/signals/runs/signal-runner.js';
import { SignalRunRepository } from '../../src/signals/runs/signal-run.repository.js';
import { SignalRepository } from '../../src/signals/signal.repository.js';
import type { GenerateSignalsInput } from '../../src/signals/signals.contract.js';
import type { AssetId, OwnerId, PipelineId, PortfolioId } from '../../src/shared/ids.js';
import { dayMs, toIso } from '../../src/shared/time.js';
import { useDatabase } from '../support/database.js';
import { testConfig } from '../support/service.js';

const db = useDatabase();

const candles = () => new CandleRepository(db.orm.em.fork());
const signals = () => new SignalRepository(db.orm.em.fork());
// what portfolios say of who decides is tried where they have trades
const noBias = {
  of: () =>
    Promise.resolve({ findings: [], record: { recentLoss: null, winStreak: 0 }, weights: null, limits: defaultLimits }),
} as unknown as BiasService;
const activities = () => {
  const em = db.orm.em.fork();
  const { sources } = testConfig(db.database.url, {});
  const canonical = new CanonicalSeries([], { sources }, candles());
  const closes = new StoredCloses([], { sources } as never, canonical, candles());
  // what a portfolio may risk is tried where portfolios are
  const budgets = { of: () => Promise.resolve(() => defaultRiskBudget) } as unknown as SignalBudgets;
  const evaluator = new SignalEvaluator(new AssetRegistry(em), canonical, new ClosedBars(candles()));
  const prices = new DatedPrices(new AssetRegistry(em), candles(), closes);
  const settler = new SignalSettler(
    new SettlementRepository(em),
    new AssetRegistry(em),
    canonical,
    new ClosedBars(candles()),
    prices,
  );
  const guard = new SignalGuard(new SettlementRepository(em), new ClosedBars(candles()), noBias);
  const runner = new SignalRunner(
    evaluator,
    guard,
    budgets,
    {} as PoliciesService,
    new SignalRunRepository(em),
    signals(),
  );
  return new SignalActivitiesProvider(runner, {} as SignalRunRequests, settler);
};

const start = Date.parse('2021-01-01T00:00:00Z');
const asOf = start + 130 * dayMs;
const series = (assetId: string, source = 'csv:test'): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'unknown',
});
const bar = (close: number, i: number): Candle => {
  const text = String(close);
  return { openTime: start + i * dayMs, open: text, high: text, low: text, close: text, volume: null };
};
/** Rises by 3 and falls by 2 in turn: a trend without an extreme RSI. */
const rising = (count: number) =>
  Array.from({ length: count }, (_, i) => bar(100 + Math.ceil(i / 2) * 3 - Math.floor(i / 2) * 2, i));
const flat = (count: number) => Array.from({ length: count }, (_, i) => bar(100.1, i));

const input = (over: Partial<GenerateSignalsInput> = {}): GenerateSignalsInput => ({
  runId: uuidv7() as PipelineId,
  ownerId: 'local' as OwnerId,
  portfolioId: uuidv7() as PortfolioId,
  series: [series('BTC'), series('ETH'), series('SOL')],
  categories: ['swing'],
  asOf: toIso(asOf),
  rehearsal: true,
  ...over,
});

beforeAll(async () => {
  await candles().storeSeries(series('BTC'), rising(140));
  await candles().storeSeries(series('ETH'), flat(140));
  await candles().storeSeries(series('SOL'), rising(41));
  await candles().storeSeries(series('GLD', 'simulated:yahoofinance:1'), rising(140));
});

test('stores the signals of bars closed at the as-of and says why the others are withheld', async () => {
  const run = input();
  const summary = await activities().evaluateSignals(run);
  expect(summary.withheld).toEqual([
    { assetId: 'ETH', category: 'swing', reason: 'hold: no movement in 50 bars' },
    { assetId: 'SOL', category: 'swing', reason: 'needs 61 closed bars of 1d, has 41' },
  ]);
  const [signal, ...more] = (await signals().recordedRun(run.runId))!.signals;
  expect(more).toEqual([]);
  expect(summary.signalIds).toEqual([signal!.id]);
  // bar 129, the last that ended by the as-of, although ten later ones are stored: 100 + 65 × 3 - 64 × 2
  expect(signal).toMatchObject({
    assetId: 'BTC',
    direction: 'buy',
    entryPrice: '167',
    rehearsal: true,
    simulated: false,
    asOf: new Date(asOf),
    expiresAt: new Date(asOf + 28 * dayMs),
    series: { source: 'csv:test', quoteCurrency: 'USD', adjustment: 'unknown' },
  });
  expect(signal!.evidence).toMatchObject({ bars: 120, lastBar: '2021-05-10T00:00:00Z', rule: 'breakout' });
});

test('a retried attempt answers the same ids, also when prices were corrected in between', async () => {
  const run = input();
  const first = await activities().evaluateSignals(run);
  await candles().storeSeries(series('SOL'), rising(140));
  expect(await activities().evaluateSignals(run)).toEqual(first);
});

test('a live run sees what was corrected after it was asked for, a rehearsal does not', async () => {
  await candles().storeSeries(series('ADA'), rising(130));
  const last = rising(130)[129]!;
  await candles().storeSeries(series('ADA'), [{ ...last, high: '171', close: '168' }]);
  const entry = async (rehearsal: boolean) => {
    const run = input({ series: [series('ADA')], rehearsal });
    await activities().evaluateSignals(run);
    return (await signals().recordedRun(run.runId))!.signals.map(({ entryPrice }) => entryPrice);
  };
  expect(await entry(true)).toEqual(['167']);
  expect(await entry(false)).toEqual(['168']);
});

test('attempts at once answer the same ids', async () => {
  const run = input();
  const answers = await Promise.all([1, 2, 3].map(() => activities().evaluateSignals(run)));
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('bars that the rules cannot bear cost their own pair, not the run', async () => {
  const broken = rising(140).map((one) => ({ ...one, high: String(Number(one.close) * 0.9) }));
  await candles().storeSeries(series('LINK'), broken);
  const { signalIds, withheld } = await activities().evaluateSignals(
    input({ series: [series('LINK'), series('BTC')] }),
  );
  expect(signalIds).toHaveLength(1);
  expect(withheld).toMatchObject([
    {
      assetId: 'LINK',
      category: 'swing',
      reason: expect.stringMatching(/^the rules cannot judge the bars of 1d: bar 0:/),
    },
  ]);
});

test('a signal from simulated prices says so', async () => {
  const run = input({ series: [series('GLD', 'simulated:yahoofinance:1')] });
  await activities().evaluateSignals(run);
  const { signals: stored } = (await signals().recordedRun(run.runId))!;
  expect(stored).toMatchObject([{ assetId: 'GLD', simulated: true }]);
});
