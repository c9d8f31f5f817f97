import fc from 'fast-check';
import { byExit, differenceOf, sizeRatio, type Arm } from '../../../../../src/signals/domain/record/armed-signal.js';
import { anOutcome, aPair } from '../../../../support/armed-signals.js';

const arm = (sizeFraction: number, isCancelled = false): Arm => ({ confidencePoints: 60, sizeFraction, isCancelled });

test.each([
  // size 0.2 in the baseline, a return of -5 % in dollars and -4 % in bitcoin, -1 R
  ['halved', arm(0.1), 0.5, { usd: 0.005, btc: 0.004, r: 0.5 }],
  ['cancelled', arm(0.2, true), 0, { usd: 0.01, btc: 0.008, r: 1 }],
  ['left as it is', arm(0.2), 1, { usd: 0, btc: 0, r: 0 }],
  ['made larger', arm(0.3), 1.5, { usd: -0.005, btc: -0.004, r: -0.5 }],
] as const)('a losing signal that is %s', (_, ai, ratio, { usd, btc, r }) => {
  const pair = aPair({ ai });
  expect(sizeRatio(pair)).toBeCloseTo(ratio, 12);
  const difference = differenceOf(pair);
  expect(difference.usd).toBeCloseTo(usd, 12);
  expect(difference.btc).toBeCloseTo(btc, 12);
  expect(difference.r).toBeCloseTo(r, 12);
});

test('a difference of nothing is 0, never -0, whatever the trade brought', () => {
  const pair = aPair({ baseline: arm(0.2), ai: arm(0.2) });
  expect(differenceOf(pair)).toStrictEqual({ usd: 0, btc: 0, r: 0 });
});

test('a signal without any size is the same in both arms', () => {
  expect(sizeRatio({ baseline: arm(0), ai: arm(0, true) })).toBe(1);
});

test('where bitcoin had no price there is no difference in it', () => {
  expect(differenceOf(aPair({ outcome: anOutcome({ returnBtc: null }) })).btc).toBeNull();
});

test('a trade that gains what another loses has the opposite difference', () => {
  const finite = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(finite, finite, fc.double({ min: 0, max: 1, noNaN: true }), (usd, r, size) => {
      const of = (sign: number) =>
        differenceOf(
          aPair({ ai: arm(size), outcome: anOutcome({ returnUsd: sign * usd, rMultiple: sign * r, returnBtc: null }) }),
        );
      expect(of(-1).usd).toBeCloseTo(-of(1).usd, 12);
      expect(of(-1).r).toBeCloseTo(-of(1).r, 12);
    }),
    { seed: 3 },
  );
});

test('exits of one instant stand in the order of their ids, in whatever order they come', () => {
  const at = (signalId: string, exitedAt: number) => aPair({ signalId, outcome: anOutcome({ exitedAt }) });
  const rows = [at('c', 5), at('a', 5), at('b', 4)];
  const ids = (all: typeof rows) => byExit(all).map(({ signalId }) => signalId);
  expect(ids(rows)).toEqual(['b', 'a', 'c']);
  expect(ids(rows.toReversed())).toEqual(['b', 'a', 'c']);
});
