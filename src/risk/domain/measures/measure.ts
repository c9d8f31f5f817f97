import type { AssetId } from '../../../shared/ids.js';

/** What measures are computed from. Returns are simple, one a period, oldest first, in one numeraire. */
export interface MeasureInput {
  readonly returns: Float64Array;
  /** UTC dates (YYYY-MM-DD) of the points of wealth: the one before the first return, then one a return. */
  readonly dates: readonly string[];
  readonly periodsPerYear: number;
  /** Simple, a year. */
  readonly riskFreeRate: number;
  /** Return a year below which a period counts as a shortfall. */
  readonly minimumReturn: number;
  /** Of VaR and CVaR, for example 0.95. */
  readonly confidence: number;
  /** Of the simulated measures. */
  readonly seed: number;
  /**
   * The benchmark's returns and the portfolio's in the periods that both have, which may be fewer than the portfolio's
   * own: an exchange's holidays are no reason to leave days out of everything else.
   */
  readonly benchmark?: {
    readonly portfolio: Float64Array;
    readonly returns: Float64Array;
    readonly periodsPerYear: number;
  };
  /** What the returns are made of, with weights that stay the same in every period. */
  readonly composition?: Composition;
}

export interface Composition {
  readonly assets: readonly AssetId[];
  /** In the order of the assets; they sum to 1. */
  readonly weights: Float64Array;
  /** One row a period, one column an asset, row-major. */
  readonly assetReturns: Float64Array;
}

type MeasureUnit = 'fraction' | 'fraction_per_year' | 'ratio' | 'number';

/** A number, or named parts of one finding; dates and flags besides. */
export type MeasureValue = number | { readonly [part: string]: number | string | boolean | null | PartByAsset };
export type PartByAsset = Readonly<Record<AssetId, number>>;

/** One way to look at risk. Losses are positive; what is undefined is null, never NaN and never 0. */
export interface RiskMeasure<Id extends string = string, Value extends MeasureValue = MeasureValue> {
  readonly id: Id;
  readonly name: string;
  readonly unit: MeasureUnit;
  /** Paper or textbook of the formula. */
  readonly source: string;
  /** Without it the measure is null. */
  readonly needs: 'returns' | 'benchmark' | 'composition';
  readonly compute: (input: MeasureInput) => Value | null;
}

/** Keeps the id's literal type, which the registry makes its keys from. */
export const measure = <Id extends string, Value extends MeasureValue>(
  definition: RiskMeasure<Id, Value>,
): RiskMeasure<Id, Value> => definition;

/** Numerator over denominator; null when either is unknown or the denominator is not above 0. */
export function ratio(numerator: number | null, denominator: number | null): number | null {
  if (numerator === null || denominator === null || !(denominator > 0)) return null;
  const value = numerator / denominator;
  return Number.isFinite(value) ? value : null;
}
