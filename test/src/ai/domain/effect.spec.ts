import fc from 'fast-check';
import { effectOf, opinionBounds, type OpinionAnswer, type OpinionPolicy } from '../../../../src/ai/domain/effect.js';
import type { Opinion } from '../../../../src/ai/domain/opinion.js';
import { aCheck, anOpinion } from './an-opinion.js';

const seed = 20261125;
const lowering: OpinionPolicy = { ...opinionBounds, mode: 'lower', cancelFrom: null };
const raising: OpinionPolicy = { ...opinionBounds, mode: 'lower_and_raise' };
const buy = { direction: 'buy', confidencePoints: 70, sizeFraction: 0.1 } as const;
const given = (differs: Partial<Opinion> = {}): OpinionAnswer => ({
  kind: 'opinion',
  opinion: anOpinion(differs),
  complaints: [],
});

const signals = fc.record({
  direction: fc.constantFrom('buy' as const, 'sell' as const),
  confidencePoints: fc.integer({ min: 0, max: 100 }),
  sizeFraction: fc.double({ min: 0, max: 0.2, noNaN: true }),
});
const opinions = fc
  .record({
    kind: fc.constantFrom('check' as const, 'opinion' as const),
    direction: fc.constantFrom('buy' as const, 'sell' as const, 'hold' as const),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((said) => (said.kind === 'check' ? aCheck(said) : anOpinion(said)));
const policies = fc.record({
  mode: fc.constantFrom('show' as const, 'lower' as const, 'lower_and_raise' as const),
  mostPointsLower: fc.integer({ min: 0, max: 50 }),
  mostPointsHigher: fc.integer({ min: 0, max: 50 }),
  mostSizeCut: fc.double({ min: 0, max: 1, noNaN: true }),
  cancelFrom: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});

test('an opinion that is missing changes no number, whatever the policy and the record', () => {
  fc.assert(
    fc.property(signals, policies, fc.boolean(), fc.string(), (signal, policy, record, why) => {
      const effect = effectOf(signal, { kind: 'unanswered', why }, policy, record);
      expect(effect).toEqual({
        basis: 'rules',
        confidencePoints: signal.confidencePoints,
        sizeFraction: signal.sizeFraction,
        isCancelled: false,
        reasons: [`no opinion: ${why}`],
      });
    }),
    { seed, numRuns: 1_000 },
  );
});

test('an opinion with complaints, and one that is only shown, change no number', () => {
  fc.assert(
    fc.property(signals, opinions, policies, fc.boolean(), (signal, opinion, policy, record) => {
      const refused = effectOf(signal, { kind: 'opinion', opinion, complaints: ['a', 'b'] }, policy, record);
      const shown = effectOf(signal, { kind: 'opinion', opinion, complaints: [] }, { ...policy, mode: 'show' }, record);
      for (const effect of [refused, shown]) {
        expect(effect).toMatchObject({ ...numbersOf(signal), basis: 'rules', isCancelled: false });
      }
      expect(refused.reasons).toEqual(['opinion refused: a', 'opinion refused: b']);
    }),
    { seed, numRuns: 1_000 },
  );
});

test('an opinion against a signal, or a hold, never raises anything; nothing is raised without a record', () => {
  fc.assert(
    fc.property(signals, opinions, policies, fc.boolean(), (signal, opinion, policy, record) => {
      const effect = effectOf(signal, { kind: 'opinion', opinion, complaints: [] }, policy, record);
      expect(Number.isInteger(effect.confidencePoints)).toBe(true);
      expect(effect.confidencePoints).toBeGreaterThanOrEqual(
        Math.max(0, signal.confidencePoints - policy.mostPointsLower),
      );
      expect(effect.sizeFraction).toBeLessThanOrEqual(signal.sizeFraction);
      const mayRaise =
        record &&
        policy.mode === 'lower_and_raise' &&
        (opinion.kind === 'check' || opinion.direction === signal.direction);
      const most = mayRaise
        ? Math.min(100, signal.confidencePoints + policy.mostPointsHigher)
        : signal.confidencePoints;
      expect(effect.confidencePoints).toBeLessThanOrEqual(most);
    }),
    { seed, numRuns: 2_000 },
  );
});

const numbersOf = ({ confidencePoints, sizeFraction }: { confidencePoints: number; sizeFraction: number }) => ({
  confidencePoints,
  sizeFraction,
});

test('lowers confidence and size in proportion, a hold by half as much', () => {
  const against = effectOf(buy, given({ direction: 'sell', confidence: 0.8 }), lowering, false);
  // 20 points and half of the size at most, times 0.8
  expect(against).toMatchObject({ basis: 'rules_and_ai', confidencePoints: 54, isCancelled: false });
  expect(against.sizeFraction).toBeCloseTo(0.06, 12);
  const neither = effectOf(buy, given({ direction: 'hold', confidence: 0.8 }), lowering, false);
  expect(neither.confidencePoints).toBe(62);
  expect(neither.sizeFraction).toBeCloseTo(0.08, 12);
});

test('raises by a record that is positive alone, and says why it does not', () => {
  expect(effectOf(buy, given(), raising, true)).toMatchObject({ confidencePoints: 78, sizeFraction: 0.1 });
  expect(effectOf(buy, given(), raising, false)).toMatchObject({
    ...numbersOf(buy),
    reasons: ['the opinion says buy with confidence 0.8; nothing is raised before its record is positive'],
  });
  expect(effectOf(buy, given(), lowering, true).reasons[0]).toMatch(/by this policy$/);
});

test('cancels by policy alone, from its confidence on, and only for the opposite direction', () => {
  expect(effectOf(buy, given({ direction: 'sell', confidence: 0.9 }), raising, false).isCancelled).toBe(true);
  expect(effectOf(buy, given({ direction: 'sell', confidence: 0.89 }), raising, false).isCancelled).toBe(false);
  expect(effectOf(buy, given({ direction: 'hold', confidence: 1 }), raising, false).isCancelled).toBe(false);
  expect(effectOf(buy, given({ direction: 'sell', confidence: 1 }), lowering, false).isCancelled).toBe(false);
});

test('a check moves the confidence to what it says, within the bounds', () => {
  const check = (confidence: number): OpinionAnswer => ({
    kind: 'opinion',
    opinion: aCheck({ confidence }),
    complaints: [],
  });
  expect(effectOf(buy, check(0.64), lowering, false)).toMatchObject({ confidencePoints: 64, sizeFraction: 0.1 });
  expect(effectOf(buy, check(0.1), lowering, false).confidencePoints).toBe(50);
  expect(effectOf(buy, check(0.76), raising, true).confidencePoints).toBe(76);
});

test('refuses a confidence that is no whole number of points', () => {
  expect(() => effectOf({ ...buy, confidencePoints: 0.7 }, given(), lowering, false)).toThrow(
    'confidence of 0.7 points is no whole number of 0 to 100',
  );
});
