import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../support/database.js';
import { startApi, testConfig } from '../support/service.js';

test('a process that is told to stop ends its streams and sends the answer that it is working on', async () => {
  const database = await freshDatabase();
  // nothing listens on port 1: /ready waits for it, for as long as its own limit allows
  const api = await startApi(testConfig(database.url, { TEMPORAL_ADDRESS: '127.0.0.1:1' }));
  const { port } = api.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const send = async (method: string, path: string, body: object) => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as { id: string };
  };
  const { id } = await send('POST', '/api/v1/portfolios', { name: 'Core' });
  await send('PUT', `/api/v1/portfolios/${id}/holdings`, { holdings: { BTC: '1' } });
  const job = await send('POST', '/api/v1/pipelines', { portfolio_id: id });

  const stream = await fetch(`${url}/api/v1/jobs/${job.id}/events`, { headers: { accept: 'text/event-stream' } });
  const ready = fetch(`${url}/ready`);
  await sleep(300);
  const begin = performance.now();
  const [text, answer] = await Promise.all([stream.text(), ready, api.close()]);
  expect(text).toContain('event: requested');
  expect(answer.status).toBe(503);
  expect(performance.now() - begin).toBeLessThan(10_000);
  await database.drop();
}, 30_000);
