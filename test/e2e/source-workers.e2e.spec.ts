import { WorkerHost } from '../../src/platform/temporal/worker-host.js';
import { TemporalClient } from '../../src/platform/temporal/temporal-client.js';
import { eventually } from '../support/service.js';
import { finishedJob, startService, type Service } from '../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, env: { FKS_SOURCES: 'binance,yahoofinance,coingecko' } });
});
afterAll(() => service.stop());

const queue = (name: string) => `${service.config.temporal.taskQueue}.source.${name}`;
const request = async () => {
  const body = { assets: ['BTC'], as_of: '2025-06-30' };
  return (await service.http.post('/api/v1/data/collections').send(body).expect(202)).body;
};

test('one worker a provider: readiness names those that nobody asks, and a worker stops only when all have drained', async () => {
  const { body: away } = await service.http.get('/ready').expect(503);
  expect(away.dependencies.source_workers).toBe(
    `no worker polls ${queue('binance')}, ${queue('yahoofinance')}, ${queue('coingecko')}`,
  );

  const worker = await service.startWorker();
  const { body: ready } = await eventually(
    () => service.http.get('/ready'),
    ({ status }) => status === 200,
  );
  expect(ready.dependencies).toMatchObject({ worker: 'ready', source_workers: 'ready' });

  // a question is under way at a provider when the worker is told to stop
  service.simulator.fault({ source: 'binance', kind: 'slow', seconds: 1.5 });
  const job = await request();
  await eventually(
    async () => service.simulator.stats().sources.binance.requests,
    (requests) => requests > 0,
  );
  expect(worker.get(WorkerHost).state).toBe('running');
  await worker.close();
  expect(worker.get(WorkerHost).state).toBe('stopped');
  const attempts = async () => {
    const { items } = (await service.http.get('/api/v1/data/collections').expect(200)).body;
    return (await service.http.get(`/api/v1/data/collections/${items[0].id}`).expect(200)).body.attempts;
  };
  // it was brought to its end before
  expect(await attempts()).toMatchObject([{ source: 'binance', outcome: 'ok' }]);

  await service.startWorker();
  const finished = await finishedJob(service, job.id);
  expect(finished.state).toBe('succeeded');
  expect((await attempts()).map(({ source, outcome }: Record<string, string>) => `${source} ${outcome}`)).toEqual([
    'yahoofinance ok',
    'binance ok',
  ]);
  expect(service.simulator.stats().sources.binance.requests).toBe(1);
  const temporal = service.api.get(TemporalClient);
  expect(await temporal.unpolled('activities', [queue('binance'), queue('nobody')])).toEqual([queue('nobody')]);
}, 60_000);
