import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { optimizerIds } from '../../../src/optimization/domain/optimizers/registry.js';
import { optimizerName, type OptimizationView } from '../../../src/optimization/optimization.schemas.js';
import { ComputePool } from '../../../src/platform/compute/compute-pool.js';
import { useDatabase } from '../../support/database.js';
import { storeHistories, today } from '../../support/price-histories.js';
import { eventually, startApi, startWorker, testConfig } from '../../support/service.js';
import { toIso } from '../../../src/shared/time.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext;
let portfolioId: string;

const http = () => request(app.getHttpServer());
const asOf = () => toIso(today());

beforeAll(async () => {
  await storeHistories(db.orm, {
    BTC: { days: 500, own: 0.005, common: 0.03, last: 60_000 },
    ETH: { days: 500, own: 0.02, common: 0.035, last: 3_000 },
    SPY: { days: 500, own: 0.008, common: 0.003, last: 600, weekdaysOnly: true },
    GLD: { days: 500, own: 0.009, common: -0.001, last: 300, weekdaysOnly: true },
    SOL: { days: 12, own: 0.05, common: 0.03, last: 150 },
  });
  const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
  [app, worker] = [await startApi(config), await startWorker(config)];
  portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '1', ETH: '5', SPY: '20', GLD: '30', USD: '1000' } })
    .expect(200);
});
afterAll(async () => {
  await app.close();
  await worker.close();
});

const ended = (id: string) =>
  eventually(
    async () => (await http().get(`/api/v1/jobs/${id}`)).body,
    ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state as string),
  );

async function optimized(body: object): Promise<OptimizationView> {
  const accepted = await http().post('/api/v1/optimizations').send(body);
  expect({ status: accepted.status, detail: accepted.body.detail }).toEqual({ status: 202, detail: undefined });
  const job = await ended(accepted.body.id as string);
  expect(job).toMatchObject({ state: 'succeeded', kind: 'optimization', problem: null });
  return (
    await http()
      .get(job.result as string)
      .expect(200)
  ).body;
}
const weightsOf = ({ weights }: OptimizationView) =>
  Object.fromEntries(weights.map(({ asset_id, weight }) => [asset_id, weight]));
const sumOf = (view: OptimizationView) => view.weights.reduce((sum, { weight }) => sum + weight, 0);

const four = ['BTC', 'ETH', 'SPY', 'GLD'];

test('named assets are weighted within the limits that the service begins with, and the answer is certified', async () => {
  const view = await optimized({ assets: four });
  expect(view).toMatchObject({
    state: 'solved',
    portfolio_id: null,
    policy: null,
    optimizer: { id: 'min_variance' },
    request: { optimizer: 'min_variance', covariance: 'sample' },
    infeasible: null,
    rehearsal: false,
  });
  expect(sumOf(view)).toBeCloseTo(1, 12);
  expect(weightsOf(view)).toMatchObject({ SPY: 0.2, GLD: 0.2 });
  for (const name of ['primal_residual', 'dual_residual', 'complementarity', 'duality_gap'] as const) {
    expect(view.certificate![name]).toBeLessThanOrEqual(1e-9);
  }
  expect(view.binding_limits.length).toBeGreaterThan(0);
  expect(view.snapshot.observations).toBeGreaterThan(200);
});

test('a portfolio is weighted under its policy, from what it holds without its cash', async () => {
  const view = await optimized({ portfolio_id: portfolioId, turnover_limit: 0.15 });
  expect(view).toMatchObject({ portfolio_id: portfolioId, policy: { version: 1 } });
  expect(view.weights.map(({ asset_id }) => asset_id).sort()).toEqual([...four].sort());
  const { current } = view.request as { current: Record<string, number> };
  // 60,000 of 96,000 dollars
  expect(current['BTC']).toBeCloseTo(60 / 96, 12);
  expect(Object.values(current).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(view.state).toBe('solved');
  const weights = Object.entries(weightsOf(view));
  const traded = weights.reduce((sum, [id, weight]) => sum + Math.abs(weight - current[id]!), 0) / 2;
  expect(traded).toBeLessThanOrEqual(0.15 + 1e-9);
});

test('the same question about the same prices gets the same answer to the last bit', async () => {
  const body = { assets: four, optimizer: 'max_sharpe', expected_returns: { kind: 'james_stein' }, as_of: asOf() };
  const [one, other] = [await optimized(body), await optimized(body)];
  const core = ({ id: _id, created_at: _at, snapshot: { id: _snapshot, ...snapshot }, ...rest }: OptimizationView) =>
    JSON.stringify({ ...rest, snapshot });
  expect(core(one)).toBe(core(other));
  expect(one.id).not.toBe(other.id);
});

test('limits that cannot hold are an answer that names them', async () => {
  const view = await optimized({ assets: ['BTC', 'ETH'] });
  expect(view).toMatchObject({ state: 'infeasible', weights: [], certificate: null, volatility: null });
  expect(view.infeasible!.code).toBe('limits');
  expect(view.reason).toMatch(/upper limits add up to 0.8/);
});

test('own bands and groups hold besides the policy', async () => {
  const view = await optimized({
    assets: four,
    bands: { GLD: { min: 0, max: 0.05 } },
    linear: [{ label: 'stocks and gold', coefficients: { SPY: 1, GLD: 1 }, max: 0.22 }],
  });
  const weights = weightsOf(view);
  expect(weights['GLD']).toBeLessThanOrEqual(0.05 + 1e-9);
  expect(weights['SPY']! + weights['GLD']!).toBeLessThanOrEqual(0.22 + 1e-9);
});

test('groups that cannot hold are named as the smallest set, with the least relaxation', async () => {
  const linear = [{ label: 'little bitcoin', coefficients: { BTC: 1 }, max: 0.3 }];
  const { infeasible } = await optimized({ assets: four, linear });
  expect(infeasible!.code).toBe('limits');
  expect(infeasible!.conflict.join('; ')).toMatch(/little bitcoin/);
  expect(infeasible!.relaxation.length).toBeGreaterThan(0);
});

test('in bitcoin the answer says that bitcoin has no risk by definition, and shows the dollars beside it', async () => {
  const view = await optimized({ assets: four, numeraire: 'btc' });
  expect(view.notes.join()).toMatch(/BTC itself has no risk by definition/);
  expect(view.alternative!.weights.map(({ asset_id }) => asset_id)).toEqual(four);
  expect(view.asset_volatilities[0]).toEqual({ asset_id: 'BTC', volatility: 0 });
});

const needed: Partial<Record<string, object>> = {
  max_sharpe: { expected_returns: { kind: 'given', values: { BTC: 0.3, ETH: 0.4, SPY: 0.1, GLD: 0.05 } } },
  target_return: { target_return: -1 },
  target_risk: { target_volatility: 1 },
  min_tracking_error: { benchmark: { BTC: 0.7, SPY: 0.3 } },
};
const names = optimizerIds.map(optimizerName);
describe.each([
  ['USD', names],
  ['BTC', names.filter((name) => name !== 'risk_parity')],
])('measured in %s', (numeraire, methods) => {
  test.each(methods)('%s answers certified weights within the limits', async (optimizer) => {
    const view = await optimized({ assets: four, optimizer, numeraire, risk_free_rate: -0.1, ...needed[optimizer] });
    expect({ state: view.state, reason: view.reason }).toEqual({ state: 'solved', reason: null });
    expect(sumOf(view)).toBeCloseTo(1, 9);
    for (const { weight, min, max } of view.weights) {
      expect(weight).toBeGreaterThanOrEqual(min - 1e-9);
      expect(weight).toBeLessThanOrEqual(max + 1e-9);
    }
    const { of, primal_residual, dual_residual, complementarity, duality_gap } = view.certificate!;
    const isOptimised = !of!.includes('nothing is optimised');
    expect([complementarity === null, duality_gap === null]).toEqual([!isOptimised, !isOptimised]);
    for (const one of [primal_residual, dual_residual, complementarity, duality_gap]) {
      expect(one ?? 0).toBeLessThanOrEqual(1e-9);
    }
    expect(view.volatility).toBeGreaterThan(0);
  });
});

test('shares of the risk of an asset without any are refused in words', async () => {
  const view = await optimized({ assets: four, optimizer: 'risk_parity', numeraire: 'BTC' });
  expect(view).toMatchObject({ state: 'infeasible', weights: [] });
  expect(view.reason).toMatch(/without any variance.*BTC/);
});

test('too few common dates are an answer that names the shortest series', async () => {
  const view = await optimized({ assets: [...four, 'SOL'] });
  expect(view).toMatchObject({ state: 'infeasible', infeasible: { code: 'too_little_data' } });
  expect(view.reason).toMatch(/shortest series is SOL/);
});

test('an asset without prices fails the job in words', async () => {
  const accepted = await http()
    .post('/api/v1/optimizations')
    .send({ assets: ['BTC', 'ADA'] });
  const job = await ended(accepted.body.id as string);
  expect(job).toMatchObject({ state: 'failed', problem: { detail: 'no daily prices of ADA are stored' } });
});

test('a repeated request with its key makes one optimization', async () => {
  const ask = () => http().post('/api/v1/optimizations').set('Idempotency-Key', 'once').send({ assets: four });
  const [first, second] = [await ask(), await ask()];
  expect(second.text).toBe(first.text);
  await ended(first.body.id as string);
});

test('optimizations are listed, the newest first, also of one portfolio', async () => {
  const { body: page } = await http().get('/api/v1/optimizations?limit=2').expect(200);
  expect(page.items).toHaveLength(2);
  expect(page.items[0].id > page.items[1].id).toBe(true);
  const { body: next } = await http().get(`/api/v1/optimizations?limit=2&cursor=${page.next_cursor}`).expect(200);
  expect(next.items[0].id < page.items[1].id).toBe(true);
  const { body: own } = await http().get(`/api/v1/optimizations?portfolio_id=${portfolioId}`).expect(200);
  expect(own.items).toHaveLength(1);
  expect(own.items[0]).toMatchObject({ portfolio_id: portfolioId });
});

test('the optimizers are listed with their needs', async () => {
  const { body } = await http().get('/api/v1/optimizers').expect(200);
  const targetReturn = body.items.find(({ id }: { id: string }) => id === 'target_return');
  expect(targetReturn.needs).toContain('target_return');
  expect(targetReturn.constraints.box).toEqual({ support: 'supported', reason: null });
});

test('a cancelled job ends its thread: nothing is stored, and the next optimization is solved', async () => {
  const pool = worker.get(ComputePool, { strict: false });
  const fast = pool.run.bind(pool);
  const spin = { module: new URL('../platform/compute/long-work.js', import.meta.url), name: 'spin' };
  let [begun, stopped] = [false, false];
  pool.run = async (_task, _input, signal) => {
    begun = true;
    try {
      return await fast<number, never>(spin, 600_000, signal);
    } finally {
      stopped = true;
    }
  };
  const { body: job } = await http().post('/api/v1/optimizations').send({ assets: four });
  await eventually(
    () => Promise.resolve(begun),
    (is) => is,
  );
  await http().post(`/api/v1/jobs/${job.id}/cancel`).expect(202);
  expect(await ended(job.id as string)).toMatchObject({ state: 'cancelled', result: null });
  // the thread hears of it with the next heartbeat
  await eventually(
    () => Promise.resolve(stopped),
    (is) => is,
  );
  pool.run = fast;
  expect((await optimized({ assets: four })).state).toBe('solved');
}, 60_000);

test.each([
  ['an unknown asset', { assets: ['BTC', 'BTX'] }, /assets.1 "BTX" is not a known asset; the nearest are BTC/],
  ['an asset named twice', { assets: ['BTC', 'btc-usd'] }, /names BTC a second time/],
  ['nothing to weigh', {}, /needs portfolio_id, assets or both/],
  ['a target that is not said', { assets: four, optimizer: 'target_return' }, /target_return is missing/],
  ['a volatility that is not said', { assets: four, optimizer: 'target_risk' }, /target_volatility is missing/],
  ['turnover from nowhere', { assets: four, turnover_limit: 0.1 }, /current is missing/],
  ['a band of another asset', { assets: four, bands: { SOL: { min: 0, max: 1 } } }, /bands.SOL "SOL" is not among/],
  [
    'given returns that lack one',
    { assets: ['BTC', 'ETH'], expected_returns: { kind: 'given', values: { BTC: 0.1 } } },
    /lacks ETH/,
  ],
  ['a numeraire that nobody knows', { assets: four, numeraire: 'XXZ' }, /numeraire "XXZ" is not a known asset/],
  ['the future', { assets: four, as_of: '2999-01-01' }, /lies in the future/],
  ['numbers as texts', { assets: four, l2: '1' }, /l2: is no number/],
])('refuses %s', async (_name, body, detail) => {
  const answer = await http().post('/api/v1/optimizations').send(body);
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toMatch(detail);
});

test('what is held and not named counts as sold, which a limit of the turnover has to know', async () => {
  const body = { portfolio_id: portfolioId, assets: ['BTC', 'SPY', 'GLD'], turnover_limit: 0.5 };
  const answer = await http().post('/api/v1/optimizations').send(body);
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toBe('assets lacks ETH: what is held and sold counts as traded');
});

test('a portfolio that nobody has is not found', async () => {
  await http().post('/api/v1/optimizations').send({ portfolio_id: uuidv7() }).expect(404);
});

test.each([
  ['10 MB', `{"assets":["${'A'.repeat(10_000_000)}"]}`, 413],
  ['10,000 levels', `{"assets":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400],
  ['a prototype', '{"__proto__":{"assets":["BTC"]}}', 400],
  ['a member twice', '{"assets":["BTC"],"assets":["ETH"]}', 400],
  ['a number beyond all', '{"assets":["BTC","ETH"],"l2":1e400}', 400],
  ['half a character', '{"assets":["BTC","\\ud800"]}', 400],
  ['broken JSON', '{"assets":', 400],
])('a body with %s gets %s', async (_name, body, status) => {
  for (const path of ['/api/v1/optimizations', '/api/portfolio/optimize']) {
    const symbols = body.replaceAll('"assets"', '"symbols"').replace('"l2"', '"risk_free_rate"');
    const sent = path === '/api/portfolio/optimize' ? symbols : body;
    const answer = await http().post(path).set('Content-Type', 'application/json').send(sent);
    expect(answer.status).toBe(status);
  }
});

describe('views', () => {
  const gold = { label: 'gold first', coefficients: { gld: 1, BTC: -1 }, value: 0.4 };

  test('those of Black and Litterman move the equilibrium, and the answer says how far', async () => {
    const view = await optimized({
      assets: four,
      optimizer: 'mean_variance',
      expected_returns: { kind: 'equilibrium', weights: { BTC: 0.6, ETH: 0.1, SPY: 0.2, GLD: 0.1 } },
      views: { method: 'black_litterman', views: [{ ...gold, confidence: 0.8 }] },
    });
    const { method, items } = view.estimates!.views!;
    expect(method).toBe('black_litterman');
    const { before, after } = items[0]!;
    expect((after - before) / (0.4 - before)).toBeCloseTo(0.8, 9);
    expect(view.request).toMatchObject({ views: { tau: 0.05, views: [{ coefficients: { GLD: 1, BTC: -1 } }] } });
  });

  test('entropy pooling weighs the days', async () => {
    const view = await optimized({
      assets: four,
      optimizer: 'min_cvar',
      views: {
        method: 'entropy_pooling',
        views: [{ label: 'calm', of: 'volatility', coefficients: { BTC: 1 }, relation: 'at_most', value: 0.2 }],
      },
    });
    expect(view.estimates!.views!.items[0]!.after).toBeCloseTo(0.2, 7);
    expect(view.asset_volatilities[0]!.volatility).toBeCloseTo(0.2, 7);
    expect(view.estimates!.effective_observations).toBeLessThan(view.snapshot.observations);
  });

  test('what does not go with them is refused with field and value', async () => {
    const { body } = await http()
      .post('/api/v1/optimizations')
      .send({
        assets: four,
        covariance: 'oas',
        views: { method: 'entropy_pooling', views: [{ ...gold, coefficients: { DOGE: 1 } }, gold] },
      })
      .expect(422);
    const { errors } = body as { errors: { field: string; value?: string }[] };
    expect(errors.map(({ field, value }) => [field, value])).toEqual([
      ['covariance', 'oas'],
      ['views.views.0.coefficients.DOGE', 'DOGE'],
      ['views.views.1.label', 'gold first'],
    ]);
  });
});

test('few large positions in whole lots of what the portfolio is worth', async () => {
  const view = await optimized({ portfolio_id: portfolioId, most_assets: 3, minimum_position: 0.15, lots: {} });
  expect(view.weights.filter(({ weight }) => weight > 0)).toHaveLength(3);
  expect(view.choice).toMatchObject({ proven: true });
  const { total_usd: total, items, remainder_usd: remainder } = view.lots!;
  // without its 1,000 dollars
  expect(Number(total)).toBe(96_000);
  const spent = items.reduce((sum, { value_usd: value }) => sum + Number(value), 0);
  expect(spent + Number(remainder)).toBeCloseTo(96_000, 6);
  const shares = items.find(({ asset_id: id }) => id === 'GLD' || id === 'SPY')!;
  expect(Number.isInteger(Number(shares.quantity))).toBe(true);
  const { body } = await http().post('/api/v1/optimizations').send({ assets: four, lots: {} }).expect(422);
  expect(body.errors[0]).toMatchObject({ field: 'lots.total_usd' });
});

test('for an audit only what was stored by then counts', async () => {
  const accepted = await http()
    .post('/api/v1/optimizations')
    .send({ assets: four, as_known_at: '2020-01-01T00:00:00Z' })
    .expect(202);
  const job = await ended(accepted.body.id as string);
  // nothing was stored then
  expect(job).toMatchObject({
    state: 'failed',
    problem: { detail: expect.stringContaining('no daily prices of BTC') },
  });
  const now = toIso(Date.now());
  const view = await optimized({ assets: four, as_known_at: now });
  expect(view).toMatchObject({ as_known_at: now, rehearsal: true, state: 'solved' });
});

describe('the frontier of an optimization', () => {
  const of = (id: string, query = {}) => http().get(`/api/v1/optimizations/${id}/frontier`).query(query);

  test('ends at its least variance and holds what a target return asks for', async () => {
    const { id, weights } = await optimized({ assets: four });
    const { body } = await of(id).expect(200);
    const points = body.turning_points as { expected_return: number; volatility: number }[];
    expect(points.length).toBeGreaterThan(1);
    const least = Object.fromEntries(
      (body.min_variance.weights as { asset_id: string; weight: number }[]).map((one) => [one.asset_id, one.weight]),
    );
    for (const { asset_id: asset, weight } of weights) expect(least[asset] ?? 0).toBeCloseTo(weight, 9);
    const target = (points[0]!.expected_return + points.at(-1)!.expected_return) / 2;
    const at = await of(id, { target_return: target }).expect(200);
    expect(at.body.at_target.point.expected_return).toBeCloseTo(target, 9);
    const solved = await optimized({ assets: four, optimizer: 'target_return', target_return: target });
    expect(solved.volatility).toBeCloseTo(at.body.at_target.point.volatility as number, 9);
    const beyond = await of(id, { target_volatility: 0.0001 }).expect(200);
    expect(beyond.body.at_target).toMatchObject({ point: null, reason: expect.stringContaining('the lowest is') });
  });

  test('is not there for limits on several assets, for nobody else and for two targets', async () => {
    const { id } = await optimized({
      assets: four,
      linear: [{ label: 'paper', coefficients: { SPY: 1 }, max: 0.19 }],
    });
    expect((await of(id).expect(409)).body.detail).toMatch(/single assets only; .* paper/);
    await of(uuidv7()).expect(404);
    await of(id, { target_return: 0.1, target_volatility: 0.1 }).expect(422);
  });
});
