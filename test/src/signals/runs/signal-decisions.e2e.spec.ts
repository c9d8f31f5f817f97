import { GuidanceActivitiesProvider } from '../../../../activities/guidance.activities.js';
import { SignalActivitiesProvider } from '../../../../activities/signals.activities.js';
import { Decision } from '../../../../src/guidance/decision.entity.js';
import { decisionSchema, type DecisionView } from '../../../../src/guidance/guidance.schemas.js';
import type { SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import { Signal } from '../../../../src/signals/signal.entity.js';
import {
  SignalOpinionRepository,
  type SignalOpinionRow,
} from '../../../../src/signals/opinions/signal-opinion.repository.js';
import type { OwnerId, SignalId, SignalRunId } from '../../../../src/shared/ids.js';
import { dayMs, toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { lastDay, RisingMarket } from '../../../support/rising-market.js';
import { anOpinionRow } from '../../../support/signals.js';
import { RequestContext } from '@mikro-orm/core';

const db = useDatabase();
let market: RisingMarket;
let portfolioId: string;

const http = () => market.http();

beforeAll(async () => {
  market = await RisingMarket.start(db, { BTC: 500, ETH: 500 });
  portfolioId = await market.portfolio('Core', { BTC: '1', USD: '100000' });
});
afterAll(() => market.close());

const run = (asOf: number): Promise<SignalRunView> =>
  market.run({ portfolio_id: portfolioId, assets: ['BTC', 'ETH'], as_of: toIso(asOf) });
const decisions = async (): Promise<DecisionView[]> => (await http().get('/api/v1/decisions').expect(200)).body.items;

test('without a policy that wants it nobody is asked about a signal', async () => {
  await run(lastDay + dayMs);
  expect(await decisions()).toEqual([]);
});

test('signals that the policy wants decided wait for an answer until they expire, each once', async () => {
  const signals = { decisions: { categories: ['swing'], min_confidence: 0.5 } };
  const policy = await http().post('/api/v1/policies').send({ name: 'asked', limits: { signals }, reason: 'ask me' });
  await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: policy.body.id }).expect(200);

  const view = await run(lastDay);
  const opened = await decisions();
  const swing = view.items.filter(({ category, outcome }) => category === 'swing' && outcome === 'signal');
  expect(swing).toHaveLength(2);
  expect(opened.map(({ id }) => id).sort()).toEqual(swing.map(({ signal }) => signal!.id).sort());
  for (const decision of opened) {
    expect(decisionSchema.parse(decision)).toEqual(decision);
    const signal = swing.find(({ signal: one }) => one!.id === decision.id)!.signal!;
    expect(decision).toMatchObject({
      kind: 'signal_trade',
      state: 'awaiting_answer',
      proposal: {
        signal_id: signal.id,
        direction: signal.direction,
        entry_price: signal.entry_price,
        stop_loss: signal.stop_loss,
        confidence: signal.confidence,
      },
      evidence: { pipeline_id: null, run_id: view.id, signals: [{ id: signal.id }] },
    });
    expect(Date.parse(decision.answer_by)).toBeLessThanOrEqual(Date.parse(signal.expires_at));
  }
  const [one] = opened;
  const answered = await http().post(`/api/v1/decisions/${one!.id}/answer`).send({ choice: 'approve' }).expect(200);
  expect(answered.body.state).toBe('approved');

  // a second run is told the same signals, and asks nobody again
  await run(lastDay);
  expect((await decisions()).map(({ id }) => id)).toEqual(opened.map(({ id }) => id));
});

test('what an opinion did counts: nobody is asked about a cancelled signal, and a smaller one is proposed smaller', async () => {
  const view = await run(lastDay - dayMs);
  const [cancelled, lowered] = view.items.flatMap(({ category, outcome, signal }) =>
    category === 'swing' && outcome === 'signal' ? [signal!.id as SignalId] : [],
  );
  const em = db.orm.em.fork();
  const said = async (id: string, over: Partial<SignalOpinionRow>) =>
    new SignalOpinionRepository(em).keep(
      anOpinionRow(await em.findOneOrFail(Signal, { id }), { servedBasis: 'rules_and_ai', ...over }),
    );
  await said(cancelled!, { servedCancelled: true });
  await said(lowered!, { servedConfidencePoints: 51, servedSizeFraction: 0.0625 });
  // as if the run had not yet asked anybody
  await em.nativeDelete(Decision, { id: { $in: [cancelled!, lowered!] } });
  const activities = market.worker.get(GuidanceActivitiesProvider, { strict: false });
  await RequestContext.create(db.orm.em.fork(), async () => {
    expect(await activities.tradesToDecide({ runId: view.id as SignalRunId })).toEqual([lowered]);
    await activities.openTradeDecision({ signalId: lowered!, ownerId: 'local' as OwnerId, answerWithinHours: 1 });
  });
  const { body } = await http().get(`/api/v1/decisions/${lowered}`).expect(200);
  expect(body.proposal).toMatchObject({ signal_id: lowered, confidence: 0.51, position_size_pct: 0.0625 });
});

test('a schedule requests one run for every portfolio, once for its time', async () => {
  const activities = market.worker.get(SignalActivitiesProvider, { strict: false });
  const ask = () =>
    RequestContext.create(db.orm.em.fork(), () =>
      activities.requestScheduledSignals({ category: 'swing', scheduledTime: toIso(lastDay + dayMs - 1) }),
    );
  const { jobIds } = await ask();
  expect(jobIds).toHaveLength(1);
  expect(await ask()).toEqual({ jobIds });
  const { result, state } = await market.ended(jobIds[0]!);
  expect(state).toBe('succeeded');
  const { body } = await http().get(result as string);
  expect(body).toMatchObject({ rehearsal: false, categories: ['swing'], as_of: toIso(lastDay + dayMs - 1), open: 0 });
});
