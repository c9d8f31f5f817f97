import { v7 as uuidv7 } from 'uuid';
import { DisputedBar } from '../../../../src/data/candles/disputed-bar.entity.js';
import { Signal } from '../../../../src/signals/signal.entity.js';
import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { SettlementRepository } from '../../../../src/signals/settlements/settlement.repository.js';
import type { SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import { dayMs, hourMs, toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { lastDay, RisingMarket } from '../../../support/rising-market.js';
import { anOpinionRow } from '../../../support/signals.js';

const db = useDatabase();
let market: RisingMarket;

const http = () => market.http();
const asOf = lastDay - 40 * dayMs;

beforeAll(async () => {
  market = await RisingMarket.start(db, { BTC: 300, ETH: 300 });
});
afterAll(() => market.close());

const newPortfolio = () => market.portfolio(uuidv7());

async function swingOf(asset: string, portfolioId: string, instant: number): Promise<SignalRunView['items'][number]> {
  const body = { portfolio_id: portfolioId, assets: [asset], categories: ['swing'], as_of: toIso(instant) };
  return (await market.run(body)).items[0]!;
}

/** As the settler would keep it. */
const stopped = (signalId: string, exitedAt: number) =>
  new SettlementRepository(db.orm.em.fork()).keep({
    signalId,
    ownerId: 'local',
    reason: 'stop_loss',
    price: '100',
    exitedAt: new Date(exitedAt),
    gap: false,
    told: 'bar',
    bestMove: 0,
    worstMove: 0.05,
    returnUsd: -0.05,
    returnBtc: null,
    rMultiple: -1,
    costRate: 0.001,
    settledAt: new Date(),
  });

test('a signal that is held back is stored with the reason, and listed only when asked for', async () => {
  const portfolioId = await newPortfolio();
  const first = await swingOf('BTC', portfolioId, asOf);
  await stopped(first.signal!.id, asOf + dayMs);
  const second = await swingOf('BTC', portfolioId, asOf + 2 * dayMs);
  const reason = `the last swing signal was stopped at ${toIso(asOf + dayMs)}; the next comes from ${toIso(asOf + 4 * dayMs)} on`;
  expect(second).toMatchObject({
    outcome: 'held_back',
    reason: `cooldown: ${reason}`,
    signal: { state: 'held_back', held_back: [{ by: 'cooldown', reason }], settlement: null },
  });
  const listed = async (query: string) =>
    (await http().get(`/api/v1/signals?portfolio_id=${portfolioId}${query}`)).body.items.map(
      ({ id }: { id: string }) => id,
    );
  expect(await listed('')).toEqual([first.signal!.id]);
  expect(await listed('&state=settled')).toEqual([first.signal!.id]);
  expect(await listed('&state=held_back')).toEqual([second.signal!.id]);
  // it would have been followed all the same, and what was held back is no reason to hold back
  expect(await new SettlementRepository(db.orm.em.fork()).live(100)).toMatchObject([{ id: second.signal!.id }]);
});

test('what became of a signal counts from when it was known, not before', async () => {
  const portfolioId = await newPortfolio();
  const first = await swingOf('BTC', portfolioId, asOf);
  await stopped(first.signal!.id, asOf + dayMs);
  expect(await swingOf('BTC', portfolioId, asOf + dayMs - hourMs)).toMatchObject({ outcome: 'signal' });
  expect(await swingOf('BTC', portfolioId, asOf + dayMs)).toMatchObject({ outcome: 'held_back' });
});

test('the stop of a signal that an opinion had cancelled is no reason to rest', async () => {
  const portfolioId = await newPortfolio();
  const first = await swingOf('BTC', portfolioId, asOf);
  await stopped(first.signal!.id, asOf + dayMs);
  const em = db.orm.em.fork();
  const row = await em.findOneOrFail(Signal, { id: first.signal!.id });
  await new SignalOpinionRepository(em).keep(anOpinionRow(row, { servedBasis: 'rules_and_ai', servedCancelled: true }));
  expect(await swingOf('BTC', portfolioId, asOf + 2 * dayMs)).toMatchObject({ outcome: 'signal' });
});

test('other portfolios have a past of their own', async () => {
  const [one, other] = [await newPortfolio(), await newPortfolio()];
  const first = await swingOf('BTC', one, asOf);
  await stopped(first.signal!.id, asOf + dayMs);
  expect(await swingOf('BTC', other, asOf + 2 * dayMs)).toMatchObject({ outcome: 'signal' });
});

test('a signal with a disputed bar among its newest is held back', async () => {
  const openTime = new Date(asOf - 3 * dayMs);
  await db.orm.em.fork().insert(DisputedBar, {
    id: uuidv7(),
    assetId: 'ETH',
    interval: '1d',
    adjustment: 'raw',
    world: '',
    openTime,
    state: 'open',
    reason: 'they differ',
    votes: [],
    votesHash: 'none',
    sources: ['yahoofinance'],
    openedAt: openTime,
    keptOut: [],
  });
  const portfolioId = await newPortfolio();
  expect(await swingOf('ETH', portfolioId, asOf)).toMatchObject({
    outcome: 'held_back',
    signal: { held_back: [{ by: 'disputed_data' }] },
  });
  expect(await swingOf('ETH', portfolioId, asOf + 10 * dayMs)).toMatchObject({ outcome: 'signal' });
});
