import { isWon, sizeRatio, type ArmedSignal } from './armed-signal.js';
import type { DelayedValue } from './sequential-test.js';

/** R that a target may bring beyond its own, and R that a stop may cost, before what the market jumped over is cut off. */
const jump = { target: 0.5, stop: 2 } as const;

/** What opposing a trade may bring, in R of it. */
export const loweringBounds = (riskRewardRatio: number) => ({ low: -(riskRewardRatio + jump.target), high: jump.stop });

/**
 * What taking size away was worth: for every signal that the AI arm makes smaller or cancels, minus its R multiple, by the
 * share of the size that is taken away. Above 0: the signals that it speaks against lose. Multiples are cut off at 2 R lost
 * and at half an R above the target, both known when the signal is given.
 */
export const loweringValues = (signals: readonly ArmedSignal[]): DelayedValue[] =>
  signals.flatMap((signal) => {
    const taken = 1 - sizeRatio(signal);
    if (!(taken > 0)) return [];
    const { asOf, outcome, riskRewardRatio } = signal;
    const closed = outcome && { at: outcome.exitedAt, value: 0 - outcome.rMultiple };
    return [{ openedAt: asOf, ...loweringBounds(riskRewardRatio), weight: taken, closed }];
  });

/**
 * What raising the confidence was worth: for every signal whose confidence the AI arm raises, what that takes off the Brier
 * score, by the points that it raises. An opinion raises no size, so its confidence is all there is to judge: it decides
 * which signal comes first, and which is put before a person.
 *
 * From p to q, the squared error falls by (p - y)² - (q - y)² = (q - p)(2y - p - q), with y = 1 for a won trade and else 0.
 * Above 0: the signals that it speaks for win more often than the middle of the two confidences says.
 */
export const raisingValues = (signals: readonly ArmedSignal[]): DelayedValue[] =>
  signals.flatMap(({ asOf, baseline, ai, outcome }) => {
    const [from, to] = [baseline.confidencePoints / 100, ai.confidencePoints / 100];
    if (ai.isCancelled || to <= from) return [];
    const both = from + to;
    const closed = outcome && { at: outcome.exitedAt, value: (isWon(outcome) ? 2 : 0) - both };
    return [{ openedAt: asOf, low: -both, high: 2 - both, weight: to - from, closed }];
  });
