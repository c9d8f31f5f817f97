import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import request from 'supertest';
import type { Config } from '../../src/platform/config/config.js';
import { startMarketSimulator, type MarketSimulator } from '../../tools/market-simulator/server.js';
import { freshDatabase, type TestDatabase } from './database.js';
import { eventually, startApi, startWorker, testConfig } from './service.js';
import { simulatedSources } from './simulated-sources.js';

export interface Service {
  config: Config;
  api: NestExpressApplication;
  database: TestDatabase;
  simulator: MarketSimulator;
  http: ReturnType<typeof request>;
  startWorker(): Promise<INestApplicationContext>;
  stop(): Promise<void>;
}

/** API, simulator and database, and a worker unless it is not wanted yet. */
export async function startService(
  options: { worker?: boolean; processor?: SpanProcessor; env?: Record<string, string> } = {},
): Promise<Service> {
  const database = await freshDatabase();
  const simulator = await startMarketSimulator({ seed: 7 });
  const config = testConfig(database.url, {
    ...simulatedSources(simulator.url),
    ...options.env,
  });
  const api = await startApi(config, options.processor);
  const workers: INestApplicationContext[] = [];
  const begin = async () => {
    const worker = await startWorker(config, options.processor);
    workers.push(worker);
    return worker;
  };
  if (options.worker ?? true) await begin();
  return {
    config,
    api,
    database,
    simulator,
    http: request(api.getHttpServer()),
    startWorker: begin,
    async stop() {
      await Promise.all(workers.map((worker) => worker.close()));
      await api.close();
      await simulator.stop();
      await database.drop();
    },
  };
}

export const holdings = { BTC: '0.5', ETH: '4', SPY: '12', GLD: '10' };

/** A portfolio that holds BTC, ETH, SPY and GLD. */
export async function aPortfolio({ http }: Service, name = 'Core'): Promise<string> {
  const { body } = await http.post('/api/v1/portfolios').send({ name }).expect(201);
  await http.put(`/api/v1/portfolios/${body.id}/holdings`).send({ holdings }).expect(200);
  return body.id;
}

export async function finishedJob({ http }: Service, id: string, withinMs = 25_000) {
  const ask = async () => (await http.get(`/api/v1/jobs/${id}`).expect(200)).body;
  return eventually(ask, (job) => ['succeeded', 'failed', 'cancelled'].includes(job.state), withinMs);
}

/** A finished pipeline and its waiting decision. */
export async function aWaitingDecision(service: Service, asOf = '2025-06-30') {
  const portfolioId = await aPortfolio(service);
  const { http } = service;
  const { body: job } = await http
    .post('/api/v1/pipelines')
    .send({ portfolio_id: portfolioId, as_of: asOf })
    .expect(202);
  const finished = await finishedJob(service, job.id);
  if (finished.state !== 'succeeded')
    throw new Error(`the pipeline ${finished.state}: ${JSON.stringify(finished.problem)}`);
  const { body: pipeline } = await http.get(finished.result).expect(200);
  return { portfolioId, job: finished, pipeline, decisionId: pipeline.decision_id as string };
}
