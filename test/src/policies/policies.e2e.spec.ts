import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../../src/audit/audit.service.js';
import type { PolicyEffectView, PolicyView } from '../../../src/policies/policies.schemas.js';
import { useDatabase } from '../../support/database.js';
import { storeCloses } from '../../support/price-histories.js';
import { startApi, testConfig } from '../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let portfolioId: string;
let defaultId: string;

const http = () => request(app.getHttpServer());
const limits = (changes: object = {}) => ({ others: { min: 0, max: 0.1 }, ...changes });
const path = '/api/v1/policies';

beforeAll(async () => {
  for (const [assetId, close] of [
    ['BTC', '50000'],
    ['ETH', '2500'],
  ] as const) {
    await storeCloses(db.orm, assetId, [[Date.parse('2025-01-01T00:00:00Z'), close]]);
  }
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
  portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  // 25,000 of BTC and 25,000 of ETH
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '0.5', ETH: '10' } });
});
afterAll(() => app.close());

const inForce = async (id = portfolioId) => (await http().get(`/api/v1/portfolios/${id}/policy`)).body;

test('a portfolio that chose none follows the default with half to 60 % of BTC', async () => {
  const followed = await inForce();
  expect(followed).toMatchObject({
    name: 'default',
    version: 1,
    limits: { anchor: 'BTC', anchor_band: { min: 0.5, max: 0.6 }, others: { min: 0, max: 0.2 } },
  });
  defaultId = followed.policy_id;
});

test('twenty first looks at once make one default policy', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => http().get(path)));
  expect(new Set(answers.map(({ body }) => body.items.length))).toEqual(new Set([1]));
});

test('a new version is followed by nobody before it is rolled out, and its effect can be seen', async () => {
  const made = await http()
    .post(`${path}/${defaultId}/versions`)
    .send({ limits: limits(), reason: 'less of the rest' });
  expect(made.status).toBe(201);
  expect(made.body.versions.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
  expect((await inForce()).version).toBe(1);

  const { body } = await http().get(`${path}/${defaultId}/versions/2/effect`);
  expect(body.portfolios).toEqual([
    {
      portfolio_id: portfolioId,
      name: 'Core',
      version_in_force: 1,
      why_not: null,
      breaches_now: [{ limit: 'ETH', kind: 'asset', weight: 0.5, min: 0, max: 0.2 }],
      breaches_then: [{ limit: 'ETH', kind: 'asset', weight: 0.5, min: 0, max: 0.1 }],
      least_turnover_now: expect.closeTo(0.3, 12),
      least_turnover_then: expect.closeTo(0.4, 12),
    },
  ]);
});

test('a rollout by name reaches that portfolio, one to all everybody, and going back takes it from all', async () => {
  const other = (await http().post('/api/v1/portfolios').send({ name: 'Other' })).body.id;
  const rollOut = (body: object) => http().post(`${path}/${defaultId}/rollouts`).send(body);

  await rollOut({ version: 2, share: 0, portfolios: [portfolioId], reason: 'one first' }).expect(201);
  expect([(await inForce()).version, (await inForce(other)).version]).toEqual([2, 1]);
  await rollOut({ version: 2, reason: 'then all' }).expect(201);
  expect([(await inForce()).version, (await inForce(other)).version]).toEqual([2, 2]);
  await http().post(`${path}/${defaultId}/rollback`).send({ reason: 'too tight' }).expect(201);
  expect([(await inForce()).version, (await inForce(other)).version]).toEqual([1, 1]);
});

test('going back twice goes two versions back, a repeated request once, and at the first version it is refused', async () => {
  const { body: policy } = await http().post(path).send({ name: 'steps', limits: limits(), reason: 'one' }).expect(201);
  for (const version of [2, 3]) {
    await http().post(`${path}/${policy.id}/versions`).send({ limits: limits(), reason: 'more' }).expect(201);
    await http().post(`${path}/${policy.id}/rollouts`).send({ version, reason: 'to all' }).expect(201);
  }
  const back = (key: string) =>
    http().post(`${path}/${policy.id}/rollback`).set('Idempotency-Key', key).send({ reason: 'back' });
  const newest = ({ body }: { body: PolicyView }) => body.rollouts.at(-1)!.version;
  const first = await back('first');
  expect(newest(first)).toBe(2);
  expect((await back('first')).text).toBe(first.text);
  expect(newest(await back('second'))).toBe(1);
  const { status, body } = await back('third');
  expect(status).toBe(409);
  expect(body.detail).toMatch(/is at its first version: there is no earlier version that all portfolios had/);
});

test('a repeated request makes no second version', async () => {
  const propose = () =>
    http()
      .post(`${path}/${defaultId}/versions`)
      .set('Idempotency-Key', 'once')
      .send({ limits: limits(), reason: 'again' });
  const [first, second] = [await propose(), await propose()];
  expect(second.text).toBe(first.text);
  expect((await http().get(`${path}/${defaultId}`)).body.versions).toHaveLength(3);
});

test('versions proposed at the same time are numbered without holes', async () => {
  const before = Number((await http().get(`${path}/${defaultId}`)).body.versions.length);
  await Promise.all(
    Array.from({ length: 5 }, (_, i) =>
      http()
        .post(`${path}/${defaultId}/versions`)
        .send({ limits: limits(), reason: `number ${i}` })
        .expect(201),
    ),
  );
  const { body } = await http().get(`${path}/${defaultId}`);
  expect(body.versions.map(({ version }: { version: number }) => version)).toEqual(
    Array.from({ length: before + 5 }, (_, i) => i + 1),
  );
});

test('a portfolio can choose another policy, whose first version it follows', async () => {
  const made = await http()
    .post(path)
    .send({ name: 'careful', limits: limits({ anchor_band: { min: 0.5, max: 0.5 } }), reason: 'a second line' });
  expect(made.status).toBe(201);
  const chosen = await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: made.body.id });
  expect(chosen.body).toMatchObject({ name: 'careful', version: 1, limits: { anchor_band: { min: 0.5, max: 0.5 } } });
  expect(await inForce()).toEqual(chosen.body);
});

test('choosing the same policy many times at once is one choice in the audit trail', async () => {
  const made = await http().post(path).send({ name: 'crowd', limits: limits(), reason: 'of many' }).expect(201);
  const { body: fresh } = await http().post('/api/v1/portfolios').send({ name: 'Fresh' });
  const choose = () =>
    http().put(`/api/v1/portfolios/${fresh.id}/policy`).send({ policy_id: made.body.id }).expect(200);
  await Promise.all(Array.from({ length: 6 }, choose));
  const events = await new AuditService(db.orm.em.fork()).about('local' as never, `portfolio:${fresh.id}`, 0, 100);
  expect(events.filter(({ kind }) => kind === 'policy_chosen')).toHaveLength(1);
});

test('the effect of a version is told page by page', async () => {
  const page = async (query: string) =>
    (await http().get(`${path}/${defaultId}/versions/2/effect${query}`).expect(200)).body as PolicyEffectView;
  const whole = await page('');
  const found = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const one: PolicyEffectView = await page(`?limit=1${cursor && `&cursor=${cursor}`}`);
    found.push(...one.portfolios);
    cursor = one.next_cursor;
  }
  expect(whole.next_cursor).toBeNull();
  expect(found).toEqual(whole.portfolios);
  await http().get(`${path}/${defaultId}/versions/2/effect?limit=51`).expect(422);
});

test('every change stands in the audit trail', async () => {
  const audit = new AuditService(db.orm.em.fork());
  expect(await audit.verify(`policy:${defaultId}`)).toBeUndefined();
  const events = await audit.about('local' as never, `policy:${defaultId}`, 0, 100);
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['policy_version_made', 'policy_rolled_out']));
});

test('what is said of signals keeps the defaults where nothing is said', async () => {
  const signals = { bias: { high: 'block' }, decisions: { categories: ['swing'], min_confidence: 0.6 } };
  const { body } = await http()
    .post(path)
    .send({ name: 'asked', limits: { signals }, reason: 'swing signals are asked' })
    .expect(201);
  expect(body.versions[0].limits.signals).toEqual({
    opinions: 'by_record',
    bias: { medium: 'warn', high: 'block' },
    decisions: { categories: ['swing'], min_confidence: 0.6 },
  });
});

test.each([
  ['an empty band', { others: { min: 0.3, max: 0.2 } }, 'limits.others.min', 0.3],
  ['a fraction above 1', { anchor_band: { min: 0.5, max: 60 } }, 'limits.anchor_band.max', 60],
  ['an asset that nobody knows', { assets: { XYZZY: { min: 0, max: 1 } } }, 'limits.assets.XYZZY', 'XYZZY'],
  ['lower limits above the whole', { assets: { ETH: { min: 0.9, max: 1 } } }, 'limits.anchor_band.min', 0.5],
  ['an unknown use of opinions', { signals: { opinions: 'raise' } }, 'limits.signals.opinions', 'raise'],
  [
    'a category that is none',
    { signals: { decisions: { categories: ['daily'] } } },
    'limits.signals.decisions.categories.0',
    'daily',
  ],
])('refuses %s, naming field and value', async (_name, changes, field, value) => {
  const { status, body } = await http()
    .post(path)
    .send({ name: 'wrong', limits: { ...changes }, reason: 'a try' });
  expect(status).toBe(422);
  expect(body.errors).toEqual([expect.objectContaining({ field, value })]);
});

test.each([
  ['post', `${path}/${uuidv7()}/versions`, { limits: {}, reason: 'x' }, 404],
  ['get', `${path}/${uuidv7()}`, undefined, 404],
  ['post', path, { name: 'default', limits: {}, reason: 'taken' }, 409],
] as const)('%s %s answers %d', async (method, url, body, status) => {
  const answer = await http()[method](url).send(body);
  expect(answer.status).toBe(status);
});
