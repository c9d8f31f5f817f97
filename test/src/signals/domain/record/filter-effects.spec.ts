import { filterEffects, type HeldBackSignal } from '../../../../../src/signals/domain/record/filter-effects.js';
import { anOutcome } from '../../../../support/armed-signals.js';

const heldBack = (count: number, by: readonly string[], multiples: readonly number[], prefix = by.join()) =>
  Array.from({ length: count }, (_, at): HeldBackSignal => ({
    signalId: `${prefix}-${String(at).padStart(4, '0')}`,
    by,
    outcome: anOutcome({ exitedAt: at, rMultiple: multiples[at % multiples.length]! }),
  }));

test('a filter that held back losers avoided what they lost, one that held back winners cost it', () => {
  const found = filterEffects([
    ...heldBack(40, ['cooldown'], [-1, -1, -1, 2]),
    ...heldBack(40, ['bias:fomo'], [2, -1, 2]),
  ]);
  expect(found.map(({ by, finding }) => [by, finding])).toEqual([
    ['bias:fomo', 'cost'],
    ['cooldown', 'avoided'],
  ]);
  expect(found[1]).toMatchObject({
    signals: 40,
    alone: 40,
    settled: 40,
    wins: 10,
    missedR: { count: 40, mean: -0.25 },
  });
});

test('what may as well be chance is left undecided, and 19 settled ones say nothing', () => {
  expect(filterEffects(heldBack(40, ['cooldown'], [1, -1]))[0]!.finding).toBe('undecided');
  const few = filterEffects(heldBack(19, ['cooldown'], [-1]))[0]!;
  expect(few).toMatchObject({ settled: 19, missedR: { mean: -1, low: null, high: null }, finding: 'not_enough_data' });
});

test('a signal that two filters held back counts for both, and alone for neither', () => {
  const open = { signalId: 'open', by: ['cooldown'], outcome: null };
  expect(filterEffects([...heldBack(2, ['cooldown', 'bias:fomo'], [-1]), open])).toMatchObject([
    { by: 'bias:fomo', signals: 2, alone: 0, settled: 2 },
    { by: 'cooldown', signals: 3, alone: 1, settled: 2 },
  ]);
});

test('nothing held back has no effect', () => {
  expect(filterEffects([])).toEqual([]);
});
