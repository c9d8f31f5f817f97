import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG } from '../../../src/platform/config/config.module.js';
import type { RiskReportView } from '../../../src/risk/risk.schemas.js';
import { dayMs, toIso, utcDate } from '../../../src/shared/time.js';
import { useDatabase } from '../../support/database.js';
import { storeCloses, storeHistories, today } from '../../support/price-histories.js';
import { eventually, startApi, startWorker, testConfig } from '../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext | undefined;
let mixed: string;

const http = () => request(app.getHttpServer());
const rows = async () =>
  (await db.orm.em.fork().execute<{ n: number }[]>('select count(*)::int as n from risk_report'))[0]!.n;
const jobs = async () => (await http().get('/api/v1/jobs?kind=risk_report&limit=500')).body.items as { id: string }[];

async function portfolio(holdings: Record<string, string>, name = 'Core'): Promise<string> {
  const { body } = await http().post('/api/v1/portfolios').send({ name }).expect(201);
  if (Object.keys(holdings).length > 0) {
    await http().put(`/api/v1/portfolios/${body.id}/holdings`).send({ holdings }).expect(200);
  }
  return body.id as string;
}

async function report(id: string, query: Record<string, string> = {}): Promise<RiskReportView> {
  const answer = await http().get(`/api/v1/portfolios/${id}/risk`).query(query);
  expect({ status: answer.status, detail: answer.body.detail }).toEqual({ status: 200, detail: undefined });
  return answer.body as RiskReportView;
}

beforeAll(async () => {
  await storeHistories(db.orm, {
    BTC: { days: 1_000, own: 0.005, common: 0.03, last: 60_000 },
    ETH: { days: 1_000, own: 0.02, common: 0.035, last: 3_000 },
    SPY: { days: 1_000, own: 0.008, common: 0.003, last: 600, weekdaysOnly: true },
    SOL: { days: 12, own: 0.05, common: 0.03, last: 150 },
  });
  const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
  app = await startApi(config);
});
afterAll(async () => {
  await app.close();
  await worker?.close();
});

describe('before any worker runs', () => {
  let address: string;

  test('the dashboard of an owner without a portfolio gets 503 with the address of the job', async () => {
    const answer = await http().get('/api/dashboard/risk');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    address = /\/api\/v1\/jobs\/[0-9a-f-]{36}/.exec(answer.body.detail as string)![0];
    expect((await http().get(address)).body).toMatchObject({ kind: 'risk_report', state: 'requested' });
  }, 20_000);

  test('who asks again after a broken wait joins the same job and gets its row', async () => {
    const waiting = http().get('/api/dashboard/risk').timeout(300);
    await expect(waiting).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect(await jobs()).toHaveLength(1);
    worker = await startWorker(testConfigOf(app));
    const answer = await http().get('/api/dashboard/risk');
    expect(answer.status).toBe(200);
    const job = (await http().get(address)).body;
    expect(job).toMatchObject({ state: 'succeeded', result: answer.body.report });
    expect([await jobs(), await rows()]).toMatchObject([{ length: 1 }, 1]);
  }, 30_000);
});

test('without a portfolio the dashboard shows the default weights, marked, with losses as negative numbers', async () => {
  const { body } = await http().get('/api/dashboard/risk');
  expect(Object.keys(body as object).sort()).toEqual(
    [
      'bias_flags',
      'bias_recommendation',
      'left_out',
      'notes',
      'notional',
      'observations',
      'overall_recommendation',
      'partial',
      'period_days',
      'report',
      'risk_metrics',
      'simulated',
      'thresholds',
      'timestamp',
    ].sort(),
  );
  expect(body).toMatchObject({
    notional: true,
    period_days: 365,
    left_out: ['GLD'],
    simulated: false,
    thresholds: { cvar_95_threshold: -0.08, max_drawdown_threshold: -0.5, sharpe_minimum: 0.5 },
  });
  expect(body.risk_metrics.cvar_95).toBeLessThan(0);
  expect(body.risk_metrics.max_drawdown).toBeLessThan(0);
  expect(Object.keys(body.risk_metrics as object)).toHaveLength(5);
});

describe('a portfolio of coins and stocks', () => {
  beforeAll(async () => {
    // 60,000 + 30,000 + 6,000 + 3,000 dollars, and one dollar thousand of cash
    mixed = await portfolio({ BTC: '1', ETH: '10', SPY: '10', SOL: '20', USD: '1000' });
  });

  test('is judged in BTC and in US dollars side by side, on the dates that all have', async () => {
    const found = await report(mixed);
    const weights = Object.fromEntries(found.assets.map(({ asset_id, weight, use }) => [asset_id, { weight, use }]));
    expect(weights).toEqual({
      BTC: { weight: 0.6, use: 'used' },
      ETH: { weight: 0.3, use: 'used' },
      SPY: { weight: 0.06, use: 'used' },
      SOL: { weight: 0.03, use: 'too_short' },
      USD: { weight: 0.01, use: 'used' },
    });
    expect(found).toMatchObject({
      portfolio_id: mixed,
      weights: 'as of, held constant',
      partial: true,
      notional: false,
      simulated: false,
      numeraire: 'USD',
      benchmark: 'BTC',
      as_of: toIso(today()),
      policy: { version: 1 },
      thresholds: { daily_cvar_95: 0.08, max_drawdown: 0.5, sharpe: 0.5 },
    });
    expect(found.covered_weight).toBeCloseTo(0.97, 12);
    expect(Object.keys(found.in)).toEqual(['BTC', 'USD']);
    const { BTC: inBtc, USD: inUsd } = found.in;
    for (const side of [inBtc!, inUsd!]) {
      expect(side).toMatchObject({ trading_days: 'weekdays', periods_per_year: 252, has_benchmark: true });
      expect(side.observations).toBeGreaterThan(255);
      expect(side.observations).toBeLessThan(262);
      expect(side.headline.cvar_95).toBeGreaterThan(0);
      expect(side.headline.max_drawdown).toBeGreaterThan(0);
      const parts = side.measures['volatility_contributions'] as { total: number; assets: Record<string, number> };
      expect(Object.values(parts.assets).reduce((sum, part) => sum + part, 0)).toBeCloseTo(
        side.headline.volatility!,
        12,
      );
      const { low, high } = side.uncertainty.volatility!;
      expect(low).toBeLessThan(side.headline.volatility!);
      expect(high).toBeGreaterThan(side.headline.volatility!);
      expect(side.stress.windows.map(({ id }) => id)).toContain('ftx_2022');
    }
    // three fifths of it are BTC, which does not move in itself
    expect(inBtc!.headline.volatility).toBeLessThan(inUsd!.headline.volatility!);
    expect(inBtc!.risk_free_rate).toBe(0);
    expect(inBtc!.meaning).toMatch(/BTC has no risk by definition/);
    expect(inUsd!.measures['beta']).toBeGreaterThan(0.5);
    expect(inBtc!.measures['beta']).toBeNull();
    const withBtc = Object.fromEntries(found.correlations_with_btc.map((one) => [one.asset_id, one.correlation]));
    expect(withBtc['ETH']).toBeGreaterThan(0.5);
    expect(withBtc['USD']).toBeNull();
    expect(found.bias_flags).toMatchObject([{ type: 'limit_breach', message: expect.stringMatching(/^ETH is 30 %/) }]);
    expect(found.provenance).toMatchObject({ algorithm: 'risk_report', version: 3, seed: 42 });
    expect(found.provenance.series.map(({ asset_id }) => asset_id).sort()).toEqual(['BTC', 'ETH', 'SOL', 'SPY']);
  });

  test('the same question has the same bytes and no second job, and a stored report stays to be read', async () => {
    const before = await jobs();
    const [first, second] = [await http().get(path()), await http().get(path())];
    expect(second.text).toBe(first.text);
    expect((await http().get(`/api/v1/risk-reports/${first.body.id}`)).text).toBe(first.text);
    expect(await jobs()).toHaveLength(before.length);
    await http().get(`/api/v1/risk-reports/${uuidv7()}`).expect(404);
  });

  test('many who ask at once share one job', async () => {
    const before = await jobs();
    const answers = await Promise.all(Array.from({ length: 5 }, () => http().get(`${path()}?lookback_days=200`)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
    expect(await jobs()).toHaveLength(before.length + 1);
  });

  test('another portfolio of the same holdings gets the same numbers', async () => {
    const [first, second] = [
      await report(mixed),
      await report(await portfolio({ BTC: '1', ETH: '10', SPY: '10', SOL: '20', USD: '1000' })),
    ];
    expect(second.id).not.toBe(first.id);
    expect(JSON.stringify(second.in)).toBe(JSON.stringify(first.in));
  });

  test('a numeraire is shown beside BTC and USD, and decides', async () => {
    const found = await report(mixed, { numeraire: 'eth', benchmark: 'SPY' });
    expect(Object.keys(found.in)).toEqual(['BTC', 'USD', 'ETH']);
    expect(found).toMatchObject({
      numeraire: 'ETH',
      benchmark: 'SPY',
      recommendation: found.in['ETH']!.recommendation,
    });
  });

  test('supposed shocks are seen from each numeraire, an asset before its class', async () => {
    const { in: sides } = await report(mixed, { shocks: JSON.stringify({ btc: -0.5, crypto: -0.6, etf: -0.2 }) });
    // 0.6·-0.5 + 0.33·-0.6 + 0.06·-0.2
    expect(sides['USD']!.stress.shocks!.change).toBeCloseTo(-0.51, 12);
    // in BTC: ETH and SOL lose a fifth, SPY gains 0.6, and a dollar doubles
    expect(sides['BTC']!.stress.shocks!.change).toBeCloseTo(0.33 * -0.2 + 0.06 * 0.6 + 0.01, 12);
  });

  test('VaR is back-tested where the history is long enough', async () => {
    const { in: sides } = await report(mixed, { lookback_days: '900' });
    expect(sides['USD']!.var_backtest).toMatchObject({ zone: expect.stringMatching(/green|yellow|red/) });
    expect(sides['USD']!.var_backtest!.observations).toBe(sides['USD']!.observations - 250);
    expect((await report(mixed)).in['USD']!.observations).toBeLessThan(sides['USD']!.observations);
  });
});

test('losses and wins of the ledger are judged', async () => {
  const traded = async (name: string, price: string, sales: number) => {
    const id = await portfolio({}, name);
    const at = (days: number) => toIso(today() - days * dayMs);
    const lines = [
      { kind: 'buy', asset: 'BTC', quantity: '2', price: '60000', executed_at: at(39) },
      ...Array.from({ length: sales }, (_, i) => ({
        kind: 'sell',
        asset: 'BTC',
        quantity: '0.1',
        price,
        executed_at: at(10 + i),
      })),
    ];
    for (const line of lines) {
      const answer = await http().post(`/api/v1/portfolios/${id}/transactions`).send(line);
      expect({ status: answer.status, body: answer.body.detail }).toEqual({ status: 201, body: undefined });
    }
    return (await report(id)).bias_flags;
  };
  const ofType = (flags: RiskReportView['bias_flags'], type: string) => flags.filter((flag) => flag.type === type);
  // four tenths sold at 10,000 that cost 60,000 each lose 20,000, of 1.6 units that are left at 60,000
  const losing = await traded('Losing', '10000', 4);
  expect(ofType(losing, 'recent_loss_aversion')).toMatchObject([{ severity: 'high' }]);
  expect(ofType(losing, 'overconfidence')).toEqual([]);
  const winning = await traded('Winning', '70000', 5);
  expect(ofType(winning, 'recent_loss_aversion')).toEqual([]);
  expect(ofType(winning, 'overconfidence')).toMatchObject([{ message: '5 wins in a row; keep positions small.' }]);
});

test('coins alone are counted on every day of the week', async () => {
  const { in: sides, partial } = await report(await portfolio({ BTC: '1', ETH: '10' }));
  expect(partial).toBe(false);
  expect(sides['USD']).toMatchObject({ trading_days: 'every_day', periods_per_year: 365, observations: 365 });
});

test('of BTC alone nothing varies in BTC: that is 0, and what divides by it null', async () => {
  const { in: sides } = await report(await portfolio({ BTC: '2' }), { numeraire: 'BTC' });
  expect(sides['BTC']!.headline).toEqual({
    volatility: 0,
    sharpe_ratio: null,
    cvar_95: 0,
    max_drawdown: 0,
    expected_return: 0,
  });
  expect(sides['USD']!.headline.volatility).toBeGreaterThan(0);
});

test('where nothing is held, or nothing is known, there are nulls and no number', async () => {
  for (const holdings of [{}, { GLD: '3' }] as Record<string, string>[]) {
    const found = await report(await portfolio(holdings, 'Empty'));
    expect(found).toMatchObject({ recommendation: 'INSUFFICIENT_DATA', assets: [], unpriced: Object.keys(holdings) });
    expect(found.in['USD']).toMatchObject({
      observations: 0,
      from: null,
      headline: { cvar_95: null, volatility: null },
    });
  }
  const days = await report(mixed, { lookback_days: '10' });
  expect(days.assets.every(({ use }) => use === 'too_short')).toBe(true);
  expect(days.recommendation).toBe('INSUFFICIENT_DATA');
});

test('the dashboard is that of the default portfolio, and without data it answers 200 with nulls', async () => {
  const dashboard = async (days: number) => (await http().get(`/api/dashboard/risk/?days=${days}&unknown=1`)).body;
  const whole = await report(mixed);
  const { risk_metrics: metrics, ...rest } = await dashboard(365);
  const { headline } = whole.in['USD']!;
  expect(metrics).toEqual({
    cvar_95: -headline.cvar_95!,
    max_drawdown: -headline.max_drawdown!,
    sharpe_ratio: headline.sharpe_ratio,
    volatility: headline.volatility,
    expected_return: headline.expected_return,
  });
  expect(rest.bias_flags).toMatchObject([{ type: 'anchoring', severity: 'high' }]);
  expect(rest).toMatchObject({ notional: false, left_out: ['SOL'], report: `/api/v1/risk-reports/${whole.id}` });
  expect(await dashboard(5)).toMatchObject({
    risk_metrics: { cvar_95: null, max_drawdown: null, sharpe_ratio: null, volatility: null, expected_return: null },
    overall_recommendation: 'INSUFFICIENT_DATA',
    observations: 0,
  });
});

test('a report of the past knows neither later prices nor, for an audit, what was stored later', async () => {
  const id = await portfolio({}, 'Past');
  const bought = toIso(today() - 300 * dayMs);
  await http()
    .post(`/api/v1/portfolios/${id}/transactions`)
    .send({ kind: 'deposit', asset: 'BTC', quantity: '1', executed_at: bought })
    .expect((answer) => expect([200, 201]).toContain(answer.status));
  const date = utcDate(today() - 200 * dayMs);
  const then = await report(id, { as_of: date, lookback_days: '100' });
  expect(then.as_of).toBe(toIso(today() - 199 * dayMs));
  expect(then.in['USD']).toMatchObject({ to: date, observations: 100 });
  const blind = await report(id, { as_of: date, as_known_at: toIso(Date.now() - 30 * dayMs) });
  expect(blind).toMatchObject({ recommendation: 'INSUFFICIENT_DATA', as_known_at: expect.any(String) });
  expect(blind.provenance.series).toEqual([]);
});

test('a corrected price makes another report; the earlier one stays', async () => {
  const id = await portfolio({ BTC: '1', ETH: '1' }, 'Corrected');
  const first = await report(id);
  await storeHistories(db.orm, { ETH: { days: 1_000, own: 0.021, common: 0.035, last: 3_000 } });
  const second = await report(id);
  expect(second.id).not.toBe(first.id);
  expect((await http().get(`/api/v1/risk-reports/${first.id}`)).body).toEqual(first);
});

test('known as of an earlier moment, a report has the numbers of then: prices, holdings and limits', async () => {
  const id = await portfolio({ BTC: '1', ETH: '20' }, 'Audited');
  const first = await report(id);
  const then = toIso(Date.now());
  await storeHistories(db.orm, { ETH: { days: 1_000, own: 0.03, common: 0.035, last: 3_000 } });
  await http()
    .put(`/api/v1/portfolios/${id}/holdings`)
    .send({ holdings: { BTC: '1', ETH: '30' } })
    .expect(200);
  const { body: policy } = await http()
    .post('/api/v1/policies')
    .send({ name: 'Loose', limits: { anchor_band: { min: 0, max: 1 } }, reason: 'of this test' })
    .expect(201);
  await http().put(`/api/v1/portfolios/${id}/policy`).send({ policy_id: policy.id }).expect(200);

  const now = await report(id);
  expect(now.policy).toEqual({ id: policy.id, version: 1 });
  expect(now.in['USD']!.headline.volatility).not.toBe(first.in['USD']!.headline.volatility);

  const known = await report(id, { as_known_at: then });
  const { id: _first, as_known_at: _now, created_at: _made, ...before } = first;
  const { id: _known, as_known_at: knownAt, created_at: _again, ...after } = known;
  expect(knownAt).toBe(then);
  expect(after).toEqual(before);
});

test('a split is no return: recorded in the ledger it is carried over, of nobody it is named', async () => {
  // two years of a stock at 400, at 100 since four became of one hundred days ago
  const days = Array.from({ length: 600 }, (_, i) => today() - (600 - i) * dayMs).filter(
    (time) => ![0, 6].includes(new Date(time).getUTCDay()),
  );
  const at = days.findIndex((time) => time >= today() - 100 * dayMs);
  const closes = days.map((time, i) => [time, String((i < at ? 400 : 100) * (1 + (i % 2) / 100))] as const);
  await storeCloses(db.orm, 'AAPL', closes);
  const id = await portfolio({ BTC: '1', AAPL: '10' }, 'Split');
  const jump = utcDate(days[at]!);
  const before = await report(id);
  expect(before.notes).toEqual([expect.stringMatching(`^AAPL: the price jumps on ${jump} as after a split of about`)]);

  await http()
    .post(`/api/v1/portfolios/${id}/transactions`)
    .send({ kind: 'split', asset: 'AAPL', ratio: '4', executed_at: `${utcDate(days[at]! - dayMs)}T22:00:00Z` })
    .expect((answer) => expect([200, 201]).toContain(answer.status));
  const after = await report(id);
  expect(after.notes).toEqual([`AAPL: prices before ${jump} are carried over a split of 4 for 1, told by the ledger`]);
  expect(after.id).not.toBe(before.id);
  const { body } = await http().get('/api/v1/correlations').query({ assets: 'BTC,AAPL', lookback_days: '365' });
  expect(body.notes).toEqual(after.notes);
  const { body: dashboard } = await http().get('/api/dashboard/risk');
  expect(dashboard.notes).toEqual([expect.stringMatching(/^SOL is left out/)]);
});

test('a failed or cancelled attempt does not stand in the way of the next one', async () => {
  const id = await portfolio({ BTC: '1', ETH: '2' }, 'Again');
  await worker!.close();
  worker = undefined;
  const asked = await http().get(`/api/v1/portfolios/${id}/risk`);
  const job = /\/api\/v1\/jobs\/[0-9a-f-]{36}/.exec(asked.body.detail as string)![0];
  await http().post(`${job}/cancel`);
  worker = await startWorker(testConfigOf(app));
  await eventually(
    async () => (await http().get(job)).body,
    ({ state }) => state === 'cancelled',
  );
  const found = await report(id);
  expect(found.recommendation).not.toBe('INSUFFICIENT_DATA');
}, 60_000);

test.each([
  ['as_of=tomorrow', 422, /as_of/],
  ['as_of=2999-01-01', 422, /as_of "2999-01-01" lies in the future/],
  ['as_known_at=2999-01-01', 422, /as_known_at "2999-01-01" lies in the future/],
  ['lookback_days=0', 422, /lookback_days: must be 1 at least/],
  ['lookback_days=1e9', 422, /lookback_days: is no whole number/],
  ['lookback_days=99999', 422, /lookback_days: must be 3650 at most/],
  ['numeraire=XYZZY', 422, /numeraire "XYZZY" is not a known asset/],
  ['benchmark=', 422, /benchmark/],
  ['benchmark=SPY&benchmark=BTC', 422, /benchmark/],
  ['risk_free_rate=1e400', 422, /risk_free_rate: is not a plain number/],
  ['shocks={', 400, /shocks is not JSON/],
  ['shocks=[1]', 400, /shocks/],
  ['shocks={"BTC":-1}', 400, /shocks.BTC must be above -1/],
  ['shocks={"BTC":1e400}', 400, /shocks.BTC/],
  ['shocks={"__proto__":-0.5,"XYZZY":-0.1}', 422, /XYZZY is no asset class/],
  ['shocks={"BTC":-0.1,"btc":-0.2}', 422, /names BTC a second time/],
])('answers ?%s with %d and names the field', async (query, status, detail) => {
  const answer = await http().get(`/api/v1/portfolios/${mixed}/risk?${encodeURI(query)}`);
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
});

test.each([
  ['brackets 4,000 deep', '['.repeat(4_000), 400],
  ['a text of 6,000 characters', 'x'.repeat(6_000), 422],
])('refuses shocks that are %s', async (_what, shocks, status) => {
  await http().get(path()).query({ shocks }).expect(status);
});

test('a portfolio that is not there is not found, and days out of bounds are refused', async () => {
  await http().get(`/api/v1/portfolios/${uuidv7()}/risk`).expect(404);
  await http().get('/api/v1/portfolios/nonsense/risk').expect(422);
  for (const days of ['0', '3651', 'abc', '', '1.5', '-3']) {
    await http().get(`/api/dashboard/risk?days=${days}`).expect(422);
  }
  await http().get('/api/dashboard/risk?days=abc&days=7.0').expect(200);
});

const path = () => `/api/v1/portfolios/${mixed}/risk`;

/** The worker polls the queue that the API of this file writes to. */
function testConfigOf(api: NestExpressApplication) {
  return api.get<ReturnType<typeof testConfig>>(CONFIG);
}
