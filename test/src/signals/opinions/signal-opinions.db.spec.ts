import { v7 as uuidv7 } from 'uuid';
import { AiExchangeRepository } from '../../../../src/ai/ai-exchange.repository.js';
import type { AskForOpinionInput, GivenOpinion } from '../../../../src/ai/ai.contract.js';
import type { OpinionMode } from '../../../../src/ai/domain/effect.js';
import type { Opinion } from '../../../../src/ai/domain/opinion.js';
import { FksAiClient } from '../../../../src/ai/fks-ai.client.js';
import { OpinionsService } from '../../../../src/ai/opinions.service.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ClosedBars } from '../../../../src/data/candles/closed-bars.js';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { defaultLimits, type PolicyLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { OpinionRecord } from '../../../../src/signals/record/opinion-record.js';
import type { PoliciesService } from '../../../../src/policies/policies.service.js';
import { ProviderGate } from '../../../../src/platform/outbound/provider-gate.js';
import type { AssetId, SignalId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs, minuteMs, toIso } from '../../../../src/shared/time.js';
import type { RecordOpinionInput } from '../../../../src/signals/opinions/opinions.contract.js';
import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { SignalOpinions } from '../../../../src/signals/opinions/signal-opinions.js';
import { SignalRepository, type SignalRow } from '../../../../src/signals/signal.repository.js';
import { startAiSimulator, type AiSimulator } from '../../../../tools/ai-simulator/server.js';
import { anOpinion } from '../../ai/domain/an-opinion.js';
import { aModelQuestion } from '../../ai/questions.js';
import { useDatabase } from '../../../support/database.js';
import { aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
let simulator: AiSimulator;
beforeAll(async () => {
  simulator = await startAiSimulator({ seed: 3, modelMilliseconds: 2 });
});
afterAll(() => simulator.stop());

const repository = () => new SignalRepository(db.orm.em.fork());
const kept = () => new SignalOpinionRepository(db.orm.em.fork());
const never = new AbortController().signal;

type Setting = PolicyLimits['signals']['opinions'];

function opinions() {
  const em = db.orm.em.fork();
  const client = new FksAiClient({ baseUrl: simulator.url, timeoutMs: 400, opinionsPerDay: 500, checksPerMinute: 600 });
  return new OpinionsService(client, new ProviderGate(em), new AiExchangeRepository(em));
}

function service(
  setting: Setting = 'by_record',
  allowed: OpinionMode | OpinionRecord['allows'] = 'show',
): SignalOpinions {
  const limits = { ...defaultLimits, signals: { ...defaultLimits.signals, opinions: setting } };
  const policies = { inForce: () => Promise.resolve({ limits }) } as unknown as PoliciesService;
  const allows = typeof allowed === 'function' ? allowed : () => Promise.resolve(allowed);
  const record = { allows } as unknown as OpinionRecord;
  const bars = new ClosedBars(new CandleRepository(db.orm.em.fork()));
  return new SignalOpinions(repository(), kept(), bars, policies, record, opinions());
}

const asOf = Date.parse('2025-06-01T00:00:00Z');
const run = aSignalRun({ asOf: new Date(asOf), rehearsal: false });

/** A live buy of 70 points and a quarter of the portfolio, stored; it expires four weeks after its as-of. */
async function aStored(over: Partial<SignalRow> = {}): Promise<SignalRow & { id: SignalId }> {
  const own = aSignalRun({ ...run, id: uuidv7(), rehearsal: over.rehearsal ?? false });
  const signal = aSignal(own, {
    direction: 'buy',
    confidencePoints: 70,
    positionSizePct: 0.25,
    expiresAt: new Date(asOf + 28 * dayMs),
    ...over,
  });
  await repository().recordRun(own, [signal]);
  return signal as SignalRow & { id: SignalId };
}

const given = (opinion: Partial<Opinion>, answeredAt = asOf + minuteMs): GivenOpinion => ({
  kind: 'opinion',
  opinion: anOpinion(opinion),
  exchangeId: uuidv7(),
  key: 'k',
  answeredAt: toIso(answeredAt),
  milliseconds: 5,
  simulated: false,
});
const answered = (signalId: SignalId, opinion: Partial<Opinion>, at?: number): RecordOpinionInput => ({
  signalId,
  asked: [],
  ended: { outcome: 'answered', given: given(opinion, at) },
});
const unanswered = (signalId: SignalId): RecordOpinionInput => ({
  signalId,
  asked: [],
  ended: { outcome: 'unanswered', why: 'fks_ai: status 503' },
});
const rowOf = async (id: string) => (await kept().of([id])).get(id)!;
const baseline = { aiConfidencePoints: 70, aiSizeFraction: 0.25, aiCancelled: false };
const servedBaseline = {
  servedBasis: 'rules',
  servedConfidencePoints: 70,
  servedSizeFraction: 0.25,
  servedCancelled: false,
};

describe('what an opinion does', () => {
  const against = { direction: 'sell', confidence: 0.5 } as const;
  const inFavour = { direction: 'buy', confidence: 0.8 } as const;

  test('is told in the AI arm, and serves nothing while opinions are shown only', async () => {
    const { id } = await aStored();
    const recorded = await service('show').keep(answered(id, against), asOf + minuteMs);
    expect(recorded).toMatchObject({ outcome: 'answered', arm: 'rules' });
    expect(await rowOf(id)).toMatchObject({
      outcome: 'answered',
      kind: 'opinion',
      direction: 'sell',
      confidence: 0.5,
      summary: 'because',
      // 20 points and half of the size at the most, by half of the confidence
      aiConfidencePoints: 60,
      aiSizeFraction: 0.1875,
      setting: 'show',
      mode: 'show',
      ...servedBaseline,
    });
  });

  test('lowers what is served where the policy says so, and raises nothing', async () => {
    const [lowered, raised] = [await aStored(), await aStored()];
    await service('lower').keep(answered(lowered.id, against), asOf);
    expect(await rowOf(lowered.id)).toMatchObject({
      servedBasis: 'rules_and_ai',
      servedConfidencePoints: 60,
      servedSizeFraction: 0.1875,
    });
    await service('lower').keep(answered(raised.id, inFavour), asOf);
    expect(await rowOf(raised.id)).toMatchObject({ aiConfidencePoints: 78, mode: 'lower', ...servedBaseline });
  });

  test.each([
    ['show', inFavour, 70],
    ['lower', inFavour, 70],
    ['lower_and_raise', inFavour, 78],
    ['lower', against, 60],
  ] as const)('is what the record allows, where it is left to it: %s, of %j', async (allowed, opinion, served) => {
    const { id } = await aStored();
    await service('by_record', allowed).keep(answered(id, opinion), asOf);
    expect(await rowOf(id)).toMatchObject({
      setting: 'by_record',
      mode: allowed,
      servedConfidencePoints: served,
      servedSizeFraction: opinion === against && allowed === 'lower' ? 0.1875 : 0.25,
    });
  });

  test('cancels when it is all but sure of the opposite', async () => {
    const { id } = await aStored();
    await service('lower').keep(answered(id, { direction: 'sell', confidence: 0.9 }), asOf);
    expect(await rowOf(id)).toMatchObject({ aiCancelled: true, servedCancelled: true, servedBasis: 'rules_and_ai' });
  });

  test('leaves the signal as the rules said it', async () => {
    const signal = await aStored();
    const before = await repository().stored([signal.id]);
    await service('lower').keep(answered(signal.id, against), asOf);
    expect(await repository().stored([signal.id])).toEqual(before);
  });

  test('is recorded once: a second attempt changes nothing and answers the first', async () => {
    const { id } = await aStored();
    const first = await service('lower').keep(answered(id, against), asOf);
    const before = await rowOf(id);
    expect(await service('show').keep(unanswered(id), asOf + dayMs)).toEqual(first);
    expect(await rowOf(id)).toEqual(before);
  });
});

test('a simulated opinion on real prices is allowed what simulated ones were worth, and belongs to their record', async () => {
  const asked: boolean[] = [];
  const allows: OpinionRecord['allows'] = ({ simulated }) => {
    asked.push(simulated);
    return Promise.resolve(simulated ? 'show' : 'lower');
  };
  const { id } = await aStored();
  const opinion = given({ direction: 'sell', confidence: 0.9 });
  const ended = { outcome: 'answered', given: { ...opinion, simulated: true } } as const;
  await service('by_record', allows).keep({ signalId: id, asked: [], ended }, asOf);
  expect(asked).toEqual([true]);
  expect(await rowOf(id)).toMatchObject({ simulated: true, mode: 'show', ...servedBaseline });
});

test('without an opinion both arms are the baseline, whatever the policy', async () => {
  for (const [setting, allowed] of [
    ['show', 'show'],
    ['lower', 'show'],
    ['by_record', 'lower_and_raise'],
  ] as const) {
    const { id } = await aStored();
    await service(setting, allowed).keep(unanswered(id), asOf);
    expect(await rowOf(id)).toMatchObject({
      outcome: 'unanswered',
      direction: null,
      answeredAt: null,
      late: false,
      reasons: ['no opinion: fks_ai: status 503'],
      ...baseline,
      ...servedBaseline,
    });
  }
});

test('an opinion that came after the expiry is none, but for a rehearsal, whose life is past', async () => {
  const opinion = { direction: 'sell', confidence: 1 } as const;
  const [live, rehearsed] = [await aStored(), await aStored({ rehearsal: true })];
  const tooLate = asOf + 28 * dayMs + 1;
  await service('lower').keep(answered(live.id, opinion, tooLate), tooLate);
  expect(await rowOf(live.id)).toMatchObject({
    outcome: 'unanswered',
    direction: null,
    reasons: [expect.stringMatching(/came at .* after the signal had expired/)],
    ...baseline,
    ...servedBaseline,
  });
  await service('lower').keep(answered(rehearsed.id, opinion, tooLate), tooLate);
  expect(await rowOf(rehearsed.id)).toMatchObject({ outcome: 'answered', aiCancelled: true });
});

test('an opinion is late when the signal had been served for longer than runs wait', async () => {
  const [soon, later] = [await aStored(), await aStored()];
  const stored = new Map((await repository().stored([soon.id, later.id])).map((one) => [one.id, one.createdAt]));
  await service().keep(answered(soon.id, {}), stored.get(soon.id)!.getTime() + 30_000);
  await service().keep(answered(later.id, {}), stored.get(later.id)!.getTime() + 30_001);
  expect(await rowOf(soon.id)).toMatchObject({ late: false });
  expect(await rowOf(later.id)).toMatchObject({ late: true });
});

test('each attempt names its exchange, and what was sent is counted with what failed', async () => {
  const { id } = await aStored({ rehearsal: true });
  const input = (number: number): AskForOpinionInput => ({
    question: aModelQuestion({ symbol: `BTC${number}` }),
    asOf: toIso(asOf),
    number,
  });
  simulator.fault({ kind: 'wrong-schema' });
  await expect(opinions().askOnce(input(1), never)).rejects.toMatchObject({ type: 'AiAnswerBroken' });
  simulator.fault({ kind: '500' });
  await expect(opinions().askOnce(input(2), never)).rejects.toMatchObject({ type: 'AiUnavailable' });
  const answer = await opinions().askOnce(input(2), never);
  if (answer.kind !== 'opinion') throw new Error(answer.kind);
  const at = toIso(asOf);
  await service().keep(
    {
      signalId: id,
      asked: [
        { input: input(1), complaints: ['fks_ai: no such field'], at },
        { input: input(2), complaints: [], at },
        { input: input(3), complaints: [], at },
      ],
      ended: { outcome: 'answered', given: answer },
    },
    asOf,
  );
  const row = await rowOf(id);
  expect(row).toMatchObject({ calls: 3, simulated: true, model: 'simulated/deterministic' });
  expect(row.attempts).toEqual([
    {
      number: 1,
      exchangeId: expect.any(String),
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      complaints: ['fks_ai: no such field'],
      at,
    },
    { number: 2, exchangeId: answer.exchangeId, key: answer.key, complaints: [], at },
    // nothing was sent
    { number: 3, exchangeId: null, key: null, complaints: [], at },
  ]);
  expect(row.milliseconds).toBeGreaterThanOrEqual(answer.milliseconds);
});

describe('what is asked', () => {
  test('is made of the bars that the signal was made of', async () => {
    const series: SeriesRef = {
      assetId: 'BTC' as AssetId,
      interval: '1d',
      source: 'csv:asked',
      quoteCurrency: 'USD',
      adjustment: 'unknown',
    };
    const bars = Array.from({ length: 130 }, (_, i) => {
      const close = String(100 + i);
      return { openTime: asOf - (125 - i) * dayMs, open: close, high: close, low: close, close, volume: '10' };
    });
    await new CandleRepository(db.orm.em.fork()).storeSeries(series, bars);
    const { source, quoteCurrency, adjustment } = series;
    const { id } = await aStored({ series: { source, quoteCurrency, adjustment }, entryPrice: '224' });
    const plan = await service().plan(id, asOf + hourMs);
    expect(plan).toMatchObject({
      kind: 'ask',
      question: {
        kind: 'opinion',
        symbol: 'BTC',
        category: 'swing',
        market: { price: 224, rsi: 100, recentHigh: 224 },
      },
      about: { direction: 'buy', price: 224 },
      asOf: '2025-06-01T00:00:00Z',
      until: '2025-06-29T00:00:00Z',
    });
  });

  test('is nothing when the signal is over or nearly so, and for a rehearsal has ten minutes', async () => {
    const { id } = await aStored();
    expect(await service().plan(id, asOf + 28 * dayMs - minuteMs)).toEqual({
      kind: 'none',
      why: expect.stringContaining('in less than the 180 s'),
    });
    const rehearsed = await aStored({ rehearsal: true });
    const now = asOf + 400 * dayMs;
    expect(await service().plan(rehearsed.id, now)).toMatchObject({ kind: 'ask', until: toIso(now + 10 * minuteMs) });
  });

  test('of a signal that is not there is a defect of ours', async () => {
    await expect(service().plan(uuidv7() as SignalId, asOf)).rejects.toMatchObject({ name: 'InvariantViolation' });
  });

  test('is about signals that are alive and were not asked about, in their order', async () => {
    const [done, alive, over, rehearsed] = [
      await aStored(),
      await aStored(),
      await aStored({ expiresAt: new Date(asOf + hourMs) }),
      await aStored({ rehearsal: true }),
    ];
    await service().keep(unanswered(done.id), asOf);
    const ids = [rehearsed.id, over.id, alive.id, done.id, uuidv7() as SignalId];
    expect(await service().toAskAbout(ids, false, asOf + hourMs)).toEqual([alive.id]);
    expect(await service().toAskAbout(ids, true, asOf + hourMs)).toEqual([rehearsed.id, alive.id]);
  });
});
