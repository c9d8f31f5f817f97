import { loweringValues, raisingValues } from './arm-tests.js';
import {
  byExit,
  differenceOf,
  heldFraction,
  isPair,
  isWon,
  sizeRatio,
  type Arm,
  type ArmedSignal,
  type Pair,
} from './armed-signal.js';
import { calibrationOf, type Calibration } from './calibration.js';
import { estimateMeans, type Estimate } from './estimate.js';
import { sequentialTest, type SequentialTest } from './sequential-test.js';

/** What one arm brought, over the same pairs as the other one. */
export interface ArmRecord {
  readonly taken: number;
  readonly cancelled: number;
  /** Of what was taken; null when nothing was. */
  readonly winRate: number | null;
  /** Means over all pairs, where a cancelled one brings nothing: size times return, fractions of the portfolio. */
  readonly usd: number | null;
  readonly btc: number | null;
  /** In R of the baseline's position. */
  readonly r: number | null;
  /** Of the pairs that both arms take: of a cancelled one the AI arm says no confidence. Null without any. */
  readonly calibration: Calibration | null;
}

export interface Comparison {
  readonly pairs: number;
  readonly baseline: ArmRecord;
  readonly ai: ArmRecord;
  /** AI less baseline, means over the pairs. */
  readonly difference: { readonly usd: Estimate; readonly btc: Estimate; readonly r: Estimate };
  /** In R by the share of the size that is taken away. */
  readonly lowering: SequentialTest;
  /** In squared error by the confidence that is given. */
  readonly raising: SequentialTest;
}

/**
 * The AI arm against the baseline arm, pair by pair. Open signals have no difference yet; the sequential tests know of them,
 * as somebody who bets on outcomes would.
 */
export function compareArms(signals: readonly ArmedSignal[]): Comparison {
  const pairs = byExit(signals.filter(isPair));
  const differences = pairs.map(differenceOf);
  return {
    pairs: pairs.length,
    baseline: armRecord(
      pairs,
      ({ baseline }) => baseline,
      () => 1,
    ),
    ai: armRecord(pairs, ({ ai }) => ai, sizeRatio),
    difference: estimateMeans({
      usd: Float64Array.from(differences, ({ usd }) => usd),
      btc: Float64Array.from(differences, ({ btc }) => btc ?? NaN),
      r: Float64Array.from(differences, ({ r }) => r),
    }),
    lowering: sequentialTest(loweringValues(signals)),
    raising: sequentialTest(raisingValues(signals)),
  };
}

function armRecord(pairs: readonly Pair[], armOf: (pair: Pair) => Arm, ratioOf: (pair: Pair) => number): ArmRecord {
  const taken = pairs.filter((pair) => !armOf(pair).isCancelled);
  const mean = (values: readonly number[]) =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    taken: taken.length,
    cancelled: pairs.length - taken.length,
    winRate: mean(taken.map(({ outcome }) => (isWon(outcome) ? 1 : 0))),
    usd: mean(pairs.map((pair) => heldFraction(armOf(pair)) * pair.outcome.returnUsd)),
    btc: mean(
      pairs.flatMap((pair) => {
        const { returnBtc } = pair.outcome;
        return returnBtc === null ? [] : [heldFraction(armOf(pair)) * returnBtc];
      }),
    ),
    r: mean(pairs.map((pair) => ratioOf(pair) * pair.outcome.rMultiple)),
    calibration: calibrationOf(
      pairs
        .filter(({ ai, baseline }) => !ai.isCancelled && !baseline.isCancelled)
        .map((pair) => ({ points: armOf(pair).confidencePoints, won: isWon(pair.outcome) })),
    ),
  };
}
