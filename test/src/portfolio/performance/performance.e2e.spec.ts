import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { TemporalClient } from '../../../../src/platform/temporal/temporal-client.js';
import {
  scheduledSnapshotsWorkflow,
  snapshotPerformanceWorkflow,
  snapshotWorkflowId,
  type ScheduledSnapshots,
  type SnapshotPerformance,
} from '../../../../src/portfolio/performance/performance.contract.js';
import { PortfolioSnapshots } from '../../../../src/portfolio/performance/portfolio-snapshots.js';
import { PortfolioYearsRepository } from '../../../../src/portfolio/performance/portfolio-years.repository.js';
import { changeWidth, type PortfolioDays } from '../../../../src/portfolio/domain/portfolio-days.js';
import type { Config } from '../../../../src/platform/config/config.js';
import type { AssetId, OwnerId, PortfolioId } from '../../../../src/shared/ids.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { eventually, startApi, startWorker, testConfig } from '../../../support/service.js';

const start = Date.parse('2025-01-01T00:00:00Z');
const date = (day: number) => utcDate(start + day * dayMs);
const db = useDatabase();
let config: Config;
let app: NestExpressApplication;
let worker: INestApplicationContext | undefined;

const store = (assetId: string, over: Partial<SeriesRef>, closes: readonly string[], from = 0) =>
  new CandleRepository(db.orm.em.fork()).storeSeries(
    {
      assetId: assetId as AssetId,
      interval: '1d',
      source: 'yahoofinance',
      quoteCurrency: 'USD',
      adjustment: 'raw',
      ...over,
    },
    closes.map((close, i) => ({
      openTime: start + (from + i) * dayMs,
      open: null,
      high: null,
      low: null,
      close,
      volume: null,
    })),
  );
const http = () => request(app.getHttpServer());
const aPortfolio = async (body: object = {}): Promise<string> =>
  (
    await http()
      .post('/api/v1/portfolios')
      .send({ name: 'Core', ...body })
      .expect(201)
  ).body.id;
const record = async (id: string, transaction: object): Promise<string> =>
  (await http().post(`/api/v1/portfolios/${id}/transactions`).send(transaction).expect(201)).body.id;
const performance = (id: string, query = '') => http().get(`/api/v1/portfolios/${id}/performance?${query}`);
const snapshot = (id: string) =>
  app.get(TemporalClient).client.workflow.execute<SnapshotPerformance>(snapshotPerformanceWorkflow, {
    args: [{ portfolioId: id as PortfolioId, ownerId: 'local' as OwnerId }],
    workflowId: snapshotWorkflowId(id),
    taskQueue: config.temporal.taskQueue,
  });
/** What is stored of each day. */
const written = async (id: string): Promise<Map<string, string>> => {
  const rows = new PortfolioYearsRepository(db.orm.em.fork());
  const days = new Map<string, string>();
  for (const year of await rows.years(id, undefined, undefined)) {
    const stored = await rows.days(id, year);
    if (!stored) throw new Error(`${year.year} was derived anew`);
    for (let row = days.size === 0 ? 0 : 1; row < stored.rows; row++) {
      days.set(utcDate(stored.first + row * dayMs), textOf(stored, row));
    }
  }
  return days;
};
const textOf = ({ rows, assets, values, changes, totals }: PortfolioDays, row: number): string => {
  const worth = assets.map((assetId, a) => [assetId, values[a * rows + row]]).filter(([, value]) => value !== 0);
  const moved = [];
  for (let i = 0; i < changes.length; i += changeWidth) {
    const [at, column, ...rest] = changes.subarray(i, i + changeWidth);
    if (at === row) moved.push([assets[column!], ...rest]);
  }
  return JSON.stringify([worth, moved, totals.values[row], totals.came[row], totals.left[row], totals.btc[row]]);
};
const rewritten = (before: Map<string, string>, after: Map<string, string>) =>
  [...after].filter(([day, text]) => before.get(day) !== text).map(([day]) => day);
/** Every day from a day on that is over. */
const daysFrom = (day: number) => {
  const days = [];
  for (let at = start + day * dayMs; at + dayMs <= Date.now(); at += dayMs) days.push(utcDate(at));
  return days;
};

const buyBtc = { kind: 'buy', executed_at: date(0), asset: 'BTC', quantity: '2', amount: '200' };
const buyEth = { kind: 'buy', executed_at: date(2), asset: 'ETH', quantity: '10', amount: '100', fee: '1' };

beforeAll(async () => {
  await store('BTC', {}, ['100', '110', '121', '121', '100', '120']);
  await store('ETH', { source: 'binance', quoteCurrency: 'USDT' }, ['10', '10', '10', '12', '12', '9']);
  config = testConfig(db.database.url, { FKS_SOURCES: 'binance,yahoofinance' });
  app = await startApi(config);
  worker = await startWorker(config);
}, 60_000);
afterAll(async () => {
  await worker?.close();
  await app.close();
});

test('chains the days, tells who made what, and what BTC alone would have made', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  await record(id, buyEth);
  const { body, status } = await performance(id, `to=${date(3)}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    portfolio_id: id,
    numeraire: 'USD',
    from: date(0),
    to: date(3),
    days: 4,
    current: true,
    note: null,
    partial: false,
    unpriced: [],
    simulated: false,
    complete_until: daysFrom(0).at(-1),
  });
  expect(body.series.map((one: { value: number }) => one.value)).toEqual([200, 220, 342, 362]);
  expect(body.series.map((one: { external_flow: number }) => one.external_flow)).toEqual([200, 0, 101, 0]);
  // day 2: 342 of 220 + 101; day 3: 362 of 342
  const twr = 1.1 * (342 / 321) * (362 / 342) - 1;
  expect(body.series.at(-1).time_weighted_return).toBeCloseTo(twr, 12);
  expect(body.totals).toMatchObject({
    value_begin: 0,
    value_end: 362,
    external_flow: 301,
    gain: 61,
    annualised_time_weighted_return: null,
  });
  expect(body.totals.time_weighted_return).toBeCloseTo(twr, 12);
  expect(body.totals.money_weighted_return.reason).toBeNull();
  expect(body.contributions_sum).toBeCloseTo(twr, 12);
  const [ofBtc, ofEth] = body.assets;
  expect(ofBtc).toMatchObject({ asset_id: 'BTC', gain: 42 });
  expect(ofEth).toMatchObject({ asset_id: 'ETH', gain: 19 });
  expect(Number(ofEth.asset_effect) + Number(ofEth.btc_effect)).toBeCloseTo(19, 12);
  // 2 BTC, and 101 dollars at 121
  expect(body.only_btc.value).toBeCloseTo((2 + 101 / 121) * 121, 9);
  expect(body.only_btc.return).toBeCloseTo(0.21, 12);
});

test('measures a window in another numeraire', async () => {
  const id = await aPortfolio({ numeraire: 'BTC' });
  await record(id, buyBtc);
  await record(id, { ...buyEth, executed_at: date(0) });
  const { body } = await performance(id, `from=${date(3)}&to=${date(3)}`);
  expect(body).toMatchObject({ numeraire: 'BTC', days: 1, from: date(3), to: date(3) });
  expect(body.totals.value_begin).toBeCloseTo(2 + 100 / 121, 12);
  expect(body.totals.value_end).toBeCloseTo(2 + 120 / 121, 12);
  expect(body.only_btc).toMatchObject({ return: 0 });
  const { body: inEth } = await performance(id, `from=${date(3)}&to=${date(3)}&numeraire=eth`);
  expect(inEth.totals.value_end).toBeCloseTo(10 + 242 / 12, 12);
});

test('a year is annualised', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  const { body } = await performance(id, `to=${date(365)}`);
  expect(body.days).toBe(366);
  expect(body.totals.annualised_time_weighted_return).toBeCloseTo(1.2 ** (365 / 366) - 1, 12);
});

test.each(['USD', 'BTC', 'ETH'])('contributions add up to the return over a new year, in %s', async (numeraire) => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  // on the last day of the first year: 90 of ETH came for 90
  await record(id, { ...buyEth, executed_at: date(364), amount: '89' });
  const { body } = await performance(id, `to=${date(370)}&numeraire=${numeraire}`);
  expect(body).toMatchObject({ days: 371, from: date(0), to: date(370) });
  expect(body.contributions_sum).toBeCloseTo(body.totals.time_weighted_return, 12);
  const gains = body.assets.map(({ gain }: { gain: number }) => gain);
  expect(gains.reduce((sum: number, gain: number) => sum + gain, 0)).toBeCloseTo(body.totals.gain, 9);
});

test('a snapshot that is cancelled stores nothing', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  const controller = new AbortController();
  const notes: string[] = [];
  const refreshed = app
    .get(PortfolioSnapshots)
    .refresh({ portfolioId: id as PortfolioId, ownerId: 'local' as OwnerId }, Date.now(), {
      signal: controller.signal,
      onProgress: (note) => {
        notes.push(note);
        if (note === '2025 derived') controller.abort(new Error('enough'));
      },
    });
  await expect(refreshed).rejects.toThrow('enough');
  expect(notes).toContain('2025 derived');
  expect(notes).not.toContain('2026 derived');
  expect((await written(id)).size).toBe(0);
});

test('the same snapshot again writes nothing', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  expect(await snapshot(id)).toMatchObject({ days: daysFrom(-1).length, written: daysFrom(-1).length, from: date(-1) });
  const before = await written(id);
  expect(await snapshot(id)).toMatchObject({ days: daysFrom(-1).length, written: 0, from: null });
  expect(await written(id)).toEqual(before);
});

test('a transaction of an earlier day changes the days from there on, and no others', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  await snapshot(id);
  const before = await written(id);
  await record(id, buyEth);
  const { body } = await performance(id, `to=${date(2)}`);
  expect(body).toMatchObject({ current: true, totals: { value_end: 342 } });
  expect(rewritten(before, await written(id))).toEqual(daysFrom(2));
});

test('what is taken back is no longer there, and neither are days before the first transaction', async () => {
  const id = await aPortfolio();
  const first = await record(id, buyBtc);
  await record(id, buyEth);
  await snapshot(id);
  await http().post(`/api/v1/portfolios/${id}/transactions/${first}/reverse`).send({ reason: 'not mine' }).expect(201);
  const { body } = await performance(id, `to=${date(3)}`);
  expect(body).toMatchObject({ from: date(2), days: 2, totals: { value_end: 120, external_flow: 101 } });
  expect([...(await written(id)).keys()].sort()).toEqual(daysFrom(1));
});

test('a revised price changes the days on which it counts', async () => {
  await store('LTC', { source: 'binance', quoteCurrency: 'USDT' }, ['50', '51', '52', '53']);
  const id = await aPortfolio();
  await record(id, { kind: 'buy', executed_at: date(0), asset: 'LTC', quantity: '1', amount: '50' });
  await snapshot(id);
  const before = await written(id);
  await store('LTC', { source: 'binance', quoteCurrency: 'USDT' }, ['51.5'], 1);
  expect(await snapshot(id)).toMatchObject({ written: 1, from: date(1) });
  expect(rewritten(before, await written(id))).toEqual([date(1)]);
  const { body } = await performance(id, `to=${date(3)}`);
  expect(body.series.map((one: { value: number }) => one.value)).toEqual([50, 51.5, 52, 53]);
});

test('what has no price is named with its days, and enters when it has one', async () => {
  await store('ADA', { source: 'binance', quoteCurrency: 'USDT' }, ['2', '3'], 2);
  const id = await aPortfolio();
  await record(id, { kind: 'buy', executed_at: date(0), asset: 'ADA', quantity: '100', amount: '150' });
  const { body } = await performance(id, `to=${date(3)}`);
  expect(body).toMatchObject({
    partial: true,
    unpriced: [{ asset_id: 'ADA', from: date(0), to: date(1), days: 2 }],
    totals: { value_begin: 0, value_end: 300, external_flow: 200, gain: 100 },
  });
  expect(body.totals.time_weighted_return).toBeCloseTo(0.5, 12);
});

test('a portfolio without a day that is over says so', async () => {
  const id = await aPortfolio();
  const { body } = await performance(id);
  expect(body).toMatchObject({ days: 0, totals: null, only_btc: null, assets: [], series: [], current: true });
  expect(body.note).toMatch(/no day/);
});

test('the schedule has every portfolio that holds something brought up to date', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  const { started } = await app
    .get(TemporalClient)
    .client.workflow.execute<ScheduledSnapshots>(scheduledSnapshotsWorkflow, {
      workflowId: `daily-${uuidv7()}`,
      taskQueue: config.temporal.taskQueue,
    });
  expect(started).toBeGreaterThanOrEqual(1);
  await eventually(
    () => written(id),
    (rows) => rows.size === daysFrom(-1).length,
  );
});

test.each([
  ['no portfolio', () => performance(uuidv7()), 404, /there is no portfolio/],
  ['a day that is none', async () => performance(await aPortfolio(), 'from=2025-02-30'), 422, /from/],
  ['a future', async () => performance(await aPortfolio(), 'from=2999-01-01'), 422, /later than the last day/],
  ['an end before the begin', async () => performance(await aPortfolio(), `from=${date(2)}&to=${date(1)}`), 422, /to/],
  ['an unknown numeraire', async () => performance(await aPortfolio(), 'numeraire=XYZZY'), 422, /XYZZY/],
])('answers %s with a problem', async (_name, ask, status, detail) => {
  const answer = await ask();
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
});

test('a numeraire that has no price on some day is refused by the day', async () => {
  const id = await aPortfolio();
  await record(id, buyBtc);
  const { body, status } = await performance(id, `numeraire=SOL&to=${date(3)}`);
  expect(status).toBe(409);
  expect(body.detail).toBe(`no price of SOL is stored for ${date(-1)}; collect or import it, or begin later`);
});

describe('without a worker', () => {
  test('what is stored is answered with a note, and where nothing is, when to ask again', async () => {
    const [stored, none] = [await aPortfolio(), await aPortfolio()];
    await record(stored, buyBtc);
    await record(none, buyBtc);
    await snapshot(stored);
    await worker?.close();
    worker = undefined;
    await record(stored, buyEth);
    const [old, absent] = await Promise.all([performance(stored, `to=${date(2)}`), performance(none)]);
    expect(old.body).toMatchObject({ current: false, totals: { value_end: 242 } });
    expect(old.body.note).toMatch(/still being derived; newer transactions or days are not in it/);
    expect(absent.status).toBe(503);
    expect(absent.headers['retry-after']).toBe('2');
  }, 40_000);
});
