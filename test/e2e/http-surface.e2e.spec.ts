import { eventually } from '../support/service.js';
import { startService, type Service } from '../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
}, 60_000);
afterAll(() => service.stop());

test('an ambiguous body is refused with the member that it is about, and a NUL in an address at once', async () => {
  const { http } = service;
  const sent = http.post('/api/v1/portfolios').set('content-type', 'application/json');
  const { body, status } = await sent.send('{"name":"a","more":[1e400]}');
  expect([status, body.errors]).toEqual([400, [{ field: 'more.0', message: 'is too large a number' }]]);
  expect((await http.get('/api/v1/data/quarantine?source=%00')).status).toBe(400);
});

test('system routes answer as their clients expect', async () => {
  const { http } = service;
  await http.get('/').expect(200, { service: 'FKS Portfolio API', version: '0.1.0', status: 'running' });
  const { body } = await http.get('/health').expect(200);
  expect(body).toMatchObject({ status: 'healthy', service: 'FKS Portfolio API', version: '0.1.0', port: 8012 });
  // a worker that has just started polls within moments
  const ready = await eventually(
    async () => (await http.get('/ready')).body,
    (body) => body.status === 'ready',
  );
  expect(ready).toEqual({
    status: 'ready',
    service: 'FKS Portfolio API',
    dependencies: { database: 'ready', assets: 'ready', source_workers: 'ready', temporal: 'ready', worker: 'ready' },
  });
});

test('every error is a problem with a string for detail, and none tells of our inside', async () => {
  const { http } = service;
  const sent = [
    await http.get('/api/v1/nothing'),
    await http.post('/api/v1/portfolios').set('content-type', 'application/json').send('{"name":'),
    await http.post('/api/v1/portfolios').send({ name: '' }),
    await http.post('/api/v1/portfolios').send({ name: 'x'.repeat(2_000_000) }),
    await http.get('/api/v1/jobs/nope'),
    await http.get('/api/v1/jobs?limit=0'),
  ];
  expect(sent.map(({ status }) => status)).toEqual([404, 400, 422, 413, 422, 422]);
  expect(sent.slice(0, 3).map(({ body }) => body.type)).toEqual([
    '/problems/not-found',
    '/problems/bad-request',
    '/problems/invalid',
  ]);
  for (const { headers, body, status } of sent) {
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body.status).toBe(status);
    expect(typeof body.detail).toBe('string');
    expect(JSON.stringify(body)).not.toMatch(/node_modules|at \w+ \(/);
  }
});

test('a body that would lose a member on the way, or has no content type, is refused and changes nothing', async () => {
  const { http } = service;
  const { body: made } = await http.post('/api/v1/portfolios').send({ name: 'Kept' }).expect(201);
  const path = `/api/v1/portfolios/${made.id}`;
  await http
    .put(`${path}/holdings`)
    .send({ holdings: { BTC: '1' } })
    .expect(200);
  const put = (type: string) => http.put(`${path}/holdings`).set('content-type', type);
  const proto = await put('application/json').send('{"holdings":{"__proto__":"1"}}').expect(400);
  expect(proto.body.detail).toContain('__proto__');
  const untyped = await put('application/x-www-form-urlencoded').send('{"holdings":{}}').expect(400);
  expect(untyped.body.detail).toContain('Content-Type application/json');
  expect((await http.get(path).expect(200)).body.holdings).toEqual({ BTC: '1' });
});

test('a request id of the caller is kept, a strange one replaced', async () => {
  const { http } = service;
  expect((await http.get('/health').set('x-request-id', 'abc-1')).headers['x-request-id']).toBe('abc-1');
  expect((await http.get('/health').set('x-request-id', 'a b<c>')).headers['x-request-id']).toMatch(/^[\w-]{36}$/);
});

test('closes itself to other origins and sets security headers', async () => {
  const { headers } = await service.http.get('/health').set('origin', 'https://elsewhere.example');
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(headers['content-security-policy']).toBeDefined();
  expect(headers['x-powered-by']).toBeUndefined();
});

test('serves its OpenAPI 3.1 document, its page, and metrics by route', async () => {
  const { body } = await service.http.get('/openapi.json').expect(200);
  expect(body.openapi).toMatch(/^3\.1/);
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining(['/api/v1/pipelines', '/api/v1/decisions/{id}/answer']),
  );
  await service.http.get('/docs').expect(200);
  await service.http.get('/api/v1/jobs/01a21066-1b8b-7461-a573-f8d78a252ebf').expect(404);
  const { text } = await service.http.get('/metrics').expect(200);
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/api/v1/jobs/:id",status="404"}');
});
