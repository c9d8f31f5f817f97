import { AttributionSum, attribute, chainDays, type AssetPerformance } from '../../src/portfolio/domain/performance.js';
import { windowOf } from '../../src/portfolio/domain/performance-window.js';
import {
  changeWidth,
  deriveYear,
  portfolioYears,
  type DailyHistory,
  type PortfolioDays,
} from '../../src/portfolio/domain/portfolio-days.js';
import { holdingsOf, type Accounts, type Position } from '../../src/portfolio/domain/ledger.js';
import { SplitHistory } from '../../src/portfolio/domain/splits.js';
import type { Transaction } from '../../src/portfolio/domain/transaction.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';

/** What happened to one asset on one day; the last three in US dollars and units. */
export interface DayChange {
  readonly day: number;
  readonly asset: number;
  readonly quantity: number;
  readonly flow: number;
  readonly external: number;
}

/** T days, n assets; prices by rows. */
export interface Measurable {
  readonly days: number;
  readonly assets: number;
  readonly prices: Float64Array;
  readonly numeraire: Float64Array;
  readonly btc: Float64Array;
  readonly opening: Float64Array;
  readonly changes: readonly DayChange[];
}

const nameOf = (asset: number) => `A${String(asset).padStart(3, '0')}` as AssetId;

/** Days as they are stored, from quantities and prices. */
export function daysOfPrices({ days: rows, assets: n, prices, btc, opening, changes }: Measurable): PortfolioDays {
  const totals = {
    values: new Float64Array(rows),
    came: new Float64Array(rows),
    left: new Float64Array(rows),
    btc,
  };
  const values = new Float64Array(rows * n);
  const held = Float64Array.from(opening);
  const kept: number[] = [];
  for (let t = 0; t < rows; t++) {
    const today = changes.filter(({ day }) => day === t);
    for (let a = 0; a < n; a++) {
      const own = today.filter(({ asset }) => asset === a);
      const [had, price] = [held[a]!, prices[t * n + a]!];
      for (const { quantity } of own) held[a]! += quantity;
      values[a * rows + t] = held[a] === 0 ? 0 : held[a]! * price;
      totals.values[t]! += values[a * rows + t]!;
      if (own.length === 0) continue;
      const [flow, external] = [own.reduce((s, one) => s + one.flow, 0), own.reduce((s, one) => s + one.external, 0)];
      if (external > 0) totals.came[t]! += external;
      else totals.left[t]! -= external;
      const gone = had === 0 ? 0 : (values[a * rows + t - 1]! / btc[t - 1]!) * btc[t]!;
      kept.push(t, a, flow, external, had === 0 || held[a] === 0 ? gone : had * price);
    }
  }
  return {
    first: 0,
    rows,
    assets: Array.from({ length: n }, (_, a) => nameOf(a)),
    totals,
    values,
    changes: Float64Array.from(kept),
    unpriced: [],
    simulated: new Uint8Array(rows),
  };
}

const byAsset = (
  all: readonly AssetPerformance[],
  assets: readonly AssetId[],
  of: keyof Omit<AssetPerformance, 'assetId'>,
) => assets.map((assetId) => all.find((one) => one.assetId === assetId)?.[of] ?? 0);

/** Measures of all days of consecutive years; per asset in the order of `assets`. */
export function measureYears(
  years: readonly PortfolioDays[],
  prices?: { readonly numeraire: Float64Array; readonly btc: Float64Array },
) {
  const window = windowOf(years, -Infinity, Infinity);
  if (!window) throw new Error('nothing to measure');
  const ones = new Float64Array(window.times.length).fill(1);
  const { numeraire, btc } = prices ?? { numeraire: ones, btc: ones };
  const series = chainDays(window.totals, { numeraire, btc });
  const sum = new AttributionSum();
  for (const { days, from, to, at } of window.parts) {
    const own = (all: Float64Array) => all.subarray(at, at + to - from + 1);
    const parts = attribute(days, { from, to }, { numeraire: own(numeraire), btc: own(btc) }, own(series.weights));
    sum.add(days.assets, parts, 1);
  }
  const assets = [...new Set(years.flatMap((one) => one.assets))].sort();
  const { all } = sum;
  return {
    ...series,
    assets: all.map(({ assetId }) => assetId),
    contributions: byAsset(all, assets, 'contribution'),
    gains: byAsset(all, assets, 'gain'),
    assetEffect: byAsset(all, assets, 'assetEffect'),
    btcEffect: byAsset(all, assets, 'btcEffect'),
  };
}

export const measurePerformance = (input: Measurable) => measureYears([daysOfPrices(input)], input);

/** One day in words: what is held and measured, or had a flow. */
export interface DayRow {
  readonly day: number;
  readonly assets: readonly AssetId[];
  readonly quantities: readonly number[];
  readonly prices: readonly number[];
  readonly flows: readonly number[];
  readonly external: readonly number[];
  readonly unpriced: readonly AssetId[];
}

export interface HistoryOfDays {
  readonly accounts: Accounts;
  readonly transactions: readonly Transaction[];
  readonly prices: ReadonlyMap<AssetId, DailyHistory>;
  readonly lastDay: number;
}

/** All years of a history, one after the other. */
function yearsOf({ accounts, transactions, prices, lastDay }: HistoryOfDays) {
  const sources = { accounts, prices, simulated: new Set<AssetId>(), splits: new SplitHistory(transactions) };
  const years: PortfolioDays[] = [];
  let closing: readonly Position[] = [];
  for (const year of portfolioYears(transactions, lastDay)) {
    const derived = deriveYear(sources, year, closing);
    years.push(derived.days);
    closing = derived.closing;
  }
  return { years, closing };
}

/** The days of a history, with the years that they are of. */
export function portfolioDays(history: HistoryOfDays): DayRow[] & { readonly years: readonly PortfolioDays[] } {
  const { years } = yearsOf(history);
  const rows = years.flatMap((year, i) =>
    Array.from({ length: year.rows }, (_, row) => row)
      .slice(i === 0 ? 0 : 1)
      .map((row) => dayRow(history, year, row)),
  );
  return Object.assign(rows, { years });
}

function dayRow(history: HistoryOfDays, year: PortfolioDays, row: number): DayRow {
  const day = year.first + row * dayMs;
  // what is held at the end of a day is what a history that ends with it closes with
  const held = new Map(
    holdingsOf(yearsOf({ ...history, lastDay: day }).closing).map(({ assetId, quantity }) => [
      assetId,
      Number(quantity),
    ]),
  );
  const unpriced = year.unpriced.flatMap(({ assetId, from, to }) => (from <= row && row <= to ? [assetId] : [])).sort();
  const flows = new Map<AssetId, { flow: number; external: number }>();
  for (let i = 0; i < year.changes.length; i += changeWidth) {
    const [at, column, flow, external] = year.changes.subarray(i, i + changeWidth);
    if (at === row && flow !== 0) flows.set(year.assets[column!]!, { flow: flow!, external: external! });
  }
  const measured = (assetId: AssetId) => (unpriced.includes(assetId) ? 0 : (held.get(assetId) ?? 0));
  const assets = year.assets.filter((assetId) => measured(assetId) !== 0 || flows.has(assetId));
  const valueOf = (assetId: AssetId) => year.values[year.assets.indexOf(assetId) * year.rows + row]!;
  return {
    day,
    assets,
    quantities: assets.map(measured),
    prices: assets.map((assetId) => valueOf(assetId) / measured(assetId)),
    flows: assets.map((assetId) => flows.get(assetId)?.flow ?? 0),
    external: assets.map((assetId) => flows.get(assetId)?.external ?? 0),
    unpriced,
  };
}
