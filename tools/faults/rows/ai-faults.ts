import { isDeepStrictEqual } from 'node:util';
import type { OpinionQuestion } from '../../../src/ai/ai.contract.js';
import { complaintsAbout, type AskedAbout } from '../../../src/ai/domain/check-opinion.js';
import { effectOf, type BaseSignal, type OpinionAnswer, type OpinionPolicy } from '../../../src/ai/domain/effect.js';
import { FksAiClient, type FksAiOutcome } from '../../../src/ai/fks-ai.client.js';
import { requestOf } from '../../../src/ai/fks-ai.payloads.js';
import { tradeCategories } from '../../../src/shared/trade-categories.js';
import { categoryRules } from '../../../src/signals/domain/trade-category.js';
import type { FaultOrder } from '../../ai-simulator/faults.js';
import { startAiSimulator, type AiSimulator } from '../../ai-simulator/server.js';
import type { Chance, StacklessRow, TrialOutcome } from '../fault-row.js';

/** What each fault has to be taken for; `complaint` is an answer that is refused by what it says. */
const expected = {
  timeout: 'unavailable',
  '429': 'rateLimited',
  '429-no-retry-after': 'rateLimited',
  '500': 'unavailable',
  '503': 'unavailable',
  cut: 'unavailable',
  html: 'broken',
  'truncated-json': 'broken',
  'wrong-schema': 'broken',
  refused: 'refused',
  contradiction: 'complaint',
  'wrong-side': 'complaint',
  'far-levels': 'complaint',
  injection: 'answered',
  slow: 'answered',
} as const satisfies Record<FaultOrder['kind'], FksAiOutcome['kind'] | 'complaint'>;
const kinds = Object.keys(expected) as (keyof typeof expected)[];

const modelMilliseconds = 2;
/** Ten times slower comes within it, on a busy machine, too. */
const timeoutMs = 500;
const never = new AbortController().signal;

interface Scene {
  readonly question: OpinionQuestion;
  readonly about: AskedAbout;
  readonly signal: BaseSignal;
  readonly policy: OpinionPolicy;
}

function sceneOf(chance: Chance): Scene {
  const price = 10 ** chance.between(-4, 5);
  const category = tradeCategories[Math.floor(chance.between(0, tradeCategories.length))]!;
  const direction = chance.next() < 0.5 ? 'buy' : 'sell';
  const near = () => price * chance.between(0.9, 1.1);
  return {
    question: {
      kind: 'opinion',
      symbol: 'BTC',
      category,
      market: {
        price,
        rsi: chance.between(0, 100),
        macd: { macd: chance.between(-1, 1), signal: chance.between(-1, 1), histogram: chance.between(-1, 1) },
        ema9: near(),
        ema21: near(),
        ema50: near(),
        volumeRatio: chance.between(0, 3),
        atr: price * 0.02,
        recentHigh: price * 1.1,
        recentLow: price * 0.9,
        supportLevels: [],
        resistanceLevels: [],
      },
      maxRiskFraction: chance.between(0.005, 0.05),
      sentiment: null,
      news: null,
      complaints: [],
    },
    about: { symbol: 'BTC', direction, price, limits: categoryRules[category] },
    signal: { direction, confidencePoints: Math.floor(chance.between(0, 101)), sizeFraction: chance.between(0, 0.2) },
    policy: {
      mode: 'lower_and_raise',
      mostPointsLower: Math.floor(chance.between(0, 51)),
      mostPointsHigher: Math.floor(chance.between(0, 51)),
      mostSizeCut: chance.next(),
      cancelFrom: chance.between(0.5, 1.1),
    },
  };
}

const answerOf = (outcome: FksAiOutcome, about: AskedAbout): OpinionAnswer =>
  outcome.kind === 'answered'
    ? { kind: 'opinion', opinion: outcome.opinion, complaints: complaintsAbout(outcome.opinion, about) }
    : { kind: 'unanswered', why: outcome.why };

/** What an effect must not do, whatever was said and however good the record is. */
function broken({ signal, policy, about }: Scene, answer: OpinionAnswer): string[] {
  const effect = effectOf(signal, answer, policy, true);
  const isUsed = answer.kind === 'opinion' && answer.complaints.length === 0;
  const isUntouched =
    effect.basis === 'rules' &&
    effect.confidencePoints === signal.confidencePoints &&
    effect.sizeFraction === signal.sizeFraction &&
    !effect.isCancelled;
  if (!isUsed) return isUntouched ? [] : ['an opinion that is none changed the signal'];
  const moved = effect.confidencePoints - signal.confidencePoints;
  const isAgainst = answer.opinion.direction !== about.direction;
  return [
    ...(moved > (isAgainst ? 0 : policy.mostPointsHigher) ? [`confidence rose by ${moved} points`] : []),
    ...(moved < -policy.mostPointsLower ? [`confidence fell by ${-moved} points`] : []),
    ...(effect.sizeFraction > signal.sizeFraction ? ['the size grew'] : []),
  ];
}

async function trial(simulator: AiSimulator, client: FksAiClient, chance: Chance): Promise<TrialOutcome> {
  const complaints: string[] = [];
  const counts = { answered: 0, refused: 0, 'worth another attempt': 0, 'not worth one': 0 };
  let twice = 0;
  let differences = 0;
  for (const kind of kinds) {
    const scene = sceneOf(chance);
    const { question, about } = scene;
    const request = requestOf(question);
    const sent = () => simulator.requests()[request.path] ?? 0;
    simulator.clearFaults();
    const undisturbed = await client.ask(request, question, never);
    simulator.fault({ kind, retryAfterSeconds: 1 });
    const before = sent();
    const outcome = await client.ask(request, question, never);
    twice += sent() - before - 1;
    const answer = answerOf(outcome, about);
    const isRefused = answer.kind === 'opinion' && answer.complaints.length > 0;
    const was = isRefused ? 'complaint' : outcome.kind;
    if (was !== expected[kind]) complaints.push(`${kind} was taken for ${was}`);
    complaints.push(...broken(scene, answer).map((what) => `${kind}: ${what}`));
    if (was === 'answered') counts.answered += 1;
    else if (was === 'complaint') counts.refused += 1;
    else counts[was === 'unavailable' || was === 'rateLimited' ? 'worth another attempt' : 'not worth one'] += 1;
    // the same question afterwards gets what it would have got without the fault
    const afterwards = await client.ask(request, question, never);
    const isSame =
      undisturbed.kind === 'answered' &&
      afterwards.kind === 'answered' &&
      isDeepStrictEqual(afterwards.opinion, undisturbed.opinion);
    if (!isSame) differences += 1;
  }
  return { acknowledgedLost: 0, duplicateEffects: twice, jobsLost: 0, differences, complaints, measured: counts };
}

export const aiFaults: StacklessRow = {
  name: 'ai-faults',
  fault: `each of ${kinds.length} faults of fks_ai (no answer, 429, 5xx, cut or wrong JSON, contradictions, a model that was taken over, ten times slower) meets a random question`,
  promise:
    'one call a question, each fault of its class, no number changed by what is no good opinion, no bound of the policy broken, the same answer afterwards',
  async prepareAlone() {
    const simulator = await startAiSimulator({ seed: 7, modelMilliseconds });
    const client = new FksAiClient({ baseUrl: simulator.url, timeoutMs, opinionsPerDay: 1, checksPerMinute: 1 });
    return { trial: (chance) => trial(simulator, client, chance), stop: () => simulator.stop() };
  },
};
