import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { changeWidth, type DayTotals, type PortfolioDays } from './portfolio-days.js';

/** Prices in US dollars at the end of each of some days. */
export interface UnitPrices {
  /** Of one unit of the numeraire. */
  readonly numeraire: Float64Array;
  /** Of one BTC. */
  readonly btc: Float64Array;
}

/** Measured in the numeraire; each series has one value a day, the first of which is the beginning. */
export interface PerformanceSeries {
  readonly values: Float64Array;
  /** Net value that came from outside on each day. */
  readonly external: Float64Array;
  /** Growth from the beginning to each day, chain-linked; 1 at the beginning. */
  readonly growth: Float64Array;
  /** The same as a return: `growth - 1`. */
  readonly timeWeighted: Float64Array;
  /** What one unit of a gain of the day contributes to the return: the growth before it over what was invested. */
  readonly weights: Float64Array;
  /** What the same money would be worth, had it been BTC from the first day on and at every flow. */
  readonly onlyBtc: Float64Array;
  /** Return of BTC against the numeraire from the beginning to each day. */
  readonly btcReturn: Float64Array;
}

/** Who made the returns of some days, one entry for each asset; money in the numeraire. */
export interface Attribution {
  /** 1 where something was held or moved. */
  readonly active: Float64Array;
  /** To the return of the days: they add up to it. */
  readonly contributions: Float64Array;
  readonly gains: Float64Array;
  /** The part of each gain that BTC made against the numeraire; the rest the asset made against BTC. */
  readonly btcEffect: Float64Array;
}

/**
 * Time-weighted return of consecutive days.
 *
 * A day's return is `(V1 + out) / (V0 + in) - 1`: what comes in works from the morning on, what leaves goes in the
 * evening (GIPS allows any constant convention; this one needs no value within the day and is defined on the first day
 * of a portfolio). Days are chain-linked. A day without money neither gains nor loses.
 */
export function chainDays(
  { values: worth, came, left }: Pick<DayTotals, 'values' | 'came' | 'left'>,
  { numeraire, btc }: UnitPrices,
): PerformanceSeries {
  const days = worth.length;
  if (numeraire.length !== days || btc.length !== days)
    throw new InvariantViolation(`prices of ${days} days are needed`);
  const values = new Float64Array(days);
  const external = new Float64Array(days);
  const growth = new Float64Array(days).fill(1);
  const timeWeighted = new Float64Array(days);
  const weights = new Float64Array(days);
  const onlyBtc = new Float64Array(days);
  const btcReturn = new Float64Array(days);

  const firstBtc = btc[0]! / numeraire[0]!;
  values[0] = onlyBtc[0] = worth[0]! / numeraire[0]!;
  let btcUnits = values[0] / firstBtc;
  let grown = 1;
  for (let t = 1; t < days; t++) {
    const unit = numeraire[t]!;
    const btcNow = btc[t]! / unit;
    const [value, into, out] = [worth[t]! / unit, came[t]! / unit, left[t]! / unit];
    const invested = values[t - 1]! + into;
    if (invested > 0) {
      weights[t] = grown / invested;
      grown *= (value + out) / invested;
    }
    values[t] = value;
    external[t] = into - out;
    growth[t] = grown;
    timeWeighted[t] = grown - 1;
    btcUnits += (into - out) / btcNow;
    onlyBtc[t] = btcUnits * btcNow;
    btcReturn[t] = btcNow / firstBtc - 1;
  }
  return { values, external, growth, timeWeighted, weights, onlyBtc, btcReturn };
}

/**
 * Who made the returns of the days from row `from` to row `to`, by the weights that chaining gave for them; entry 0 of
 * weights and prices is row `from`.
 *
 * An asset's contribution of a day is its gain over `V0 + in`; contributions are linked by the return that had been made
 * before the day (Frongello, Linking Single Period Attribution Results, 2002), so that they add up to the whole exactly.
 *
 * A gain splits as `b·u` with b the asset's price in BTC and u BTC's price in the numeraire: the change of a product is
 * `mean(u)·Δb + mean(b)·Δu`, without a rest. What was bought or sold within the day counts from its own price on.
 */
export function attribute(
  { rows, assets, values, changes }: Pick<PortfolioDays, 'rows' | 'assets' | 'values' | 'changes'>,
  { from, to }: { readonly from: number; readonly to: number },
  { numeraire, btc }: UnitPrices,
  weights: Float64Array,
): Attribution {
  const n = assets.length;
  const contributions = new Float64Array(n);
  const gains = new Float64Array(n);
  const btcEffect = new Float64Array(n);
  const active = new Float64Array(n);
  /** Half of what BTC moved on each day, for what one BTC's worth of the numeraire was in the morning and in the evening. */
  const ofMorning = new Float64Array(weights.length);
  const ofEvening = new Float64Array(weights.length);
  for (let t = 1; t <= to - from; t++) {
    const morning = btc[t - 1]! / numeraire[t - 1]!;
    const evening = btc[t]! / numeraire[t]!;
    ofMorning[t] = (evening - morning) / 2 / morning;
    ofEvening[t] = (evening - morning) / 2 / evening;
  }
  for (let a = 0; a < n; a++) {
    const first = a * rows + from;
    let was = values[first]! / numeraire[0]!;
    if (was !== 0) active[a] = 1;
    let gain = 0;
    let contribution = 0;
    let effect = 0;
    for (let t = 1; t <= to - from; t++) {
      const now = values[first + t]! / numeraire[t]!;
      gain += now - was;
      contribution += (now - was) * weights[t]!;
      effect += was * ofMorning[t]! + now * ofEvening[t]!;
      was = now;
    }
    gains[a] = gain;
    contributions[a] = contribution;
    btcEffect[a] = effect;
  }
  for (let i = 0; i < changes.length; i += changeWidth) {
    const row = changes[i]!;
    if (row <= from || row > to) continue;
    const a = changes[i + 1]!;
    const t = row - from;
    const flow = changes[i + 2]! / numeraire[t]!;
    const kept = changes[i + 4]!;
    active[a] = 1;
    gains[a]! -= flow;
    contributions[a]! -= flow * weights[t]!;
    btcEffect[a]! += ((kept - values[a * rows + row]!) / numeraire[t]!) * ofEvening[t]!;
  }
  return { active, contributions, gains, btcEffect };
}

/** Attributions of consecutive stretches of days added up, by asset. */
export class AttributionSum {
  private readonly sums = new Map<AssetId, { contribution: number; gain: number; btcEffect: number }>();

  /** @param growth from the beginning to where the stretch begins; 1 where its weights know of it already */
  add(assets: readonly AssetId[], { active, contributions, gains, btcEffect }: Attribution, growth: number): void {
    for (const [a, assetId] of assets.entries()) {
      if (active[a] === 0) continue;
      const sum = this.sums.get(assetId) ?? { contribution: 0, gain: 0, btcEffect: 0 };
      this.sums.set(assetId, sum);
      sum.contribution += growth * contributions[a]!;
      sum.gain += gains[a]!;
      sum.btcEffect += btcEffect[a]!;
    }
  }

  /** By asset, ascending. */
  get all(): AssetPerformance[] {
    return [...this.sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([assetId, { contribution, gain, btcEffect }]) => ({
        assetId,
        contribution,
        gain,
        btcEffect,
        assetEffect: gain - btcEffect,
      }));
  }
}

/** What one asset made over the whole time; `gain` is the sum of both effects. */
export interface AssetPerformance {
  readonly assetId: AssetId;
  /** To the time-weighted return. */
  readonly contribution: number;
  readonly gain: number;
  readonly assetEffect: number;
  readonly btcEffect: number;
}
