import type { IsoInstant } from '../../shared/time.js';

/**
 * How the asking ended: with an opinion that can be used, with complaints about every one that was given, or without any
 * in time.
 */
export const opinionOutcomes = ['answered', 'refused', 'unanswered'] as const;

/** One opinion that was asked for. */
export interface OpinionAttempt {
  /** 1, and one more after each complaint. */
  readonly number: number;
  /** Of `ai_exchange`: the answer, or else the last call; null when none was sent. */
  readonly exchangeId: string | null;
  /** SHA-256 of what was asked; null when nothing could be asked. */
  readonly key: string | null;
  /** Why it was not used; empty for one that was. */
  readonly complaints: readonly string[];
  readonly at: IsoInstant;
}
