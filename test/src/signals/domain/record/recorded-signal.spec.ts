import {
  armedSignals,
  averagesOf,
  costOf,
  coverageOf,
  heldBackSignals,
  servedArms,
  type RecordedSignal,
} from '../../../../../src/signals/domain/record/recorded-signal.js';
import { anArmedSignal } from '../../../../support/armed-signals.js';

const { ai, ...armed } = anArmedSignal();
type Opinion = NonNullable<RecordedSignal['opinion']>;
const anOpinion = (over: Partial<Opinion> = {}): Opinion => ({
  outcome: 'answered',
  late: false,
  calls: 2,
  milliseconds: 9_000,
  ai,
  served: 'rules',
  ...over,
});
const aRecorded = (over: Partial<RecordedSignal> = {}): RecordedSignal => ({
  ...armed,
  strength: 'strong',
  heldBackBy: [],
  opinion: anOpinion(),
  ...over,
});

const recorded = [
  aRecorded(),
  aRecorded({ signalId: 'late', outcome: null, opinion: anOpinion({ late: true, served: 'rules_and_ai' }) }),
  aRecorded({ signalId: 'refused', opinion: anOpinion({ outcome: 'refused', ai: armed.baseline }) }),
  aRecorded({ signalId: 'unanswered', opinion: anOpinion({ outcome: 'unanswered', calls: 0, milliseconds: 0 }) }),
  aRecorded({ signalId: 'not asked', opinion: null }),
  aRecorded({ signalId: 'held back', heldBackBy: ['cooldown', 'bias:fomo'] }),
];

test('only shown signals with a usable opinion have both arms', () => {
  expect(armedSignals(recorded).map(({ signalId }) => signalId)).toEqual(['a', 'late']);
  expect(armedSignals(recorded)[0]).toEqual(anArmedSignal());
  expect(heldBackSignals(recorded)).toEqual([
    { signalId: 'held back', by: ['cooldown', 'bias:fomo'], outcome: armed.outcome },
  ]);
});

test('coverage counts every shown signal once, with the reason why it has no opinion', () => {
  expect(coverageOf(recorded)).toEqual({
    signals: 5,
    settled: 4,
    withOpinion: 2,
    late: 1,
    pairs: 1,
    share: 0.4,
    without: { notAsked: 1, unanswered: 1, refused: 1 },
  });
  expect(coverageOf([])).toMatchObject({ signals: 0, share: null });
});

test('the cost is of every call, also of those that brought nothing', () => {
  expect(costOf(recorded)).toEqual({ calls: 8, milliseconds: 36_000 });
});

test('signals are counted by the arm that is served', () => {
  expect(servedArms(recorded)).toEqual({ rules: 4, rules_and_ai: 1 });
});

test('both arms are the same signals, and where nothing was said they say the same', () => {
  const cancelled = aRecorded({ signalId: 'cancelled', opinion: anOpinion({ ai: { ...ai, isCancelled: true } }) });
  const three = [aRecorded(), cancelled, aRecorded({ signalId: 'not asked', opinion: null, strength: 'very_strong' })];
  expect(averagesOf(three, 'baseline')).toEqual({
    signals: 3,
    confidence: expect.closeTo(0.7, 12),
    riskReward: 2,
    positionSize: expect.closeTo(0.2, 12),
    strong: 2,
    veryStrong: 1,
  });
  expect(averagesOf(three, 'ai')).toEqual({
    signals: 2,
    confidence: expect.closeTo(0.65, 12),
    riskReward: 2,
    positionSize: expect.closeTo(0.15, 12),
    strong: 1,
    veryStrong: 1,
  });
  expect(averagesOf([], 'ai')).toMatchObject({ signals: 0, confidence: null, riskReward: null, positionSize: null });
});
