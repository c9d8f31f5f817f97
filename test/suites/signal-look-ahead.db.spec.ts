import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import request from 'supertest';
import { missingFolders, priceFolders, readHistories } from '../../tools/signals/histories.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { isClosed, type Candle, type SeriesRef } from '../../src/data/domain/candle.js';
import { seededRandom } from '../../src/risk/domain/random.js';
import { canonicalJson } from '../../src/shared/canonical-json.js';
import type { AssetId, OwnerId, PortfolioId } from '../../src/shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../src/shared/time.js';
import { SignalBudgets } from '../../src/signals/runs/signal-budgets.js';
import { SignalEvaluator, type Evaluated } from '../../src/signals/runs/signal-evaluator.js';
import { absurd } from '../support/look-ahead.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { startApi, testConfig } from '../support/service.js';
import { sharedData, titleWith } from '../support/shared-data.js';

// The whole way from stored bars, ledger and policy to a signal, in three databases: one knows everything, one nothing
// that came after the as-of, one lies about all of it. What they answer must be the same, to the bit.

const seed = 20261125;
/** As-of points of each set of histories; LOOK_AHEAD_POINTS asks for another number. */
const points = Number(process.env['LOOK_AHEAD_POINTS'] ?? 6);
const dataSets = sharedData('datasets');
const missing = missingFolders(dataSets);

interface Stored {
  readonly series: SeriesRef;
  readonly bars: readonly Candle[];
}
interface Deposit {
  readonly executedAt: EpochMs;
  readonly asset: string;
  readonly quantity: string;
}

/** One database with the whole service on it. */
class World {
  private constructor(
    private readonly database: TestDatabase,
    private readonly app: NestExpressApplication,
    readonly owner: pg.Client,
    private readonly portfolioId: PortfolioId,
  ) {}

  static async make(): Promise<World> {
    const database = await freshDatabase();
    const app = await startApi(testConfig(database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const { body } = await request(app.getHttpServer()).post('/api/v1/portfolios').send({ name: 'Core' }).expect(201);
    return new World(database, app, owner, body.id as PortfolioId);
  }

  store({ series, bars }: Stored): Promise<unknown> {
    return this.within(() => new CandleRepository(this.app.get(MikroORM).em.fork()).storeSeries(series, bars));
  }

  async deposit(deposits: readonly Deposit[]): Promise<void> {
    if (deposits.length === 0) return;
    const transactions = deposits.map(({ executedAt, ...rest }) => {
      return { kind: 'adjustment', executed_at: toIso(executedAt), ...rest };
    });
    const path = `/api/v1/portfolios/${this.portfolioId}/transactions`;
    const { body } = await request(this.app.getHttpServer()).post(path).send({ transactions });
    if (body.recorded !== deposits.length) throw new Error(JSON.stringify(body));
  }

  /** Puts other bars in place of first revisions, as nobody may who is not the owner of the tables. */
  async replace({ series, bars }: Stored): Promise<void> {
    if (bars.length === 0) return;
    const { assetId, interval, source, quoteCurrency, adjustment } = series;
    const column = (field: keyof Candle) => bars.map((bar) => bar[field]);
    await this.owner.query(
      `update candle set open = t.o, high = t.h, low = t.l, close = t.c, volume = t.v
       from unnest($6::timestamptz[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[])
         as t (at, o, h, l, c, v)
       where asset_id = $1 and "interval" = $2 and source = $3 and quote_currency = $4 and adjustment = $5
         and open_time = t.at and revision = 1`,
      [
        ...[assetId, interval, source, quoteCurrency, adjustment],
        bars.map(({ openTime }) => toIso(openTime)),
        ...(['open', 'high', 'low', 'close', 'volume'] as const).map(column),
      ],
    );
  }

  evaluate(assets: readonly AssetId[], asOf: EpochMs): Promise<Evaluated[]> {
    const evaluator = this.app.get(SignalEvaluator, { strict: false });
    const budgets = this.app.get(SignalBudgets, { strict: false });
    const ownerId = 'local' as OwnerId;
    const categories = ['intraday', 'swing', 'long_term'] as const;
    return this.within(async () => {
      const series = await evaluator.chooseSeries(assets, categories, { viewer: ownerId, asOf });
      const budgetOf = await budgets.of({ ownerId, portfolioId: this.portfolioId, asOf, rehearsal: true });
      return evaluator.evaluate({ assets, categories, series, asOf, rehearsal: true, budgetOf });
    });
  }

  private within<T>(work: () => Promise<T>): Promise<T> {
    return RequestContext.create(this.app.get(MikroORM).em, work);
  }

  async close(): Promise<void> {
    await this.owner.end();
    await this.app.close();
    await this.database.drop();
  }
}

/** What came and went at an instant, for who knows it, and for who is lied to. */
const between = (all: readonly Candle[], { interval }: SeriesRef, from: EpochMs, to: EpochMs): Candle[] =>
  all.filter(({ openTime }) => !isClosed(openTime, interval, from) && isClosed(openTime, interval, to));

/** Cash and coins at the beginning, and more cash now and then, so that what may be spent changes. */
function depositsIn(first: EpochMs, last: EpochMs): Deposit[] {
  const later = Array.from({ length: Math.floor((last - first) / (120 * dayMs)) }, (_, i) => ({
    executedAt: first + (i + 1) * 120 * dayMs,
    asset: i % 3 === 0 ? 'BTC' : 'USD',
    quantity: i % 3 === 0 ? '0.05' : '700',
  }));
  const start = { executedAt: first - 500 * dayMs };
  return [{ ...start, asset: 'BTC', quantity: '1' }, { ...start, asset: 'USD', quantity: '90' }, ...later];
}

/** Proves as-of points one after the other, the earliest first; answers how many signals they gave, and their limits. */
async function prove(all: readonly Stored[], first: EpochMs, last: EpochMs, count: number) {
  const [whole, cut, lied] = await Promise.all([World.make(), World.make(), World.make()]);
  try {
    const deposits = depositsIn(first, last);
    await whole.deposit(deposits);
    for (const one of all) {
      await whole.store(one);
      const wild = one.bars.map(absurd);
      await lied.store({ ...one, bars: wild });
      // revisions that were stored later than any as-of; an adjusted series is rewritten whole and read as it is now
      if (one.series.adjustment === 'raw') {
        await lied.store({ ...one, bars: one.bars.map((bar, i) => absurd(bar, i + 1)) });
      }
    }
    const random = seededRandom(seed);
    const instants = Array.from({ length: count }, (_, i) => {
      const at = first + random.uniform() * (last - first);
      return Math.floor(at / dayMs) * dayMs + (i % 2 === 0 ? 0 : Math.floor(random.uniform() * dayMs));
    }).sort((a, b) => a - b);
    const assetIds = [...new Set(all.map(({ series }) => series.assetId))];
    const limits: string[] = [];
    let before = -Infinity;
    for (const asOf of instants) {
      for (const { series, bars } of all) {
        const known = { series, bars: between(bars, series, before, asOf) };
        await cut.store(known);
        await lied.replace(known);
      }
      const made = deposits.filter(({ executedAt }) => executedAt >= before && executedAt < asOf);
      await cut.deposit(made);
      await lied.deposit(made);
      before = asOf;
      const chosen = assetIds.filter(() => random.uniform() < 3 / assetIds.length);
      const found = await whole.evaluate(chosen, asOf);
      const text = canonicalJson(found);
      expect([toIso(asOf), canonicalJson(await cut.evaluate(chosen, asOf))]).toEqual([toIso(asOf), text]);
      expect([toIso(asOf), canonicalJson(await lied.evaluate(chosen, asOf))]).toEqual([toIso(asOf), text]);
      for (const { outcome, read } of found) {
        if (outcome.kind === 'signal') limits.push(outcome.evidence.sizeLimitedBy);
        if (outcome.kind === 'signal') expect(read?.sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    return limits;
  } finally {
    await Promise.all([whole.close(), cut.close(), lied.close()]);
  }
}

/** Made-up daily closes with ranges. */
function walk(assetId: string, days: number, first: EpochMs, salt: number): Stored {
  const random = seededRandom(seed + salt);
  let price = 100 * (salt + 1);
  const bars = Array.from({ length: days }, (_, i): Candle => {
    const open = price;
    price *= Math.exp(0.03 * random.normal() + 0.012 * Math.sin(i / 30 + salt));
    const [o, h, l, c] = [open, Math.max(open, price) * 1.01, Math.min(open, price) * 0.99, price].map((value) =>
      value.toFixed(8),
    ) as [string, string, string, string];
    return {
      openTime: first + i * dayMs,
      open: o,
      high: h,
      low: l,
      close: c,
      volume: (1 + random.uniform()).toFixed(4),
    };
  });
  const series = { assetId: assetId as AssetId, interval: '1d', quoteCurrency: 'USD', adjustment: 'raw' } as const;
  return { series: { ...series, source: 'binance' }, bars };
}

test('stored made-up histories: what was stored, revised or deposited after an as-of changes no bit of a signal', async () => {
  const start = Date.parse('2020-01-01T00:00:00Z');
  const all = ['BTC', 'ETH', 'SOL'].map((id, salt) => walk(id, 700, start, salt));
  const limits = await prove(all, start + 250 * dayMs, start + 680 * dayMs, points);
  expect(limits.length).toBeGreaterThan(0);
}, 600_000);

(missing.length === 0 ? describe : describe.skip)(
  titleWith('of real histories', missing.length === 0, missing.join(', ')),
  () => {
    /** Some assets of each folder: the suite without a database asks all of them. */
    const some: ReadonlySet<string> = new Set(['BTC', 'ETH', 'LTC', 'XRP', 'SPY', 'GLD', 'TLT', 'AAPL']);
    const read = async (names: readonly string[], from: string, to: string): Promise<Stored[]> => {
      const all = [];
      for (const one of priceFolders.filter(({ folder }) => names.includes(folder))) {
        for (const { series, bars } of await readHistories(dataSets, one)) {
          const within = bars.filter(({ openTime }) => openTime >= Date.parse(from) && openTime < Date.parse(to));
          if (within.length > 0 && some.has(series.assetId)) all.push({ series, bars: within });
        }
      }
      return all;
    };

    test(`${points} as-of points of coins, 2015 to 2021, two sources that begin at different times`, async () => {
      const all = await read(['crypto/daily/cmc-usd', 'crypto/daily/binance-usdt'], '2014-06-01', '2021-07-07');
      const limits = await prove(all, Date.parse('2015-08-08'), Date.parse('2021-07-01'), points);
      expect(limits.length).toBeGreaterThan(0);
    }, 3_600_000);

    test(`${points} as-of points of stocks and ETFs beside bitcoin, 2019 to 2025`, async () => {
      const stocks = await read(['stocks/daily/yahoo-adjusted'], '2017-06-01', '2026-01-01');
      const coins = await read(['crypto/daily/binance-usdt'], '2017-06-01', '2026-01-01');
      const bitcoin = coins.filter(({ series }) => series.assetId === 'BTC');
      const limits = await prove([...bitcoin, ...stocks], Date.parse('2019-01-02'), Date.parse('2025-12-30'), points);
      expect(limits.length).toBeGreaterThan(0);
    }, 3_600_000);
  },
);
