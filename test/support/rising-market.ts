import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { MikroORM } from '@mikro-orm/postgresql';
import request from 'supertest';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import type { Candle, SeriesRef } from '../../src/data/domain/candle.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';
import type { SignalRunView } from '../../src/signals/runs/signal-runs.views.js';
import { today } from './price-histories.js';
import { eventually, startApi, startWorker, testConfig } from './service.js';

/** Open time of the newest day that is over. */
export const lastDay = today() - dayMs;

export const daily = (assetId: string): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: 'yahoofinance',
  quoteCurrency: 'USD',
  adjustment: 'raw',
});

/** Rises by 3 and falls by 2 in turn: a trend without an extreme RSI. */
export const rising = (count: number): Candle[] =>
  Array.from({ length: count }, (_, i) => {
    const text = String(100 + Math.ceil(i / 2) * 3 - Math.floor(i / 2) * 2);
    return {
      openTime: lastDay - (count - 1 - i) * dayMs,
      open: text,
      high: text,
      low: text,
      close: text,
      volume: null,
    };
  });

/** An API with its worker, over a market in which assets have risen for so many days. */
export class RisingMarket {
  private constructor(
    private readonly app: NestExpressApplication,
    readonly worker: INestApplicationContext,
  ) {}

  static async start(db: { readonly orm: MikroORM; readonly database: { readonly url: string } }, days: object) {
    const candles = new CandleRepository(db.orm.em.fork());
    for (const [assetId, count] of Object.entries(days) as [string, number][]) {
      await candles.storeSeries(daily(assetId), rising(count));
    }
    const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
    return new RisingMarket(await startApi(config), await startWorker(config));
  }

  http() {
    return request(this.app.getHttpServer());
  }

  async portfolio(name: string, holdings?: Readonly<Record<string, string>>): Promise<string> {
    const { body } = await this.http().post('/api/v1/portfolios').send({ name }).expect(201);
    if (holdings) await this.http().put(`/api/v1/portfolios/${body.id}/holdings`).send({ holdings }).expect(200);
    return body.id as string;
  }

  /** A job as it has ended. */
  ended(jobId: string) {
    return eventually(
      async () => (await this.http().get(`/api/v1/jobs/${jobId}`)).body,
      ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state as string),
    );
  }

  /** A run of signals that succeeds, at its end. */
  async run(body: object): Promise<SignalRunView> {
    const accepted = await this.http().post('/api/v1/signals/runs').send(body);
    expect({ status: accepted.status, detail: accepted.body.detail }).toEqual({ status: 202, detail: undefined });
    const job = await this.ended(accepted.body.id as string);
    expect(job).toMatchObject({ state: 'succeeded', kind: 'signal_run', problem: null });
    return (
      await this.http()
        .get(job.result as string)
        .expect(200)
    ).body;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.worker.close();
  }
}
