import { compareArms } from '../../../../../src/signals/domain/record/comparison.js';
import { recommendations } from '../../../../../src/signals/domain/record/recommendations.js';
import type { Coverage } from '../../../../../src/signals/domain/record/recorded-signal.js';
import { verdictOf } from '../../../../../src/signals/domain/record/verdict.js';
import { pairsOf } from '../../../../support/armed-signals.js';

const whole: Coverage = {
  signals: 10,
  settled: 10,
  withOpinion: 10,
  late: 0,
  pairs: 10,
  share: 1,
  without: { notAsked: 0, unanswered: 0, refused: 0 },
};
const after = (multiples: readonly number[], coverage = whole) => {
  const pairs = pairsOf(multiples);
  return recommendations(verdictOf(pairs, 'swing', Infinity), coverage, compareArms(pairs));
};

test('without enough pairs there is one: to keep collecting', () => {
  expect(after([])).toEqual(['serve the baseline and keep collecting: 0 settled pairs, 100 are needed']);
});

test('what the tests say is said, and nothing else', () => {
  expect(after(new Array<number>(120).fill(-1))[0]).toMatch(/^let opinions lower signals: evidence for lowering is \d/);
  const won = after(new Array<number>(120).fill(2));
  expect(won[0]).toMatch(/^serve the baseline: evidence for lowering is 0 of the 40/);
  expect(won[1]).toBe('do not let opinions lower signals: those that they spoke against won');
});

test('few opinions are told', () => {
  expect(after([], { ...whole, withOpinion: 4, share: 0.4 })).toContain(
    'ask more reliably: 4 of 10 signals have an opinion that can be used',
  );
});
