import { InvariantViolation } from '../../shared/errors.js';

/** What happened to one asset of a portfolio on one day. */
export interface DayChange {
  /** Row of the day in the price table. */
  readonly day: number;
  /** Column of the asset. */
  readonly asset: number;
  /** Units that came in (positive) or went out. */
  readonly quantity: number;
  /** Value that moved into the asset (positive) or out of it, from outside or from another asset; in US dollars. */
  readonly flow: number;
  /** The part of `flow` that came from outside of the portfolio, or left it. */
  readonly external: number;
}

/** A portfolio's days: T rows, the first of which is where measuring begins, n assets. */
export interface PerformanceInput {
  readonly days: number;
  readonly assets: number;
  /** US dollars for one unit at the end of each day: T×n, by rows. Where nothing is held the price may be NaN. */
  readonly prices: Float64Array;
  /** US dollars for one unit of the numeraire at the end of each day: T. */
  readonly numeraire: Float64Array;
  /** US dollars for one BTC at the end of each day: T. */
  readonly btc: Float64Array;
  /** Units held at the end of day 0: n. */
  readonly opening: Float64Array;
  /** Of the days after day 0, by day. */
  readonly changes: readonly DayChange[];
}

/** Measured in the numeraire; each series has T values, the first of which is the beginning. */
export interface Performance {
  readonly values: Float64Array;
  /** Net value that came from outside on each day. */
  readonly external: Float64Array;
  /** Return of each day, chain-linked from the first: `timeWeighted[t]` is that from the beginning to day t. */
  readonly timeWeighted: Float64Array;
  /** Of each asset to the return of the whole time: they add up to the last of `timeWeighted`. */
  readonly contributions: Float64Array;
  /** Gain of each asset over the whole time; with `btcEffect` it adds up. */
  readonly gains: Float64Array;
  /** The part of each gain that the asset made against BTC, and the part that BTC made against the numeraire. */
  readonly assetEffect: Float64Array;
  readonly btcEffect: Float64Array;
  /** What the same money would be worth, had it been BTC from the first day on and at every flow. */
  readonly onlyBtc: Float64Array;
  /** Return of BTC against the numeraire from the beginning to each day. */
  readonly btcReturn: Float64Array;
}

/**
 * Time-weighted return with its contributions, and gains split into an asset's own and BTC's part.
 *
 * A day's return is `(V1 + out) / (V0 + in) - 1`: what comes in works from the morning on, what leaves goes in the
 * evening (GIPS allows any constant convention; this one needs no value within the day and is defined on the first day
 * of a portfolio). Days are chain-linked. An asset's contribution of a day is its gain over `V0 + in`; contributions are
 * linked by the return that had been made before the day (Frongello, Linking Single Period Attribution Results, 2002), so
 * that they add up to the whole exactly. A day without money neither gains nor loses.
 *
 * A gain splits as `b·u` with b the asset's price in BTC and u BTC's price in the numeraire: the change of a product is
 * `mean(u)·Δb + mean(b)·Δu`, without a rest. What was bought or sold within the day counts from its own price on.
 */
export function measurePerformance(input: PerformanceInput): Performance {
  const { days, assets, prices, numeraire, btc, opening, changes } = input;
  if (prices.length !== days * assets || numeraire.length !== days || btc.length !== days) {
    throw new InvariantViolation(`prices of ${days} days and ${assets} assets were expected`);
  }
  if (opening.length !== assets) throw new InvariantViolation(`${opening.length} holdings for ${assets} assets`);

  const values = new Float64Array(days);
  const external = new Float64Array(days);
  const timeWeighted = new Float64Array(days);
  const contributions = new Float64Array(assets);
  const gains = new Float64Array(assets);
  const btcEffect = new Float64Array(assets);
  const onlyBtc = new Float64Array(days);
  const btcReturn = new Float64Array(days);
  const held = Float64Array.from(opening);
  /** Value and flow of each asset today and its value yesterday, in the numeraire. */
  const before = new Float64Array(assets);
  const flow = new Float64Array(assets);
  const bought = new Float64Array(assets);

  for (let a = 0; a < assets; a++) {
    if (held[a] !== 0) before[a] = (held[a]! * prices[a]!) / numeraire[0]!;
    values[0]! += before[a]!;
  }
  const firstBtc = btc[0]! / numeraire[0]!;
  onlyBtc[0] = values[0]!;
  let btcUnits = values[0]! / firstBtc;
  let next = 0;
  let grown = 1;
  for (let t = 1; t < days; t++) {
    const unit = numeraire[t]!;
    const btcNow = btc[t]! / unit;
    const btcBefore = btc[t - 1]! / numeraire[t - 1]!;
    flow.fill(0);
    bought.fill(0);
    let [came, left] = [0, 0];
    for (; next < changes.length && changes[next]!.day <= t; next++) {
      const change = changes[next]!;
      if (change.day < t) throw new InvariantViolation(`change ${next} is of day ${change.day}, behind day ${t}`);
      bought[change.asset]! += change.quantity;
      flow[change.asset]! += change.flow / unit;
      const outside = change.external / unit;
      if (outside > 0) came += outside;
      else left -= outside;
    }
    const invested = values[t - 1]! + came;
    let value = 0;
    for (let a = 0; a < assets; a++) {
      const had = held[a]!;
      const has = (held[a] = had + bought[a]!);
      if (had === 0 && has === 0 && flow[a] === 0) continue;
      const now = has === 0 ? 0 : (has * prices[t * assets + a]!) / unit;
      const gain = now - before[a]! - flow[a]!;
      value += now;
      gains[a]! += gain;
      if (invested > 0) contributions[a]! += (gain / invested) * grown;
      if (had !== 0) {
        // of what was held all day long; what was traded within the day has no part of BTC's move
        const inBtcBefore = before[a]! / had / btcBefore;
        const kept = has === 0 ? undefined : now / has / btcNow;
        const middle = kept === undefined ? inBtcBefore : (inBtcBefore + kept) / 2;
        btcEffect[a]! += had * middle * (btcNow - btcBefore);
      }
      before[a] = now;
    }
    values[t] = value;
    external[t] = came - left;
    if (invested > 0) grown *= (value + left) / invested;
    timeWeighted[t] = grown - 1;
    btcUnits += (came - left) / btcNow;
    onlyBtc[t] = btcUnits * btcNow;
    btcReturn[t] = btcNow / firstBtc - 1;
  }
  return {
    values,
    external,
    timeWeighted,
    contributions,
    gains,
    btcEffect,
    assetEffect: gains.map((gain, a) => gain - btcEffect[a]!),
    onlyBtc,
    btcReturn,
  };
}
