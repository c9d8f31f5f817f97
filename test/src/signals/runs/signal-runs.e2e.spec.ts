import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import { signalRunSchema, type SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, toIso, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { today } from '../../../support/price-histories.js';
import { eventually, startApi, startWorker, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext;
let portfolioId: string;

const http = () => request(app.getHttpServer());
const last = today() - dayMs;
const asOf = utcDate(last - 40 * dayMs);
const series = (assetId: string): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: 'yahoofinance',
  quoteCurrency: 'USD',
  adjustment: 'raw',
});
/** Rises by 3 and falls by 2 in turn: a trend without an extreme RSI. */
const rising = (count: number): Candle[] =>
  Array.from({ length: count }, (_, i) => {
    const text = String(100 + Math.ceil(i / 2) * 3 - Math.floor(i / 2) * 2);
    return { openTime: last - (count - 1 - i) * dayMs, open: text, high: text, low: text, close: text, volume: null };
  });

beforeAll(async () => {
  const candles = new CandleRepository(db.orm.em.fork());
  await candles.storeSeries(series('BTC'), rising(500));
  await candles.storeSeries(series('ETH'), rising(480));
  await candles.storeSeries(series('SOL'), rising(60));
  const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
  [app, worker] = [await startApi(config), await startWorker(config)];
  portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '1', LTC: '5', USD: '100000' } })
    .expect(200);
});
afterAll(async () => {
  await app.close();
  await worker.close();
});

async function run(body: object): Promise<SignalRunView> {
  const accepted = await http()
    .post('/api/v1/signals/runs')
    .send({ portfolio_id: portfolioId, ...body });
  expect({ status: accepted.status, detail: accepted.body.detail }).toEqual({ status: 202, detail: undefined });
  const job = await eventually(
    async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
    ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state as string),
  );
  expect(job).toMatchObject({ state: 'succeeded', kind: 'signal_run', problem: null });
  return (
    await http()
      .get(job.result as string)
      .expect(200)
  ).body;
}
const rows = () => db.orm.em.fork().execute('select * from signal order by id');
const outcomes = () => db.orm.em.fork().execute('select * from signal_outcome order by asset_id, category');

test('a run judges every asset in every category, with a signal or the reason why there is none', async () => {
  const view = await run({ assets: ['btc', 'SOL', 'BTC'], categories: ['long_term', 'scalp', 'swing'], as_of: asOf });
  expect(signalRunSchema.parse(view)).toEqual(view);
  expect(view).toMatchObject({
    rehearsal: true,
    assets: ['BTC', 'SOL'],
    categories: ['scalp', 'swing', 'long_term'],
    pairs: 6,
    open: 0,
    opinions: 'none',
  });
  expect(view.items.map(({ asset_id, category, outcome, reason }) => [asset_id, category, outcome, reason])).toEqual([
    ['BTC', 'long_term', 'signal', null],
    ['BTC', 'scalp', 'withheld', 'no bars of 1m are stored'],
    ['BTC', 'swing', 'signal', null],
    ['SOL', 'long_term', 'withheld', 'needs 201 closed bars of 1d, has 20'],
    ['SOL', 'scalp', 'withheld', 'no bars of 1m are stored'],
    ['SOL', 'swing', 'withheld', 'needs 61 closed bars of 1d, has 20'],
  ]);
  expect(view.items[2]!.signal).toMatchObject({
    run_id: view.id,
    pipeline_id: null,
    direction: 'buy',
    held_back: null,
    as_of: toIso(Date.parse(asOf) + dayMs),
  });
});

test('a second run for the same as-of is told what stands, and stores only what was not asked before', async () => {
  const first = await run({ assets: ['BTC', 'SOL'], categories: ['swing'], as_of: asOf });
  const [signals, stood] = [await rows(), await outcomes()];
  const again = await run({ assets: ['BTC', 'SOL'], categories: ['swing'], as_of: asOf });
  expect(again.id).not.toBe(first.id);
  expect(again.items).toEqual(first.items);
  expect([await rows(), await outcomes()]).toEqual([signals, stood]);

  const wider = await run({ assets: ['BTC', 'ETH'], categories: ['swing'], as_of: asOf });
  expect(wider.items[0]).toEqual(first.items[0]);
  expect(wider.items[1]!.signal!.run_id).toBe(wider.id);
  expect(await rows()).toHaveLength(signals.length + 1);
});

test('bars and corrections that came after a run was frozen change nothing of it', async () => {
  const first = await run({ assets: ['ETH'], categories: ['swing'], as_of: asOf });
  const stored = rising(480);
  await new CandleRepository(db.orm.em.fork()).storeSeries(series('ETH'), [
    { ...stored[400]!, close: '1', low: '1', open: '1', high: '1' },
  ]);
  const again = await run({ assets: ['ETH'], categories: ['swing'], as_of: asOf });
  expect(again.items).toEqual(first.items);
});

test('without assets and as-of a run is about what is held and what is enabled, as of now', async () => {
  const view = await run({ categories: ['swing'] });
  expect(view.rehearsal).toBe(false);
  expect(view.assets).toEqual(expect.arrayContaining(['BTC', 'ETH', 'LTC', 'SPY']));
  expect(view.assets).not.toContain('USD');
  expect(view.items.find(({ asset_id }) => asset_id === 'LTC')).toMatchObject({
    outcome: 'withheld',
    reason: 'no bars of 1d are stored',
  });
});

test('the signals of a run are listed, also by as-of and state, and its outcomes come page by page', async () => {
  const view = await run({ assets: ['BTC', 'ETH', 'SOL'], categories: ['swing', 'long_term'], as_of: asOf });
  const list = async (query: string) => (await http().get(`/api/v1/signals?${query}`).expect(200)).body.items;
  const ids = view.items.flatMap(({ signal }) => signal?.id ?? []);
  expect((await list(`run_id=${view.id}`)).map(({ id }: { id: string }) => id).sort()).toEqual(ids.sort());
  expect(await list(`run_id=${view.id}&as_of=${asOf}&state=expired&category=swing`)).toHaveLength(2);
  expect(await list(`run_id=${view.id}&as_of_from=${utcDate(Date.parse(asOf) + dayMs)}`)).toEqual([]);
  expect(await list(`run_id=${view.id}&state=held_back`)).toEqual([]);

  const seen: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: SignalRunView = (
      await http()
        .get(`/api/v1/signals/runs/${view.id}?limit=4${cursor && `&cursor=${cursor}`}`)
        .expect(200)
    ).body;
    seen.push(...page.items);
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(view.items);
});

test.each([
  ['no portfolio', { portfolio_id: undefined }, 'portfolio_id'],
  ['a category that there is not', { categories: ['daily'] }, 'categories.0'],
  ['no category', { categories: [] }, 'categories'],
  ['an unknown asset', { assets: ['BTC', 'NOSUCH'] }, 'assets.1'],
  ['cash', { assets: ['USD'] }, 'assets.0'],
  ['an as-of in the future', { as_of: '2999-01-01' }, 'as_of'],
  ['opinions that are no mode', { opinions: 'always' }, 'opinions'],
])('refuses %s, naming the field', async (_name, body, field) => {
  const answer = await http()
    .post('/api/v1/signals/runs')
    .send({ portfolio_id: portfolioId, ...body });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toMatchObject([{ field }]);
});

test('a run and a portfolio that nobody has are not found, and a cursor of another list is refused', async () => {
  await http().get(`/api/v1/signals/runs/${uuidv7()}`).expect(404);
  await http().post('/api/v1/signals/runs').send({ portfolio_id: uuidv7() }).expect(404);
  const view = await run({ assets: ['BTC'], categories: ['swing'], as_of: asOf });
  await http().get(`/api/v1/signals/runs/${view.id}?cursor=abc`).expect(422);
});
