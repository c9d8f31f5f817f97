import { aPortfolio, aWaitingDecision, finishedJob, holdings, startService, type Service } from '../support/story.js';

let service: Service;
let made: Awaited<ReturnType<typeof aWaitingDecision>>;
beforeAll(async () => {
  service = await startService();
  made = await aWaitingDecision(service);
}, 60_000);
afterAll(() => service.stop());

test('collects closed bars of every asset and says from where', () => {
  const { assets } = made.pipeline.collection;
  expect(assets.map((asset: { asset_id: string }) => asset.asset_id).sort()).toEqual(['BTC', 'ETH', 'GLD', 'SPY']);
  for (const asset of assets) {
    expect(asset.source).toMatch(/^simulated:(binance|yahoofinance):7$/);
    // of coins two sources have the bars, of funds one: the others need a key
    expect(asset.votes).toBe(['BTC', 'ETH'].includes(asset.asset_id) ? 2 : 1);
    expect(asset.rows_new).toBe(asset.votes * asset.rows_stored);
    expect(asset).toMatchObject({ fresh: true, missing_bars: 0, disputed_bars: 0 });
    expect(asset.rows_stored).toBeGreaterThan(365);
    expect(asset.last_open_time <= '2025-06-30T00:00:00Z').toBe(true);
  }
});

test('marks what is simulated and what is a rehearsal everywhere', async () => {
  const { body: decision } = await service.http.get(`/api/v1/decisions/${made.decisionId}`).expect(200);
  const { body: optimization } = await service.http
    .get(`/api/v1/optimizations/${made.pipeline.optimization_id}`)
    .expect(200);
  for (const shown of [made.pipeline, decision, optimization, ...made.pipeline.signals.items]) {
    expect(shown).toMatchObject({ simulated: true, rehearsal: true, as_of: '2025-07-01T00:00:00Z' });
  }
});

test('every asset has a signal or a reason', () => {
  const { items, withheld } = made.pipeline.signals;
  const named = [...items, ...withheld].map((one: { asset_id: string }) => one.asset_id);
  expect(named.sort()).toEqual(['BTC', 'ETH', 'GLD', 'SPY']);
  for (const one of withheld) expect(one.reason.length).toBeGreaterThan(10);
  for (const signal of items) expect(Date.parse(signal.expires_at)).toBeGreaterThan(Date.parse('2025-07-01T00:00:00Z'));
});

test('the weights keep the limits and carry a certificate', async () => {
  const { body } = await service.http.get(`/api/v1/optimizations/${made.pipeline.optimization_id}`).expect(200);
  const weights = body.weights as { asset_id: string; weight: number }[];
  expect(Math.abs(weights.reduce((sum, { weight }) => sum + weight, 0) - 1)).toBeLessThanOrEqual(1e-9);
  for (const { asset_id, weight } of weights) {
    expect(weight).toBeGreaterThanOrEqual(asset_id === 'BTC' ? 0.5 : 0);
    expect(weight).toBeLessThanOrEqual(asset_id === 'BTC' ? 0.6 : 0.2);
  }
  for (const name of ['primal_residual', 'dual_residual', 'complementarity', 'duality_gap']) {
    expect(Math.abs(body.certificate[name])).toBeLessThanOrEqual(1e-9);
  }
  expect(body.snapshot.observations).toBeGreaterThan(200);
  expect(body.snapshot.last_date).toBe('2025-06-30');
});

test('the job tells its steps in order', async () => {
  const { body } = await service.http.get(`/api/v1/jobs/${made.job.id}/events`).expect(200);
  expect(body.items.map((event: { kind: string }) => event.kind)).toEqual([
    'requested',
    'started',
    'progress',
    'progress',
    'progress',
    'progress',
    'progress',
    'succeeded',
  ]);
  expect(body.items.map((event: { sequence: number }) => event.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a second run over the same bars stores none of them again and comes to the same weights', async () => {
  const again = await aWaitingDecision(service);
  for (const asset of again.pipeline.collection.assets) {
    expect(asset.rows_new).toBe(0);
    expect(asset.rows_revised).toBe(0);
  }
  const weights = async (id: string) => (await service.http.get(`/api/v1/optimizations/${id}`).expect(200)).body;
  const [one, two] = [await weights(made.pipeline.optimization_id), await weights(again.pipeline.optimization_id)];
  expect(two.weights).toEqual(one.weights);
  expect(two.snapshot.content_hash).toBe(one.snapshot.content_hash);
}, 40_000);

test('an asset that no source has fails the job with a reason that names it', async () => {
  const onlyCrypto = await startService({ env: { FKS_SOURCES: 'binance' } });
  try {
    const portfolioId = await aPortfolio(onlyCrypto);
    const { body: job } = await onlyCrypto.http
      .post('/api/v1/pipelines')
      .send({ portfolio_id: portfolioId })
      .expect(202);
    const failed = await finishedJob(onlyCrypto, job.id);
    expect(failed).toMatchObject({ state: 'failed', problem: { type: '/problems/prices-missing' } });
    expect(failed.problem.detail).toContain('SPY');
    expect(failed.problem.detail).not.toContain('BTC (');
  } finally {
    await onlyCrypto.stop();
  }
}, 60_000);

test('cash is part of what is held and no part of what is collected or optimized', async () => {
  const { body: portfolio } = await service.http.post('/api/v1/portfolios').send({ name: 'With cash' }).expect(201);
  const cash = { ...holdings, USD: '100000' };
  await service.http.put(`/api/v1/portfolios/${portfolio.id}/holdings`).send({ holdings: cash }).expect(200);
  const body = { portfolio_id: portfolio.id, as_of: '2025-06-30' };
  const { body: job } = await service.http.post('/api/v1/pipelines').send(body).expect(202);
  const { body: pipeline } = await service.http.get((await finishedJob(service, job.id)).result).expect(200);
  const { body: decision } = await service.http.get(`/api/v1/decisions/${pipeline.decision_id}`).expect(200);
  const weights = decision.proposal.weights as { asset_id: string; current_weight: number; target_weight: number }[];
  const usd = weights.find(({ asset_id }) => asset_id === 'USD')!;
  expect(usd.target_weight).toBe(0);
  expect(usd.current_weight).toBeGreaterThan(0.1);
  expect(weights.reduce((sum, { current_weight }) => sum + current_weight, 0)).toBeCloseTo(1, 12);
  expect(decision.proposal.assumptions[0]).toContain('1 USDT is counted as 1 USD');
}, 40_000);
