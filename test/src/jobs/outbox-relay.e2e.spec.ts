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
