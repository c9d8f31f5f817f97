import type { IsoInstant } from '../shared/time.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import type { Opinion } from './domain/opinion.js';

/** The task queue whose workers ask fks_ai: a slow model holds up nothing else. */
export const aiQueue = (taskQueue: string): string => `${taskQueue}.ai`;

interface MacdFacts {
  macd: number;
  signal: number;
  histogram: number;
}

/** What is asked. Prices are in the series' quote currency; null is what is not known, and is not sent. */
export type OpinionQuestion = CheckQuestion | AdviceQuestion;

/** fks_ai's fixed rules on a rule-based signal: milliseconds, no model. */
interface CheckQuestion {
  kind: 'check';
  symbol: string;
  direction: 'buy' | 'sell';
  confidencePoints: number;
  market: {
    price: number;
    volume: number | null;
    averageVolume: number | null;
    rsi: number | null;
    macd: MacdFacts | null;
  };
}

/** One call of a language model: up to two minutes. */
interface AdviceQuestion {
  kind: 'opinion';
  symbol: string;
  category: TradeCategory;
  market: {
    price: number;
    rsi: number | null;
    macd: MacdFacts | null;
    ema9: number | null;
    ema21: number | null;
    ema50: number | null;
    /** Volume over its average. */
    volumeRatio: number | null;
    atr: number | null;
    recentHigh: number | null;
    recentLow: number | null;
    supportLevels: number[];
    resistanceLevels: number[];
  };
  /** Fraction of the account that a trade may cost, 0.005 to 0.05: that is what the route takes. */
  maxRiskFraction: number;
  /** Free text of strangers: enters the prompt as marked data. */
  sentiment: string | null;
  news: string | null;
  /** What was wrong with the opinions before on the same question. */
  complaints: string[];
}

export interface AskForOpinionInput {
  question: OpinionQuestion;
  /** Whose knowledge the question holds: an opinion of a rehearsal is never shown as one of today. */
  asOf: IsoInstant;
  /** 1, and one more for each further opinion on the same question: the same question and number get the same answer. */
  number: number;
}

/** The opinion and where it is kept. */
export interface GivenOpinion {
  kind: 'opinion';
  opinion: Opinion;
  /** Of the exchange that it was given in. */
  exchangeId: string;
  /** SHA-256 of what was asked. */
  key: string;
  answeredAt: IsoInstant;
  milliseconds: number;
  /** True when the AI simulator answered. */
  simulated: boolean;
}

export type AskedForOpinion = GivenOpinion | { kind: 'notConfigured' };

export interface AiHealth {
  configured: boolean;
  /** By `/health` alone; false when it is not configured. */
  healthy: boolean;
  /** Why not, in words; null when it is healthy. */
  why: string | null;
}

/** What `askForOpinion` fails with. The first two are worth another attempt, after the delay that the failure names. */
export const aiFaults = {
  rateLimited: 'AiRateLimited',
  unavailable: 'AiUnavailable',
  /** 4xx: the same question is refused again. */
  refused: 'AiRefused',
  /** A whole answer that breaks the contract: another opinion may be better, the same exchange is not. */
  broken: 'AiAnswerBroken',
  /** A budget that no question fits into. */
  noBudget: 'AiNoBudget',
} as const;

/** Implemented by activities/ai.activities.ts, on the queue `aiQueue`. */
export interface AiActivities {
  /** One call, or the answer that is kept of the same question and number. */
  askForOpinion(input: AskForOpinionInput): Promise<AskedForOpinion>;
  aiHealth(): Promise<AiHealth>;
}
