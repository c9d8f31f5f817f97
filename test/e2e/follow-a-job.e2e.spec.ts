import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelinesService } from '../../src/pipelines/pipelines.service.js';
import { aPortfolio, finishedJob, startService, type Service } from '../support/story.js';

let service: Service;
let portfolioId: string;
beforeAll(async () => {
  service = await startService();
  portfolioId = await aPortfolio(service);
}, 60_000);
afterAll(() => service.stop());

const post = (key?: string, body: object = { portfolio_id: portfolioId, as_of: '2025-06-30' }) => {
  const sent = service.http.post('/api/v1/pipelines');
  return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
};

test('fifty times the same request at the same time is one job and one answer', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => post('fifty')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers['location'])).size).toBe(1);
  await finishedJob(service, answers[0]!.body.id);
  const repeated = await post('fifty');
  expect(repeated.text).toBe(answers[0]!.text);
  expect((await service.http.get('/api/v1/jobs').expect(200)).body.items).toHaveLength(1);
}, 60_000);

test('the same key with another body is a conflict, a key that is too long cannot be read', async () => {
  await post('once').expect(202);
  const { body } = await post('once', { portfolio_id: portfolioId, as_of: '2025-06-29' }).expect(409);
  expect(body.detail).toBe('Idempotency-Key "once" was used with another body');
  await post('k'.repeat(255)).expect(202);
  const long = await post('k'.repeat(256)).expect(400);
  expect(long.body.errors[0]).toMatchObject({
    field: 'Idempotency-Key',
    message: 'must have 1 to 255 characters, has 256',
  });
});

test.each([
  [{ portfolio_id: 'x' }, 'portfolio_id', 'x'],
  [{ as_of: '2021-02-30' }, 'as_of', '2021-02-30'],
  [{ as_of: '2999-01-01' }, 'as_of', '2999-01-01'],
  [{ surprise: 1 }, 'surprise', 1],
])('a body with %j is refused with field and value', async (change, field, value) => {
  const { body } = await post(undefined, { portfolio_id: portfolioId, ...change }).expect(422);
  expect(body.errors).toContainEqual(expect.objectContaining({ field, value }));
});

test('a portfolio that holds nothing is told so', async () => {
  const { body } = await service.http.post('/api/v1/portfolios').send({ name: 'Empty' }).expect(201);
  const refused = await post(undefined, { portfolio_id: body.id }).expect(409);
  expect(refused.body.detail).toBe('portfolio "Empty" holds nothing; set its holdings first');
});

/** Reads a stream until it ends: `id:` and `event:` of each message. */
function stream(path: string, headers: Record<string, string> = {}): Promise<{ id: string; event: string }[]> {
  const { port } = service.api.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const options = { port, path, headers: { accept: 'text/event-stream', ...headers } };
    http
      .get(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve([...text.matchAll(/^id: (.*)\nevent: (.*)$/gm)].map(([, id, event]) => ({ id: id!, event: event! }))),
        );
      })
      .on('error', reject);
  });
}

test('a stream tells a job from its request to its end, and resumes after the last event seen', async () => {
  const { body: job } = await post().expect(202);
  const events = await stream(`/api/v1/jobs/${job.id}/events`);
  expect(events.map(({ event }) => event)).toEqual([
    'requested',
    'started',
    ...Array.from({ length: 5 }, () => 'progress'),
    'succeeded',
  ]);
  const rest = await stream(`/api/v1/jobs/${job.id}/events`, { 'last-event-id': '6' });
  expect(rest).toEqual(events.slice(6));
});

test('lists page by cursor without a gap or a repeat, and filter by kind and state', async () => {
  const all = (await service.http.get('/api/v1/jobs?limit=100').expect(200)).body.items;
  expect(all.length).toBeGreaterThan(2);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await service.http.get(`/api/v1/jobs?limit=2${cursor ? `&cursor=${cursor}` : ''}`).expect(200);
    seen.push(...page.body.items.map((job: { id: string }) => job.id));
    cursor = page.body.next_cursor as string | null;
  }
  expect(seen).toEqual(all.map((job: { id: string }) => job.id));
  await service.http.get('/api/v1/jobs?state=failed').expect(200, { items: [], next_cursor: null });
  const { body } = await service.http.get('/api/v1/jobs?state=lost').expect(422);
  expect(body.errors[0]).toMatchObject({ field: 'state', value: 'lost' });
});

test('an answer that was given is given again, also when the portfolio was emptied since', async () => {
  const { body } = await service.http.post('/api/v1/portfolios').send({ name: 'Short-lived' }).expect(201);
  const hold = (held: object) =>
    service.http.put(`/api/v1/portfolios/${body.id}/holdings`).send({ holdings: held }).expect(200);
  await hold({ BTC: '1', ETH: '1', SPY: '1' });
  const first = await post('emptied', { portfolio_id: body.id, as_of: '2025-06-30' }).expect(202);
  await hold({});
  const again = await post('emptied', { portfolio_id: body.id, as_of: '2025-06-30' }).expect(202);
  expect(again.text).toBe(first.text);
  await finishedJob(service, first.body.id);
}, 40_000);

test('a name that the database could not store is refused at the door', async () => {
  const names = { 'a\u0000b': 422, 'a\u0007b': 422, 'a\ud800b': 400 };
  for (const [name, status] of Object.entries(names)) {
    const { body } = await service.http.post('/api/v1/portfolios').send({ name }).expect(status);
    expect(body.errors[0].field).toBe('name');
  }
});

test('a schedule requests one run for each portfolio that holds something, once, as of the scheduled time', async () => {
  const pipelines = service.api.get(PipelinesService);
  const request = () =>
    RequestContext.create(service.api.get(MikroORM).em, () => pipelines.requestScheduled('2025-07-01T00:45:00.000Z'));
  const jobs = await request();
  expect(jobs.length).toBeGreaterThan(0);
  expect(await request()).toEqual(jobs);
  const finished = await finishedJob(service, jobs[0]!);
  const { body } = await service.http.get(finished.result).expect(200);
  expect(body).toMatchObject({ as_of: '2025-07-01T00:45:00Z', rehearsal: false });
}, 40_000);
