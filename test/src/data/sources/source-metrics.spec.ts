import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { Logger } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Metrics } from '../../../../src/platform/metrics/metrics.module.js';
import { SourceGate } from '../../../../src/data/sources/source-gate.js';
import { SourceMetrics } from '../../../../src/data/sources/source-metrics.js';
import { aSource } from '../../../support/fake-source.js';

/** A gate whose database is away. */
const gate = () =>
  new SourceGate({
    getConnection: () => {
      throw new Error('connect ECONNREFUSED');
    },
  } as unknown as EntityManager);

const told: unknown[] = [];
beforeAll(() =>
  Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (...said) => told.push(said) }),
);
afterAll(() => Logger.overrideLogger(false));

test('a worker counts its questions among the metrics of the activity that asked', async () => {
  const worker = gate();
  new SourceMetrics([], worker);
  const counted: unknown[] = [];
  const metricMeter = {
    createCounter: (name: string) => ({ add: (value: number, tags: unknown) => counted.push([name, value, tags]) }),
  };
  asyncLocalStorage.run({ metricMeter } as unknown as Context, () => worker.onLearnt('binance', 'ok'));
  // outside of an activity there is nowhere to count
  worker.onLearnt('binance', 'ok');
  expect(counted).toEqual([['market_data_questions_total', 1, { source: 'binance', outcome: 'ok' }]]);
});

test('the API is scraped without its database, too: what is not known is not shown', async () => {
  const metrics = new Metrics();
  const api = gate();
  new SourceMetrics([aSource('binance', [{ name: 'minute', limit: 5 }])], api, metrics);
  api.onLearnt('binance', 'empty');
  const text = await metrics.registry.metrics();
  expect(text).toContain('market_data_questions_total{source="binance",outcome="empty"} 1');
  expect(text).toContain('process_cpu_seconds_total');
  expect(text).not.toContain('market_data_budget_left{');
  expect(told).toHaveLength(2);
  metrics.onModuleDestroy();
});
