import type { TradeCategory } from '../../shared/trade-categories.js';

/** What a model may say of an asset: `hold` is "neither". */
export const opinionDirections = ['buy', 'sell', 'hold'] as const;
export type OpinionDirection = (typeof opinionDirections)[number];

/**
 * How fks_ai is asked. `check`: its fixed rules move the confidence of a signal by volume, RSI and MACD, no model is
 * involved. `opinion`: one call of a language model, which says direction, levels and reasons of its own.
 */
export const questionKinds = ['check', 'opinion'] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** As the prototype called them. */
export const oldDirectionWords = { buy: 'BUY', sell: 'SELL', hold: 'HOLD' } as const;

/** Prices in the quote currency that the question was asked in, positive. */
export interface OpinionLevels {
  readonly entry: number;
  readonly stopLoss: number;
  readonly takeProfit: number;
}

/** Text of a model: shown and stored as data, never read as an instruction. */
interface Rationale {
  readonly summary: string;
  readonly factors: readonly string[];
  readonly risks: readonly string[];
}

/** What was answered, as it was said: nothing in it has been checked against the signal yet (`check-opinion.ts`). */
export interface Opinion {
  readonly kind: QuestionKind;
  readonly symbol: string;
  readonly direction: OpinionDirection;
  /** 0 to 1, of the direction that it names. */
  readonly confidence: number;
  /** Null when it names none, as for `hold` and for every check. */
  readonly levels: OpinionLevels | null;
  /** Distance to the take profit over distance to the stop loss, as it was stated. */
  readonly riskRewardRatio: number | null;
  /** Fraction of the portfolio's value, as it was stated. */
  readonly positionSizePct: number | null;
  readonly rationale: Rationale;
  /** Which model said it; null where none is involved. */
  readonly model: string | null;
}

/** As fks_ai calls them. */
export type TimeHorizon = 'scalp' | 'swing' | 'position';

/** Its nearest word by how long a trade lasts: it has none for a trade of hours, which ends within the day like a scalp. */
export const timeHorizonOf: Readonly<Record<TradeCategory, TimeHorizon>> = {
  scalp: 'scalp',
  intraday: 'scalp',
  swing: 'swing',
  long_term: 'position',
};
