import type { OpinionQuestion } from '../../ai/ai.contract.js';
import type { AskedAbout } from '../../ai/domain/check-opinion.js';
import type { QuestionKind } from '../../ai/domain/opinion.js';
import type { Candle } from '../../data/domain/candle.js';
import { minuteMs, secondMs, toIso, type EpochMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import type { SignalEvidence } from './evidence.js';
import { inNumbers } from './evaluate-signal.js';
import { barColumns } from './indicators/bars.js';
import { movingAverageConvergence } from './indicators/macd.js';
import { exponentialMovingAverage } from './indicators/moving-averages.js';
import { donchianChannel } from './indicators/ranges.js';
import { relativeStrength } from './indicators/relative-strength.js';
import { supportResistance } from './indicators/support-resistance.js';
import { averageTrueRange } from './indicators/true-range.js';
import { volumeSpike } from './indicators/volume.js';
import { MarketView } from './rules/market-view.js';
import type { Direction } from './signal.js';
import { categoryRules } from './trade-category.js';

/**
 * How signals of a category are asked about. A scalp is over within 15 minutes, which a model can take by itself in three
 * attempts; the fixed rules answer in milliseconds.
 */
export const askedBy: Readonly<Record<TradeCategory, QuestionKind>> = {
  scalp: 'check',
  intraday: 'opinion',
  swing: 'opinion',
  long_term: 'opinion',
};

/** An answer with less left of the signal's life than this would come too late to matter. */
const leastLeftMs: Readonly<Record<QuestionKind, number>> = { check: 30 * secondMs, opinion: 3 * minuteMs };

/** A rehearsal's life is over before it begins: it is asked about for so long. */
export const rehearsalAskedForMs = 10 * minuteMs;

/** What the route takes at the least. */
const leastRiskFraction = 0.005;

/** What a question is made of. */
export interface AskableSignal {
  readonly assetId: string;
  readonly category: TradeCategory;
  readonly direction: Direction;
  /** Decimal text in the quote currency. */
  readonly entryPrice: string;
  readonly confidencePoints: number;
  readonly evidence: Pick<SignalEvidence, 'riskFraction' | 'periodsPerYear'>;
}

export type SignalQuestion =
  | { readonly kind: 'question'; readonly question: OpinionQuestion; readonly about: AskedAbout }
  /** Nothing that could be asked would help: `why` in words. */
  | { readonly kind: 'none'; readonly why: string };

/**
 * The question about a signal, of the bars that it was made of: what they do not tell is null. The fixed rules count a
 * volume that they are not given as a low one, so that they are not asked without.
 */
export function signalQuestion(signal: AskableSignal, bars: readonly Candle[]): SignalQuestion {
  const { assetId: symbol, category, direction, evidence } = signal;
  const price = Number(signal.entryPrice);
  const market = new MarketView(category, barColumns(bars.map(inNumbers)), evidence.periodsPerYear, null);
  const { takeProfitPct, stopLossPct } = categoryRules[category];
  const about: AskedAbout = { symbol, direction, price, limits: { takeProfitPct, stopLossPct } };
  const rsi = market.value(relativeStrength, 'value');
  const macd = macdOf(market);
  const volumeRatio = market.value(volumeSpike, 'ratio');
  if (askedBy[category] === 'check') {
    const volume = Number(bars.at(-1)?.volume ?? NaN);
    if (!volumeRatio || Number.isNaN(volume)) {
      return { kind: 'none', why: 'no volume is known, and the rules of a check would take that for a low one' };
    }
    const known = { price, volume, averageVolume: volume / volumeRatio, rsi, macd };
    const { confidencePoints } = signal;
    return { kind: 'question', about, question: { kind: 'check', symbol, direction, confidencePoints, market: known } };
  }
  const average = (period: number) => market.value(exponentialMovingAverage, 'value', { period });
  const level = (line: 'support' | 'resistance') => {
    const value = market.value(supportResistance, line);
    return value === null ? [] : [value];
  };
  return {
    kind: 'question',
    about,
    question: {
      kind: 'opinion',
      symbol,
      category,
      market: {
        price,
        rsi,
        macd,
        ema9: average(9),
        ema21: average(21),
        ema50: average(50),
        volumeRatio,
        atr: market.value(averageTrueRange, 'value'),
        recentHigh: market.value(donchianChannel, 'upper'),
        recentLow: market.value(donchianChannel, 'lower'),
        supportLevels: level('support'),
        resistanceLevels: level('resistance'),
      },
      maxRiskFraction: Math.max(evidence.riskFraction, leastRiskFraction),
      sentiment: null,
      news: null,
      complaints: [],
    },
  };
}

function macdOf(market: MarketView) {
  const line = (name: 'macd' | 'signal' | 'histogram') => market.value(movingAverageConvergence, name);
  const [macd, signal, histogram] = [line('macd'), line('signal'), line('histogram')];
  return macd === null || signal === null || histogram === null ? null : { macd, signal, histogram };
}

/** Why an opinion on a signal could not come in time any more; undefined when it could. */
export function whyTooLateToAsk(kind: QuestionKind, expiresAt: EpochMs, now: EpochMs): string | undefined {
  const left = expiresAt - now;
  if (left <= 0) return `the signal expired at ${toIso(expiresAt)}`;
  if (left >= leastLeftMs[kind]) return undefined;
  return `the signal expires at ${toIso(expiresAt)}, in less than the ${leastLeftMs[kind] / secondMs} s that an answer may take`;
}
