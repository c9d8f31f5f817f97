import { verdictOf } from '../../../../../src/signals/domain/record/verdict.js';
import type { Pair } from '../../../../../src/signals/domain/record/armed-signal.js';
import { pairsOf } from '../../../../support/armed-signals.js';

const endOf = (pairs: readonly Pair[]) => pairs.at(-1)!.outcome.exitedAt;
/** Three of four lost. */
const mostlyLost = (count: number) => Array.from({ length: count }, (_, at) => (at % 4 === 0 ? 2 : -1));
const mostlyWon = (count: number) => Array.from({ length: count }, (_, at) => (at % 4 === 0 ? -1 : 2));
/** An opinion that halves every trade whose number is even, and raises the confidence of the others. */
const halvesAndRaises = (at: number): Partial<Pair> => ({
  baseline: { confidencePoints: 50, sizeFraction: 0.2, isCancelled: false },
  ai:
    at % 2 === 0
      ? { confidencePoints: 40, sizeFraction: 0.1, isCancelled: false }
      : { confidencePoints: 60, sizeFraction: 0.2, isCancelled: false },
});

test('99 settled pairs show opinions only, however good they were', () => {
  const pairs = pairsOf(new Array<number>(99).fill(-1));
  expect(verdictOf(pairs, 'swing', endOf(pairs))).toEqual({
    mode: 'show',
    scope: 'all',
    pairs: 99,
    reasons: ['99 settled pairs, 100 are needed'],
  });
});

test('lowering is allowed once opposed trades have lost decisively', () => {
  const pairs = pairsOf(new Array<number>(100).fill(-1));
  expect(verdictOf(pairs, 'swing', endOf(pairs))).toMatchObject({ mode: 'lower', scope: 'swing', pairs: 100 });
});

test('what is settled after the as-of does not count, nor a signal of the as-of itself or later', () => {
  const pairs = pairsOf(new Array<number>(120).fill(-1));
  expect(verdictOf(pairs, 'swing', pairs[100]!.asOf)).toMatchObject({ mode: 'lower', pairs: 100 });
  expect(verdictOf(pairs, 'swing', endOf(pairs.slice(0, 99)))).toMatchObject({ mode: 'show', pairs: 99 });
});

test('opposed trades that won allow nothing', () => {
  const pairs = pairsOf(mostlyWon(200));
  const { mode, reasons } = verdictOf(pairs, 'swing', endOf(pairs));
  expect(mode).toBe('show');
  expect(reasons).toEqual(['evidence for lowering is 0 of the 40 that are needed', expect.any(String)]);
});

test('raising is allowed while what was raised wins more often than it was said to, and lowering is worth it as well', () => {
  const multiples = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? -1 : 2));
  const pairs = pairsOf(multiples, halvesAndRaises);
  expect(verdictOf(pairs, 'swing', endOf(pairs)).mode).toBe('lower_and_raise');
});

test('raising alone is never allowed', () => {
  const pairs = pairsOf(new Array<number>(200).fill(2), halvesAndRaises);
  expect(verdictOf(pairs, 'swing', endOf(pairs)).mode).toBe('show');
});

test('raising is taken back when what is raised loses, and lowering when what is opposed wins', () => {
  const good = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? -1 : 2));
  const raisedLoses = new Array<number>(100).fill(-1);
  const opposedWins = new Array<number>(100).fill(2);
  const modeAfter = (...parts: number[][]) => {
    const pairs = pairsOf(parts.flat(), halvesAndRaises);
    return verdictOf(pairs, 'swing', endOf(pairs)).mode;
  };
  expect(modeAfter(good)).toBe('lower_and_raise');
  expect(modeAfter(good, raisedLoses)).toBe('lower');
  expect(modeAfter(good, opposedWins)).toBe('show');
  // and comes again with what speaks for it
  expect(modeAfter(good, opposedWins.slice(0, 60))).toBe('show');
  expect(modeAfter(good, opposedWins.slice(0, 60), good)).toBe('lower_and_raise');
});

test('a category with 100 pairs of its own is judged by them, one with fewer by all', () => {
  const swing = pairsOf(mostlyLost(400));
  const scalp = pairsOf(mostlyWon(100), (at) => ({ signalId: `scalp-${at}`, category: 'scalp' }));
  const all = [...swing, ...scalp];
  expect(verdictOf(all, 'swing', endOf(swing))).toMatchObject({ mode: 'lower', scope: 'swing', pairs: 400 });
  expect(verdictOf(all, 'scalp', endOf(swing))).toMatchObject({ mode: 'show', scope: 'scalp', pairs: 100 });
  expect(verdictOf(all, 'intraday', endOf(swing))).toMatchObject({ scope: 'all', pairs: 500 });
  expect(verdictOf(all, null, endOf(swing))).toMatchObject({ scope: 'all', pairs: 500 });
});

test('without any pair nothing is allowed', () => {
  expect(verdictOf([], 'swing', 0)).toMatchObject({ mode: 'show', pairs: 0 });
});
