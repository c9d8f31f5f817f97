import type { Trading } from './trading.js';

/** Habits of thought that cost money. */
export const biases = [
  'disposition',
  'loss_aversion',
  'overconfidence',
  'overtrading',
  'anchoring',
  'chasing',
  'herding',
  'confirmation',
  'concentration',
  'recency',
] as const;
export type Bias = (typeof biases)[number];

export type Magnitude = 'negligible' | 'small' | 'medium' | 'large';

/** What was found with enough data. */
interface Tested {
  readonly kind: 'tested';
  /** Name of the test that the p value is of. */
  readonly test: string;
  /** Null where it is not defined. */
  readonly statistic: { readonly name: string; readonly value: number } | null;
  /** Null for what is a fact and no sample. */
  readonly pValue: number | null;
  readonly interval: {
    readonly of: string;
    readonly level: number;
    readonly low: number;
    readonly high: number;
  } | null;
  readonly sample: { readonly size: number; readonly of: string };
  readonly effect: {
    readonly name: string;
    readonly value: number;
    readonly magnitude: Magnitude;
    readonly words: string;
  };
  /** Other numbers that belong to it. */
  readonly values: Readonly<Record<string, number | null>>;
}

interface NotEnoughData {
  readonly kind: 'not_enough_data';
  readonly sample: { readonly size: number; readonly of: string };
  /** What there would have to be, in words. */
  readonly missing: readonly string[];
}

export type Outcome = Tested | NotEnoughData;

/** How one bias is looked for. A new one is a file with such a definition and a line in `registry.ts`. */
export interface BiasTest {
  readonly bias: Bias;
  /** Which trades it speaks about. */
  readonly touches: 'buys' | 'sells' | 'trades';
  /** Paper or book that the test is from. */
  readonly source: string;
  readonly run: (trading: Trading) => Outcome;
}

/** Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988: correlations of 0.1, 0.3 and 0.5. */
export const magnitudeOfCorrelation = (r: number): Magnitude =>
  r >= 0.5 ? 'large' : r >= 0.3 ? 'medium' : r >= 0.1 ? 'small' : 'negligible';

/** Chen, Cohen & Chen, "How Big is a Big Odds Ratio?", 2010: 1.68, 3.47 and 6.71. */
export const magnitudeOfOdds = (ratio: number): Magnitude =>
  ratio >= 6.71 ? 'large' : ratio >= 3.47 ? 'medium' : ratio >= 1.68 ? 'small' : 'negligible';

export const notEnough = (size: number, of: string, ...missing: string[]): Outcome => ({
  kind: 'not_enough_data',
  sample: { size, of },
  missing,
});

export const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(1))} %`;
