import { randomUUID } from 'node:crypto';
import { aPortfolio, startService, type Service } from '../../support/story.js';
import { startApi } from '../../support/service.js';
import { TemporalClient } from '../../../src/platform/temporal/temporal-client.js';
import { eventually } from '../../support/service.js';
import pg from 'pg';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
}, 60_000);
afterAll(() => service.stop());

test('two relays over one outbox start every workflow once', async () => {
  const second = await startApi(service.config);
  try {
    const portfolioId = await aPortfolio(service);
    const post = () => service.http.post('/api/v1/pipelines').send({ portfolio_id: portfolioId });
    const jobs = (await Promise.all(Array.from({ length: 12 }, post))).map(
      ({ body }) => body as { workflow_id: string },
    );
    const client = new pg.Client({ connectionString: service.database.url });
    await client.connect();
    try {
      const unsent = async () =>
        (await client.query('select count(*)::int as n from workflow_outbox where sent_at is null')).rows[0].n;
      await eventually(unsent, (n) => n === 0);
      const { rows } = await client.query('select workflow_id, attempts from workflow_outbox');
      expect(rows.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 12 }, () => 1));
    } finally {
      await client.end();
    }
    for (const { workflow_id } of jobs) {
      const handle = service.api.get(TemporalClient).client.workflow.getHandle(workflow_id);
      const { status, typedSearchAttributes } = await handle.describe();
      expect(status.name).toBe('RUNNING');
      expect(JSON.stringify(typedSearchAttributes)).toContain(portfolioId);
      await handle.terminate('end of the test');
    }
  } finally {
    await second.close();
  }
}, 40_000);

test('a line that Temporal refuses holds up no other, and in the end its job is told as failed', async () => {
  const client = new pg.Client({ connectionString: service.database.url });
  await client.connect();
  try {
    const id = randomUUID();
    await client.query(`insert into job (id, owner_id, kind, workflow_id) values ($1, 'local', 'pipeline', $2)`, [
      id,
      `refused:${id}`,
    ]);
    await client.query(
      `insert into workflow_outbox (id, owner_id, job_id, job_kind, workflow_type, workflow_id, summary, input, trace_headers)
       values ($1, 'local', $1, 'pipeline', repeat('x', 2000), $2, '', '{}', '{}')`,
      [id, `refused:${id}`],
    );
    const line = async () => (await client.query('select * from workflow_outbox where job_id = $1', [id])).rows[0];
    await eventually(line, (row) => row.attempts > 0);
    expect((await line()).next_attempt_at.getTime()).toBeGreaterThan(Date.now());

    const portfolioId = await aPortfolio(service);
    const { body } = await service.http.post('/api/v1/pipelines').send({ portfolio_id: portfolioId }).expect(202);
    const handle = service.api.get(TemporalClient).client.workflow.getHandle(body.workflow_id);
    await eventually(
      () =>
        handle.describe().then(
          () => true,
          () => false,
        ),
      (started) => started,
    );
    await handle.terminate('end of the test');

    await client.query('update workflow_outbox set attempts = 7, next_attempt_at = now() where job_id = $1', [id]);
    const job = async () => (await service.http.get(`/api/v1/jobs/${id}`).expect(200)).body;
    expect(await eventually(job, ({ state }) => state === 'failed')).toMatchObject({
      problem: { type: '/problems/not-started' },
    });
    expect(await line()).toBeUndefined();
  } finally {
    await client.end();
  }
}, 40_000);
