import { v7 as uuidv7 } from 'uuid';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { signalRunSchema, type SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import { dayMs, toIso, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { daily, lastDay, rising, RisingMarket } from '../../../support/rising-market.js';

const db = useDatabase();
let market: RisingMarket;
let portfolioId: string;

const http = () => market.http();
const asOf = utcDate(lastDay - 40 * dayMs);

beforeAll(async () => {
  market = await RisingMarket.start(db, { BTC: 500, ETH: 480, SOL: 60 });
  portfolioId = await market.portfolio('Core', { BTC: '1', LTC: '5', USD: '100000' });
});
afterAll(() => market.close());

const run = (body: object): Promise<SignalRunView> => market.run({ portfolio_id: portfolioId, ...body });
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
  await new CandleRepository(db.orm.em.fork()).storeSeries(daily('ETH'), [
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
