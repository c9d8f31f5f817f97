import type { SeriesRef } from '../../data/domain/candle.js';
import type { AssetId } from '../../shared/ids.js';
import type { TradeCategory } from '../../shared/trade-categories.js';

/** Whether a language model is asked about the signals of a run. */
export const opinionWishes = ['wanted', 'none'] as const;
export type OpinionWish = (typeof opinionWishes)[number];

/** What a run was asked, and what every part of it rests on: nothing of it changes while it runs. */
export interface RunQuestion {
  /** In the order in which they are judged. */
  readonly assets: readonly AssetId[];
  readonly categories: readonly TradeCategory[];
  readonly opinions: OpinionWish;
  readonly series: readonly SeriesRef[];
  readonly policy: { readonly id: string; readonly version: number };
  /** Share of the portfolio that is cash; null where it is not known. */
  readonly cashShare: number | null;
}

/** Assets that are judged in one step: some hundred bars of each are in memory at a time. */
const assetsAtOnce = 25;

export const chunkCount = (assets: number): number => Math.ceil(assets / assetsAtOnce);

/** The assets of one step, counted from 0. */
export const chunkOf = (assets: readonly AssetId[], chunk: number): readonly AssetId[] =>
  assets.slice(chunk * assetsAtOnce, (chunk + 1) * assetsAtOnce);
