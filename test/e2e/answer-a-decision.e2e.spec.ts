import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { AuditService } from '../../src/audit/audit.service.js';
import { DecisionReconciler } from '../../src/guidance/decision-reconciler.js';
import { TemporalClient } from '../../src/platform/temporal/temporal-client.js';
import { openOrm } from '../support/database.js';
import { aWaitingDecision, startService, type Service } from '../support/story.js';

let service: Service;
let orm: MikroORM;
beforeAll(async () => {
  service = await startService();
  orm = await openOrm(service.database.url);
}, 60_000);
afterAll(async () => {
  await orm.close();
  await service.stop();
});

const answer = (id: string, body: object, key?: string) => {
  const sent = service.http.post(`/api/v1/decisions/${id}/answer`);
  return (key ? sent.set('Idempotency-Key', key) : sent).send(body);
};
const kinds = async (id: string) =>
  (await service.http.get(`/api/v1/decisions/${id}/events`).expect(200)).body.items.map(
    (e: { kind: string }) => e.kind,
  );

test('records the answer once, however often it is sent, and refuses another', async () => {
  const { decisionId: id, portfolioId } = await aWaitingDecision(service);
  await answer(id, { choice: 'maybe' }).expect(422);
  await answer(id, { choice: 'approve', proposal_hash: 'stale' }).expect(409);

  const first = await answer(id, { choice: 'approve', note: 'within my plan' }, 'k1').expect(200);
  expect(first.body).toMatchObject({
    state: 'approved',
    answer: { choice: 'approve', note: 'within my plan', actor: 'local' },
  });
  const again = await answer(id, { choice: 'approve', note: 'within my plan' }, 'k1').expect(200);
  expect(again.body).toEqual(first.body);
  const { body: refused } = await answer(id, { choice: 'reject' }, 'k2').expect(409);
  expect(refused).toMatchObject({ detail: 'the decision was approved already', type: '/problems/conflict' });

  expect(await kinds(id)).toEqual(['proposed', 'answer_refused', 'approved', 'answer_refused']);
  const em = orm.em.fork();
  expect(await new AuditService(em).verify(`portfolio:${portfolioId}`)).toBeUndefined();
});

test('of two opposite answers at the same time exactly one is recorded', async () => {
  const { decisionId: id } = await aWaitingDecision(service);
  const sent = await Promise.all([answer(id, { choice: 'approve' }), answer(id, { choice: 'reject' })]);
  expect(sent.map(({ status }) => status).sort()).toEqual([200, 409]);
  const { body } = await service.http.get(`/api/v1/decisions/${id}`).expect(200);
  const winner = sent.find(({ status }) => status === 200)!.body;
  expect(body.state).toBe(winner.state);
  expect((await kinds(id)).sort()).toEqual(['answer_refused', body.state, 'proposed'].sort());
});

test('lists what waits, and only that', async () => {
  const { decisionId } = await aWaitingDecision(service);
  const { body } = await service.http.get('/api/v1/decisions?state=awaiting_answer').expect(200);
  expect(body.items.map((one: { id: string }) => one.id)).toContain(decisionId);
  expect(body.items.every((one: { state: string }) => one.state === 'awaiting_answer')).toBe(true);
});

test('an answer that no worker takes is pending, and is recorded by the same request later', async () => {
  const slow = await startService({ worker: false });
  try {
    const worker = await slow.startWorker();
    const { decisionId } = await aWaitingDecision(slow);
    await worker.close();
    const send = () => slow.http.post(`/api/v1/decisions/${decisionId}/answer`).send({ choice: 'reject' });
    await send().expect(202);
    await slow.startWorker();
    const { body } = await send().expect(200);
    expect(body.state).toBe('rejected');
  } finally {
    await slow.stop();
  }
}, 90_000);

test('a decision whose workflow an operator ended is settled as expired, and only that one', async () => {
  const [ended, waiting] = [await aWaitingDecision(service), await aWaitingDecision(service)];
  await service.api
    .get(TemporalClient)
    .client.workflow.getHandle(`decision:${ended.decisionId}`)
    .terminate('by an operator');
  const reconciler = service.api.get(DecisionReconciler);
  const { expired } = await RequestContext.create(service.api.get(MikroORM).em, () => reconciler.reconcile(0));
  expect(expired).toBe(1);
  expect(await kinds(ended.decisionId)).toEqual(['proposed', 'expired']);
  expect(await kinds(waiting.decisionId)).toEqual(['proposed']);
  const { body } = await answer(ended.decisionId, { choice: 'approve' }).expect(409);
  expect(body.detail).toBe('the decision has expired');
});

test('a decision whose workflow is still to be started by its job stays open', async () => {
  const { decisionId, portfolioId, job } = await aWaitingDecision(service);
  const em = orm.em.fork();
  const reconcile = () =>
    RequestContext.create(service.api.get(MikroORM).em, () => service.api.get(DecisionReconciler).reconcile(0));
  const stateOf = async () => (await em.execute('select state from decision where portfolio_id = ?', [portfolioId]))[0];
  // as after the loss of the worker between the two steps
  await em.execute('update decision set id = gen_random_uuid() where id = ?', [decisionId]);
  await em.execute(`update job set state = 'running', finished_at = null where id = ?`, [job.id]);
  await reconcile();
  expect(await stateOf()).toEqual({ state: 'awaiting_answer' });
  await em.execute(`update job set state = 'failed', finished_at = now() where id = ?`, [job.id]);
  await reconcile();
  expect(await stateOf()).toEqual({ state: 'expired' });
});

test('a decision that does not exist is absent', async () => {
  await service.http.get('/api/v1/decisions/01a21066-1b8b-7461-a573-f8d78a252ebf').expect(404);
  const { body } = await answer('01a21066-1b8b-7461-a573-f8d78a252ebf', { choice: 'approve' }).expect(404);
  expect(body.detail).toBe('there is no decision 01a21066-1b8b-7461-a573-f8d78a252ebf');
});
