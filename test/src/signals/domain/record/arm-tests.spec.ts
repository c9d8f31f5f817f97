import { loweringValues, raisingValues } from '../../../../../src/signals/domain/record/arm-tests.js';
import { anArmedSignal, anOutcome } from '../../../../support/armed-signals.js';

const { asOf, baseline, ai } = anArmedSignal();

test('size that is taken from a lost trade brought what it lost, by the share that is taken', () => {
  const [value] = loweringValues([anArmedSignal()]);
  expect(value).toEqual({
    openedAt: asOf,
    low: -2.5,
    high: 2,
    weight: 0.5,
    closed: { at: anOutcome().exitedAt, value: 1 },
  });
});

test('a cancelled signal is taken away whole, and one that is open has no value yet', () => {
  expect(loweringValues([anArmedSignal({ ai: { ...ai, isCancelled: true }, outcome: null })])).toMatchObject([
    { weight: 1, closed: null },
  ]);
});

test('a signal that keeps its size, or that has none, is nothing to bet on', () => {
  expect(loweringValues([anArmedSignal({ ai: { ...ai, sizeFraction: 0.2 } })])).toEqual([]);
  const none = { ...baseline, sizeFraction: 0 };
  expect(loweringValues([anArmedSignal({ baseline: none, ai: none })])).toEqual([]);
});

test.each([
  // from 0.6 to 0.7: (0.4² - 0.3²) / 0.1 when it wins, (0.6² - 0.7²) / 0.1 when it loses
  [2, 0.7],
  [-1, -1.3],
])('confidence that is raised before %d R changes the squared error by %d of what is given', (rMultiple, expected) => {
  const [value] = raisingValues([
    anArmedSignal({
      baseline: { ...baseline, confidencePoints: 60 },
      ai: { ...ai, confidencePoints: 70 },
      outcome: anOutcome({ rMultiple }),
    }),
  ]);
  expect(value!.closed!.value).toBeCloseTo(expected, 12);
  expect(value!.weight).toBeCloseTo(0.1, 12);
  expect([value!.low, value!.high]).toEqual([expect.closeTo(-1.3, 12), expect.closeTo(0.7, 12)]);
});

test('confidence that is lowered, kept or cancelled is not raised', () => {
  const raised = { ...ai, confidencePoints: 80 };
  expect(raisingValues([anArmedSignal(), anArmedSignal({ ai: { ...ai, confidencePoints: 70 } })])).toEqual([]);
  expect(raisingValues([anArmedSignal({ ai: { ...raised, isCancelled: true } })])).toEqual([]);
  expect(raisingValues([anArmedSignal({ ai: raised, outcome: null })])).toMatchObject([{ closed: null }]);
});
