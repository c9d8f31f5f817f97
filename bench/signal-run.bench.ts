// What a run of signals costs: 4 categories of 500 assets, as the workflow has its parts judged, against reading the same
// bars and nothing else; the first run of a new process over the nine assets that a database begins with; and the first
// answer of GET /api/signals/generate of new processes, over some hundred thousand stored signals. The server's own cache
// stays warm.
//   DATABASE_OWNER_URL=... DATABASE_URL=... node dist/bench/signal-run.bench.js [assets] [rounds] [processes]
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import { AppModule } from '../src/app.module.js';
import { AssetRegistry } from '../src/data/assets/asset-registry.js';
import { copyCandles, type CandleRevision } from '../src/data/candles/candle-copy.js';
import { ClosedBars } from '../src/data/candles/closed-bars.js';
import type { AssetClass } from '../src/data/domain/asset.js';
import { intervalMs, type Interval, type SeriesRef } from '../src/data/domain/candle.js';
import { expectedOpens } from '../src/data/domain/exchange-calendar.js';
import { readConfig } from '../src/platform/config/config.js';
import { configureHttp } from '../src/platform/http/http-app.js';
import { createLogger } from '../src/platform/logging/logger.js';
import { startTracing } from '../src/platform/temporal/tracing.js';
import { seededRandom } from '../src/risk/domain/random.js';
import type { AssetId, OwnerId, PortfolioId, SignalRunId } from '../src/shared/ids.js';
import { dayMs, minuteMs, toIso } from '../src/shared/time.js';
import { tradeCategories } from '../src/shared/trade-categories.js';
import { chunkOf } from '../src/signals/domain/signal-run.js';
import { categoryRules } from '../src/signals/domain/trade-category.js';
import { SignalEvaluator } from '../src/signals/runs/signal-evaluator.js';
import { SignalRunner } from '../src/signals/runs/signal-runner.js';

/** Goals: milliseconds, and how many times as long as reading the bars the run may take. */
const goals = { run: 10_000, ratio: 4, coldRun: 500, generate: 500 };
/** What the first run of a process may take at the most, on a machine that has other work. */
const coldRunLimit = 5_000;
/** Parts that the workflow has judged at a time. */
const partsAtOnce = 4;
const [count = 500, rounds = 3, processes = 30] = process.argv.slice(2).map(Number);
const source = 'csv:bench';
const owner = 'local' as OwnerId;
const asOf = Math.floor(Date.now() / minuteMs) * minuteMs;
const read: readonly (readonly [Interval, bars: number])[] = [
  ['1m', 480],
  ['15m', 480],
  ['1d', 800],
];

const config = readConfig({ ...process.env, FKS_SOURCES: 'binance' });

async function startService(): Promise<NestExpressApplication> {
  const logger = createLogger('api', config.log.level);
  const module = AppModule.with(config, startTracing('api', ''), logger);
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: false, bodyParser: false });
  configureHttp(app, config);
  await app.listen(0, '127.0.0.1');
  return app;
}

function* walk(assetClass: AssetClass, interval: Interval, bars: number, seed: number): Generator<CandleRevision> {
  const random = seededRandom(seed);
  const step = intervalMs[interval];
  const span = bars * step * (assetClass === 'crypto' ? 1 : interval === '1d' ? 1.5 : 6);
  const volatility = 0.6 * Math.sqrt(step / (365 * dayMs));
  let price = 100;
  for (const openTime of expectedOpens(assetClass, interval, asOf - span, asOf).slice(-bars)) {
    const open = price;
    price *= Math.exp(volatility * (random.normal() + 0.4 * Math.sin(openTime / (30 * step) + seed)));
    const [o, h, l, c] = [
      open,
      Math.max(open, price) * (1 + volatility / 2),
      Math.min(open, price) * (1 - volatility / 2),
      price,
    ].map((value) => value.toFixed(8)) as [string, string, string, string];
    yield { candle: { openTime, open: o, high: h, low: l, close: c, volume: '1.5' }, revision: 1 };
  }
}

/** The nine assets of a new database, and made-up coins up to `count`. */
async function store(client: pg.Client, defaults: readonly { id: AssetId; assetClass: AssetClass }[]) {
  const coins = Array.from({ length: count - defaults.length }, (_, i) => `BENCH${i}` as AssetId);
  await client.query(
    `insert into asset (id, asset_class, name, venues, aliases, enabled, priority, intervals, source_order, "position", updated_at)
     select id, 'crypto', id, '{}', '[]', false, 3, '["1d"]', '[]', 10000, now() from unnest($1::text[]) as id`,
    [coins],
  );
  const all = [...defaults, ...coins.map((id) => ({ id, assetClass: 'crypto' as const }))];
  for (const [seed, { id, assetClass }] of all.entries()) {
    for (const [interval, bars] of read) {
      const series: SeriesRef = { assetId: id, interval, source, quoteCurrency: 'USD', adjustment: 'raw' };
      const context = { series, publicationLagMs: 0, knownAt: toIso(asOf) };
      await copyCandles(client, walk(assetClass, interval, bars, seed), context);
    }
  }
  await client.query('vacuum analyze candle');
  return all.map(({ id }) => id);
}

/** Leaves nothing of it behind. */
async function clear(client: pg.Client): Promise<void> {
  const own = `(select id from portfolio where name = 'bench of signals')`;
  await client.query('delete from candle where source = $1', [source]);
  await client.query(`delete from asset where id like 'BENCH%'`);
  await client.query(
    `delete from signal_settlement where signal_id in (select id from signal where portfolio_id in ${own})`,
  );
  for (const table of ['signal', 'signal_outcome', 'signal_run', 'portfolio_policy', 'account']) {
    await client.query(`delete from ${table} where portfolio_id in ${own}`);
  }
  await client.query(`delete from portfolio where name = 'bench of signals'`);
}

const within = <T>(app: NestExpressApplication, work: () => Promise<T>): Promise<T> =>
  RequestContext.create(app.get(MikroORM).em, work);

/** Freezes and judges a run as its workflow does; answers how many signals it gave. */
async function run(app: NestExpressApplication, portfolioId: PortfolioId, assets: readonly AssetId[], at: number) {
  const runner = app.get(SignalRunner, { strict: false });
  const runId = randomUUID() as SignalRunId;
  const question = { runId, ownerId: owner, portfolioId, assets, categories: tradeCategories, asOf: toIso(at) };
  const { parts } = await within(app, () => runner.freeze({ ...question, opinions: 'none', rehearsal: false }));
  let [next, signals] = [0, 0];
  const lane = async () => {
    while (next < parts) {
      const part = next++;
      const judged = await within(app, () => runner.judge({ runId, part }));
      signals += judged.signalIds.length;
    }
  };
  await Promise.all(Array.from({ length: Math.min(partsAtOnce, parts) }, lane));
  return signals;
}

/** The same bars, in the same parts, and nothing else. */
async function readAlone(app: NestExpressApplication, assets: readonly AssetId[], at: number): Promise<void> {
  const bars = app.get(ClosedBars, { strict: false });
  const evaluator = app.get(SignalEvaluator, { strict: false });
  const series = await within(app, () =>
    evaluator.chooseSeries(assets, tradeCategories, { viewer: owner, asOf: at, knownAt: at + dayMs }),
  );
  const lookback = (interval: Interval) =>
    Math.max(
      ...tradeCategories.map((one) =>
        categoryRules[one].intervals.includes(interval) ? categoryRules[one].lookbackBars : 0,
      ),
    );
  let next = 0;
  const lane = async () => {
    for (;;) {
      const part = new Set(chunkOf(assets, next++));
      if (part.size === 0) return;
      const own = series.filter(({ assetId }) => part.has(assetId) || assetId === 'BTC');
      const reads = own.map((one) => ({
        series: one,
        options: { last: (one.assetId === 'BTC' ? 2 : 1) * lookback(one.interval), revisions: 'newest' as const },
      }));
      await within(app, () => bars.ofMany(reads, at));
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, lane));
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const begin = performance.now();
  const value = await work();
  return { ms: performance.now() - begin, value };
}

function say(what: string, ms: number, goal: number, more = '', limit = goal): void {
  const isMet = ms <= goal;
  if (ms > limit) process.exitCode = 1;
  console.log(`  ${what}: ${ms.toFixed(0)} ms${more}; goal ${goal} ms: ${isMet ? 'met' : 'MISSED'}`);
}

/** Copies of a run's signals as of earlier days, all but the last few of which are settled. */
async function history(client: pg.Client, portfolioId: PortfolioId, days: number): Promise<number> {
  const columns = `owner_id, portfolio_id, asset_id, category, direction, entry_price, take_profit, stop_loss, take_profit_pct,
    stop_loss_pct, risk_reward_ratio, position_size_pct, strength, confidence_points, evidence, series, rule_version,
    rehearsal, simulated, created_at`;
  const { rowCount } = await client.query(
    `insert into signal (id, run_id, as_of, expires_at, ${columns})
     select gen_random_uuid(), gen_random_uuid(), as_of - make_interval(days => day), expires_at - make_interval(days => day), ${columns}
     from (select * from signal where portfolio_id = $1) as own, generate_series(1, $2::int) as day`,
    [portfolioId, days],
  );
  await client.query(
    `insert into signal_settlement (signal_id, owner_id, reason, price, exited_at, gap, told, best_move, worst_move,
       return_usd, return_btc, r_multiple, cost_rate, settled_at)
     select id, owner_id, 'expired', entry_price, expires_at, false, 'bar', 0, 0, 0, null, 0, 0, expires_at
     from signal where portfolio_id = $1 and as_of < $2`,
    [portfolioId, new Date(asOf - 5 * dayMs)],
  );
  await client.query('vacuum analyze signal, signal_settlement');
  return rowCount ?? 0;
}

async function generate(): Promise<{ ms: number; value: number }> {
  const app = await startService();
  try {
    const url = `${await app.getUrl()}/api/signals/generate?category=swing`;
    return await timed(async () => {
      const response = await fetch(url);
      const body = (await response.json()) as { count: number };
      if (response.status !== 200 || body.count === 0)
        throw new Error(`answered ${response.status}: ${JSON.stringify(body)}`);
      return body.count;
    });
  } finally {
    await app.close();
  }
}

const client = new pg.Client({ connectionString: process.env['DATABASE_OWNER_URL'] });
await client.connect();
try {
  await clear(client);
  const app = await startService();
  const defaults = await within(app, () => app.get(AssetRegistry, { strict: false }).enabled());
  const assets = await store(client, defaults);
  await client.query('update portfolio set is_default = false where owner_id = $1', [owner]);
  const portfolioId = randomUUID() as PortfolioId;
  await client.query(
    `insert into portfolio (id, owner_id, name, numeraire, is_default) values ($1, $2, 'bench of signals', 'USD', true)`,
    [portfolioId, owner],
  );
  await app.close();

  const fresh = await startService();
  const cold = await timed(() =>
    run(
      fresh,
      portfolioId,
      defaults.map(({ id }) => id),
      asOf - minuteMs,
    ),
  );
  say(
    `first run of a process, 4 categories of ${defaults.length} assets`,
    cold.ms,
    goals.coldRun,
    `, ${cold.value} signals`,
    coldRunLimit,
  );
  await readAlone(fresh, assets, asOf);
  const best = { run: Infinity, read: Infinity };
  let signals = 0;
  for (let round = 0; round < rounds; round++) {
    best.read = Math.min(best.read, (await timed(() => readAlone(fresh, assets, asOf))).ms);
    // another as-of, or what was found before would be told
    const one = await timed(() => run(fresh, portfolioId, assets, asOf - round));
    best.run = Math.min(best.run, one.ms);
    signals = one.value;
  }
  say(`4 categories of ${assets.length} assets, best of ${rounds}`, best.run, goals.run, `, ${signals} signals`);
  const ratio = best.run / best.read;
  console.log(
    `  reading its bars alone: ${best.read.toFixed(0)} ms; ratio ${ratio.toFixed(2)}, goal ${goals.ratio}: ${ratio <= goals.ratio ? 'met' : 'MISSED'}`,
  );
  if (ratio > goals.ratio) process.exitCode = 1;
  await fresh.close();

  const stored = await history(client, portfolioId, 100);
  const answers = [];
  for (let i = 0; i < processes; i++) answers.push(await generate());
  const all = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const shown = `, median ${all[all.length >> 1]!.toFixed(0)} ms, ${answers[0]!.value} of ${stored} signals`;
  say(`first answer of generate, slowest of ${processes} processes`, all.at(-1)!, goals.generate, shown);
} finally {
  await clear(client);
  await client.end();
}
