import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { existsSync } from 'node:fs';
import path from 'node:path';
import request from 'supertest';
import { AssetRegistry } from '../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { csv } from '../../src/data/sources/csv/csv.source.js';
import { HttpSourceIo } from '../../src/data/sources/http-source-io.js';
import { optimizerIds } from '../../src/optimization/domain/optimizers/registry.js';
import { optimizerName } from '../../src/optimization/optimization.schemas.js';
import type { AssetId } from '../../src/shared/ids.js';
import { useDatabase } from '../support/database.js';
import { eventually, startApi, startWorker, testConfig } from '../support/service.js';
import { sharedData, titleWith } from '../support/shared-data.js';

const shared = sharedData('datasets');
const isPresent = existsSync(path.join(shared, 'manifest.json'));

const cases = [
  { asOf: '2021-06-30', crypto: 'crypto/daily/cmc-usd', bought: '2021-05-15' },
  { asOf: '2025-06-30', crypto: 'crypto/daily/binance-usdt', bought: '2024-07-01' },
];
const held = { BTC: '0.5', ETH: '4', SOL: '100', SPY: '12', QQQ: '10', GLD: '20' };
const assets = Object.keys(held);

(isPresent ? describe : describe.skip).each(cases)(
  titleWith('a real portfolio as of $asOf', isPresent, shared),
  ({ asOf, crypto, bought }) => {
    const db = useDatabase();
    let app: NestExpressApplication;
    let worker: INestApplicationContext;
    let portfolio: string;
    const http = () => request(app.getHttpServer());

    beforeAll(async () => {
      const folders = [crypto, 'stocks/daily/yahoo-adjusted'].map((folder) => path.join(shared, folder));
      const em = db.orm.em.fork();
      const catalogue = await new AssetRegistry(em).catalogue();
      const io = new HttpSourceIo({ signal: new AbortController().signal });
      for (const source of csv.open({ FKS_PRICES: folders.join(path.delimiter) })) {
        for (const id of assets) {
          const asset = catalogue.of(id as AssetId)!;
          const outcome = await source.candles({ asset, interval: '1d', from: null, to: Date.now() }, io);
          if (outcome.kind !== 'ok') continue;
          const { quoteCurrency, adjustment, candles } = outcome.value;
          const series = { assetId: asset.id, interval: '1d', source: source.id, quoteCurrency, adjustment } as const;
          await new CandleRepository(em).storeSeries(series, candles);
        }
      }
      const config = testConfig(db.database.url, { FKS_PRICES: folders.join(path.delimiter) });
      [app, worker] = [await startApi(config), await startWorker(config)];
      portfolio = (await http().post('/api/v1/portfolios').send({ name: 'Real' })).body.id;
      const price = async (asset: string) =>
        (await http().get(`/api/v1/conversions?from=${asset}&to=USD&as_of=${bought}`)).body.rate as string;
      const transactions = [];
      for (const [asset, quantity] of Object.entries(held)) {
        transactions.push({
          kind: 'buy',
          asset,
          quantity,
          price: await price(asset),
          executed_at: `${bought}T12:00:00Z`,
        });
      }
      const answer = await http().post(`/api/v1/portfolios/${portfolio}/transactions`).send({ transactions });
      if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    }, 60_000);
    afterAll(async () => {
      await app.close();
      await worker.close();
    });

    async function resultOf(route: string, body: object) {
      const accepted = await http().post(route).send(body);
      expect(accepted.status).toBe(202);
      const job = await eventually(
        async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
        ({ state }) => state === 'succeeded' || state === 'failed',
      );
      expect(job).toMatchObject({ state: 'succeeded', problem: null });
      return (await http().get(job.result)).body;
    }
    /** `FKS_SHOW=1` prints what was found. */
    const show = (title: string, value: unknown) => {
      if (process.env['FKS_SHOW']) console.log(`${asOf} ${title} ${JSON.stringify(value, null, 1)}`);
    };

    test('is valued at the closes of that day, all of it', async () => {
      const { body } = await http().get(`/api/v1/portfolios/${portfolio}/valuation?as_of=${asOf}&numeraire=BTC`);
      show('valuation', body);
      expect(body).toMatchObject({ partial: false, unpriced: [], simulated: false });
      expect(body.holdings).toHaveLength(assets.length);
      for (const { dated_price } of body.holdings) expect(dated_price.time >= asOf).toBe(true);
      expect(Number(body.total)).toBeGreaterThan(0.5);
      expect(body.btc_share).toBeCloseTo(0.5 / Number(body.total), 9);
    });

    test('has a risk report in BTC and in dollars', async () => {
      const { body, status } = await http().get(`/api/v1/portfolios/${portfolio}/risk?as_of=${asOf}`);
      show('risk', body);
      expect(status).toBe(200);
      expect(body).toMatchObject({ portfolio_id: portfolio, simulated: false });
      expect(Object.keys(body.in).sort()).toEqual(['BTC', 'USD']);
      for (const { observations, measures } of [body.in.BTC, body.in.USD]) {
        expect(observations).toBeGreaterThan(200);
        const { volatility, historical_tail, max_drawdown, sharpe_ratio } = measures;
        expect([volatility, historical_tail, max_drawdown, sharpe_ratio]).not.toContain(null);
      }
    });

    test('has weights within the limits for every objective, certified', async () => {
      for (const optimizer of optimizerIds.map(optimizerName)) {
        const targets = { target_return: 0.1, target_volatility: 1 };
        const question = { portfolio_id: portfolio, optimizer, as_of: asOf, ...targets };
        const found = await resultOf('/api/v1/optimizations', question);
        show(optimizer, { weights: found.weights, volatility: found.volatility, certificate: found.certificate });
        expect(found).toMatchObject({ state: 'solved', reason: null });
        const weights: { asset_id: string; weight: number; min: number; max: number }[] = found.weights;
        expect(weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const { weight, min, max } of weights) {
          expect(weight).toBeGreaterThanOrEqual(min - 1e-9);
          expect(weight).toBeLessThanOrEqual(max + 1e-9);
        }
        const { primal_residual, dual_residual, complementarity, duality_gap } = found.certificate;
        expect(Math.max(primal_residual, dual_residual, complementarity, duality_gap ?? 0)).toBeLessThanOrEqual(1e-9);
      }
    }, 60_000);

    test('has a plan to its targets that sums to zero with what stays cash', async () => {
      const plan = await resultOf(`/api/v1/portfolios/${portfolio}/rebalancing-plans`, {
        targets: { BTC: 0.55, ETH: 0.1, SOL: 0.05, SPY: 0.1, QQQ: 0.1, GLD: 0.1 },
        as_of: asOf,
        lots: { SPY: '0.01', QQQ: '0.01', GLD: '0.01' },
      });
      show('plan', plan);
      const { sells, buys, fees, spread, remainder } = plan.totals;
      expect(Number(sells) - Number(buys) - Number(fees) - Number(spread)).toBeCloseTo(Number(remainder), 6);
      expect(plan.weights[0]).toMatchObject({ asset_id: 'BTC', target: 0.55 });
    });
  },
);
