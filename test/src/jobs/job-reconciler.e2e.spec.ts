import { JobReconciler } from '../../../src/jobs/job-reconciler.js';
import { TemporalClient } from '../../../src/platform/temporal/temporal-client.js';
import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { eventually } from '../../support/service.js';
import { aPortfolio, startService, type Service } from '../../support/story.js';

let service: Service;
beforeAll(async () => {
  // without a worker the workflows stay open until somebody ends them
  service = await startService({ worker: false });
}, 60_000);
afterAll(() => service.stop());

const reconcile = () =>
  RequestContext.create(service.api.get(MikroORM).em, () => service.api.get(JobReconciler).reconcile(0));
const job = async (id: string) => (await service.http.get(`/api/v1/jobs/${id}`).expect(200)).body;
const handleOf = (workflowId: string) => service.api.get(TemporalClient).client.workflow.getHandle(workflowId);

async function startedJob() {
  const portfolioId = await aPortfolio(service);
  const { body } = await service.http.post('/api/v1/pipelines').send({ portfolio_id: portfolioId }).expect(202);
  await eventually(
    () =>
      handleOf(body.workflow_id)
        .describe()
        .then(
          ({ status }) => status.name,
          () => 'ABSENT',
        ),
    (status) => status === 'RUNNING',
  );
  return body as { id: string; workflow_id: string };
}

test('a job whose workflow runs is left alone; one that was terminated is told as failed, once', async () => {
  const running = await startedJob();
  const ended = await startedJob();
  await handleOf(ended.workflow_id).terminate('by an operator');
  expect(await reconcile()).toEqual({ examined: 2, repaired: 1, forgotten: 0 });
  expect(await job(ended.id)).toMatchObject({
    state: 'failed',
    problem: { type: '/problems/workflow-ended', detail: expect.stringContaining('terminated') },
  });
  expect((await job(running.id)).state).toBe('requested');
  expect(await reconcile()).toEqual({ examined: 1, repaired: 0, forgotten: 0 });
  const { body } = await service.http.get(`/api/v1/jobs/${ended.id}/events`).expect(200);
  expect(body.items.map((event: { kind: string }) => event.kind)).toEqual(['requested', 'failed']);
  await handleOf(running.workflow_id).terminate('end of the test');
});

test('an answer is given again for thirty days, then its record goes', async () => {
  const send = () => service.http.post('/api/v1/portfolios').set('Idempotency-Key', 'old').send({ name: 'Old' });
  const { body } = await send().expect(201);
  const age = (days: number) =>
    RequestContext.create(service.api.get(MikroORM).em, async () => {
      const em = service.api.get(MikroORM).em.fork();
      await em.execute(`update idempotency set created_at = now() - make_interval(days => ?) where key = 'old'`, [
        days,
      ]);
    });
  await age(29);
  expect((await reconcile()).forgotten).toBe(0);
  expect((await send().expect(201)).body).toEqual(body);
  await age(31);
  expect((await reconcile()).forgotten).toBe(1);
  expect((await send().expect(201)).body.id).not.toBe(body.id);
});
