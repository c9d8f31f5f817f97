import type { OpinionEffect } from '../../../ai/domain/effect.js';
import type { EpochMs } from '../../../shared/time.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';
import type { opinionOutcomes } from '../recorded-opinion.js';
import type { Strength } from '../signal.js';
import { isPair, type Arm, type ArmedSignal, type Outcome } from './armed-signal.js';
import type { HeldBackSignal } from './filter-effects.js';

/**
 * Where a signal comes from. Each kind has a record of its own: a model may know what came after a rehearsal's as-of, and
 * what is simulated, by prices or by opinion, says nothing about the world.
 */
export const provenances = ['live', 'rehearsal', 'simulated'] as const;
export type Provenance = (typeof provenances)[number];

/** A stored signal with what was said of it and what became of it. */
export interface RecordedSignal {
  readonly signalId: string;
  readonly category: TradeCategory;
  readonly asOf: EpochMs;
  readonly riskRewardRatio: number;
  readonly strength: Strength;
  /** As the rules said it. */
  readonly baseline: Arm;
  /** What held it back; empty for a signal that was shown. */
  readonly heldBackBy: readonly string[];
  /** Null when nobody was asked, or the asking has not ended. */
  readonly opinion: {
    /** `unanswered` also for an answer that came when the signal had ended: it can be used for nothing. */
    readonly outcome: (typeof opinionOutcomes)[number];
    readonly late: boolean;
    readonly calls: number;
    readonly milliseconds: number;
    /** The signal with the opinion followed in full; as the rules say it without one. */
    readonly ai: Arm;
    readonly served: OpinionEffect['basis'];
  } | null;
  /** Null while it is open. */
  readonly outcome: Outcome | null;
}

const wasShown = ({ heldBackBy }: RecordedSignal): boolean => heldBackBy.length === 0;

/** The signals that were shown and have an opinion that can be used: those that both arms can be compared on. */
export const armedSignals = (recorded: readonly RecordedSignal[]): ArmedSignal[] =>
  recorded
    .filter(wasShown)
    .flatMap(({ signalId, category, asOf, riskRewardRatio, baseline, opinion, outcome }) =>
      opinion?.outcome === 'answered'
        ? [{ signalId, category, asOf, riskRewardRatio, baseline, ai: opinion.ai, outcome }]
        : [],
    );

export const heldBackSignals = (recorded: readonly RecordedSignal[]): HeldBackSignal[] =>
  recorded
    .filter((signal) => !wasShown(signal))
    .map(({ signalId, heldBackBy, outcome }) => ({ signalId, by: heldBackBy, outcome }));

/** How many of the shown signals have an opinion that can be used, and why the others have none. */
export interface Coverage {
  readonly signals: number;
  readonly settled: number;
  readonly withOpinion: number;
  /** Of these, those whose opinion came after they had been served by the rules for longer than opinions are waited for. */
  readonly late: number;
  /** Settled ones with an opinion. */
  readonly pairs: number;
  /** Null without signals. */
  readonly share: number | null;
  readonly without: { readonly notAsked: number; readonly unanswered: number; readonly refused: number };
}

export function coverageOf(recorded: readonly RecordedSignal[]): Coverage {
  const shown = recorded.filter(wasShown);
  const armed = armedSignals(recorded);
  const count = (is: (signal: RecordedSignal) => boolean) => shown.filter(is).length;
  return {
    signals: shown.length,
    settled: count(({ outcome }) => outcome !== null),
    withOpinion: armed.length,
    late: count(({ opinion }) => opinion?.outcome === 'answered' && opinion.late),
    pairs: armed.filter(isPair).length,
    share: shown.length === 0 ? null : armed.length / shown.length,
    without: {
      notAsked: count(({ opinion }) => opinion === null),
      unanswered: count(({ opinion }) => opinion?.outcome === 'unanswered'),
      refused: count(({ opinion }) => opinion?.outcome === 'refused'),
    },
  };
}

/** What the opinions took; fks_ai tells neither tokens nor money. */
export interface OpinionCost {
  readonly calls: number;
  readonly milliseconds: number;
}

export const costOf = (recorded: readonly RecordedSignal[]): OpinionCost => ({
  calls: recorded.reduce((sum, { opinion }) => sum + (opinion?.calls ?? 0), 0),
  milliseconds: recorded.reduce((sum, { opinion }) => sum + (opinion?.milliseconds ?? 0), 0),
});

/** Signals by the arm that is served for them. */
export function servedArms(recorded: readonly RecordedSignal[]): Record<OpinionEffect['basis'], number> {
  const shown = recorded.filter(wasShown);
  const withAi = shown.filter(({ opinion }) => opinion?.served === 'rules_and_ai').length;
  return { rules: shown.length - withAi, rules_and_ai: withAi };
}

/** What one arm says of signals, whatever became of them. */
export interface ArmAverages {
  /** That it does not cancel. */
  readonly signals: number;
  /** 0 to 1; null without signals, as all averages. */
  readonly confidence: number | null;
  readonly riskReward: number | null;
  /** Fraction of the portfolio. */
  readonly positionSize: number | null;
  readonly strong: number;
  readonly veryStrong: number;
}

/** Of the shown signals; where no opinion can be used, both arms are what the rules say. */
export function averagesOf(recorded: readonly RecordedSignal[], arm: 'baseline' | 'ai'): ArmAverages {
  const taken = recorded
    .filter(wasShown)
    .map((signal) => ({
      ...signal,
      arm: arm === 'ai' && signal.opinion?.outcome === 'answered' ? signal.opinion.ai : signal.baseline,
    }))
    .filter(({ arm: { isCancelled } }) => !isCancelled);
  const mean = (valueOf: (signal: (typeof taken)[number]) => number) =>
    taken.length === 0 ? null : taken.reduce((sum, signal) => sum + valueOf(signal), 0) / taken.length;
  return {
    signals: taken.length,
    confidence: mean((signal) => signal.arm.confidencePoints / 100),
    riskReward: mean(({ riskRewardRatio }) => riskRewardRatio),
    positionSize: mean((signal) => signal.arm.sizeFraction),
    strong: taken.filter(({ strength }) => strength === 'strong').length,
    veryStrong: taken.filter(({ strength }) => strength === 'very_strong').length,
  };
}
