import { compareArms } from '../../../../../src/signals/domain/record/comparison.js';
import { anArmedSignal, anOutcome, aPair, pairsOf } from '../../../../support/armed-signals.js';

test('two pairs by hand: a lost trade that is halved and a won one that is cancelled', () => {
  const won = aPair({
    signalId: 'b',
    ai: { confidencePoints: 70, sizeFraction: 0.2, isCancelled: true },
    outcome: anOutcome({ returnUsd: 0.1, returnBtc: null, rMultiple: 2 }),
  });
  const { pairs, baseline, ai, difference } = compareArms([aPair(), won, anArmedSignal({ outcome: null })]);
  expect(pairs).toBe(2);
  // (0.2 · -0.05 + 0.2 · 0.1) / 2 and (0.1 · -0.05 + 0) / 2
  const close = (value: number): number => expect.closeTo(value, 12);
  expect(baseline).toMatchObject({
    taken: 2,
    cancelled: 0,
    winRate: 0.5,
    usd: close(0.005),
    btc: close(-0.008),
    r: 0.5,
  });
  expect(ai).toMatchObject({ taken: 1, cancelled: 1, winRate: 0, usd: close(-0.0025), btc: close(-0.004), r: -0.25 });
  expect(difference.usd).toEqual({ count: 2, mean: close(-0.0075), low: null, high: null });
  expect(difference.btc).toEqual({ count: 1, mean: close(0.004), low: null, high: null });
  expect(difference.r.mean).toBeCloseTo(-0.75, 12);
  // both arms are scored on what both take: 70 and 60 points before a loss
  expect(baseline.calibration).toMatchObject({ count: 1, brier: expect.closeTo(0.49, 12) });
  expect(ai.calibration).toMatchObject({ count: 1, brier: expect.closeTo(0.36, 12) });
});

test('arms that are the same differ by nothing, with certainty', () => {
  const { baseline } = aPair();
  const same = compareArms(
    pairsOf(
      [1, -1, 2, -1, 0.5].flatMap((r) => [r, r, r, r, r]),
      () => ({ ai: baseline }),
    ),
  );
  const nothing = { count: 25, mean: 0, low: 0, high: 0 };
  expect(same.difference).toEqual({ usd: nothing, btc: nothing, r: nothing });
  expect(same.ai).toEqual(same.baseline);
  expect(same.lowering).toMatchObject({ count: 0, evidenceAbove: 1, evidenceBelow: 1 });
});

test('the order of rows changes nothing, also of those that end at the same instant', () => {
  const exitedAt = anOutcome().exitedAt;
  const rows = pairsOf([2, -1, -1, 2, 0.3, -1, 2, -1], (at) => ({
    asOf: exitedAt - 1_000 * (at + 1),
    outcome: anOutcome({ exitedAt, rMultiple: [2, -1, -1, 2, 0.3, -1, 2, -1][at]! }),
  }));
  expect(compareArms(rows.toReversed())).toEqual(compareArms(rows));
});

test('without any pair there is nothing to say', () => {
  const none = { taken: 0, cancelled: 0, winRate: null, usd: null, btc: null, r: null, calibration: null };
  expect(compareArms([])).toMatchObject({
    pairs: 0,
    baseline: none,
    ai: none,
    difference: { r: { count: 0, mean: null, low: null, high: null } },
  });
});
