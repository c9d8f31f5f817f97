import type { ArmedSignal, Outcome, Pair } from '../../src/signals/domain/record/armed-signal.js';
import { dayMs } from '../../src/shared/time.js';

const start = Date.parse('2024-01-01T00:00:00Z');

export const anOutcome = (over: Partial<Outcome> = {}): Outcome => ({
  exitedAt: start + 5 * dayMs,
  returnUsd: -0.05,
  returnBtc: -0.04,
  rMultiple: -1,
  ...over,
});

/** A signal of 1 January 2024 that lost, and that its opinion halved. */
export const anArmedSignal = (over: Partial<ArmedSignal> = {}): ArmedSignal => ({
  signalId: 'a',
  category: 'swing',
  asOf: start,
  riskRewardRatio: 2,
  baseline: { confidencePoints: 70, sizeFraction: 0.2, isCancelled: false },
  ai: { confidencePoints: 60, sizeFraction: 0.1, isCancelled: false },
  outcome: anOutcome(),
  ...over,
});

export const aPair = (over: Partial<Pair> = {}): Pair => ({ ...anArmedSignal(), outcome: anOutcome(), ...over });

/** One trade after another, a week each: multiples of R, in the order of time. */
export const pairsOf = (multiples: readonly number[], over: (at: number) => Partial<Pair> = () => ({})): Pair[] =>
  multiples.map((rMultiple, at) =>
    aPair({
      signalId: `signal-${String(at).padStart(6, '0')}`,
      asOf: start + 7 * at * dayMs,
      outcome: anOutcome({
        exitedAt: start + (7 * at + 5) * dayMs,
        returnUsd: 0.05 * rMultiple,
        returnBtc: 0.04 * rMultiple,
        rMultiple,
      }),
      ...over(at),
    }),
  );
