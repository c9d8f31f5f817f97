import type { AssetId } from '../../shared/ids.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import { attribute, chainDays, type Attribution } from './performance.js';
import { changeWidth, type DayTotals, type PortfolioDays, type UnpricedRun } from './portfolio-days.js';

/** Days of a portfolio without what each asset was worth on each of them. */
export type DaysInBrief = Omit<PortfolioDays, 'values' | 'changes'>;

/** Rows `from` to `to` of the days of a year, the first of which is where measuring begins. */
export interface WindowPart<Days extends DaysInBrief> {
  readonly days: Days;
  readonly from: number;
  readonly to: number;
  /** Row of the window that row `from` is. */
  readonly at: number;
}

/** Consecutive days out of consecutive years: row 0 is where measuring begins. */
export interface PerformanceWindow<Days extends DaysInBrief> {
  readonly times: readonly EpochMs[];
  readonly totals: DayTotals;
  readonly parts: readonly WindowPart<Days>[];
}

/**
 * The days from `begin`, at whose end measuring begins, to `end`, as far as the years have them; undefined when there is
 * nothing to measure. Each year's row 0 is the last row of the year before.
 */
export function windowOf<Days extends DaysInBrief>(
  years: readonly Days[],
  begin: EpochMs,
  end: EpochMs,
): PerformanceWindow<Days> | undefined {
  const parts: WindowPart<Days>[] = [];
  let rows = 0;
  for (const days of years) {
    const from = Math.max(0, (begin - days.first) / dayMs);
    const to = Math.min(days.rows - 1, (end - days.first) / dayMs);
    if (to <= from) continue;
    parts.push({ days, from, to, at: Math.max(0, rows - 1) });
    rows += to - from + (rows === 0 ? 1 : 0);
  }
  const [head] = parts;
  if (!head) return undefined;
  const joined = (of: keyof DayTotals) => {
    const all = new Float64Array(rows);
    // a later part's first row knows no flows: they are in the last row of the part before
    for (const { days, from, to, at } of parts) {
      const begin = days === head.days ? 0 : 1;
      all.set(days.totals[of].subarray(from + begin, to + 1), at + begin);
    }
    return all;
  };
  return {
    times: Array.from({ length: rows }, (_, t) => head.days.first + (head.from + t) * dayMs),
    totals: { values: joined('values'), came: joined('came'), left: joined('left'), btc: joined('btc') },
    parts,
  };
}

/** When nothing is held at the beginning no price is needed there; where there is none, the next day's stands for it. */
export function beginningWithMoney(prices: Float64Array, { values }: Pick<DayTotals, 'values'>): Float64Array {
  if (values[0] !== 0 || !Number.isNaN(prices[0]!)) return prices;
  const mended = Float64Array.from(prices);
  mended[0] = mended[1]!;
  return mended;
}

/** Who made the return of all of a year's days, in US dollars and in BTC. */
export function attributionsOf(days: PortfolioDays): { readonly usd: Attribution; readonly btc: Attribution } {
  const btc = beginningWithMoney(days.totals.btc, days.totals);
  const inNumeraire = (numeraire: Float64Array) => {
    const prices = { numeraire, btc };
    const { weights } = chainDays(days.totals, prices);
    return attribute(days, { from: 0, to: days.rows - 1 }, prices, weights);
  };
  return { usd: inNumeraire(new Float64Array(days.rows).fill(1)), btc: inNumeraire(btc) };
}

/** Days on which something was left out of a window, with the first and the last of them. */
export interface UnpricedDays {
  readonly assetId: AssetId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly days: number;
}

/** By asset, ascending. */
export function unpricedWithin<Days extends DaysInBrief>({ parts }: PerformanceWindow<Days>): UnpricedDays[] {
  const found = new Map<AssetId, UnpricedDays>();
  const take = ({ first }: Days, { assetId }: UnpricedRun, from: number, to: number) => {
    const known = found.get(assetId);
    const day = first + from * dayMs;
    found.set(assetId, {
      assetId,
      from: Math.min(known?.from ?? day, day),
      to: first + to * dayMs,
      days: (known?.days ?? 0) + to - from + 1,
    });
  };
  for (const { days, from, to } of parts) {
    for (const run of days.unpriced) {
      const [begin, end] = [Math.max(run.from, from + 1), Math.min(run.to, to)];
      if (begin <= end) take(days, run, begin, end);
    }
  }
  return [...found.values()].sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
}

/** Whether any price of a window came from the market simulator. */
export const isSimulated = <Days extends DaysInBrief>({ parts }: PerformanceWindow<Days>): boolean =>
  parts.some(({ days, from, to }) => days.simulated.subarray(from, to + 1).includes(1));

/** The days that differ between two derivations of a year, ascending; row 0 belongs to the year before. */
export function changedDays(before: PortfolioDays | undefined, after: PortfolioDays): EpochMs[] {
  const isSame = before && dayComparison(before, after);
  const changed: EpochMs[] = [];
  for (let row = 1; row < after.rows; row++) {
    const day = after.first + row * dayMs;
    const known = before ? (day - before.first) / dayMs : 0;
    if (!isSame || known < 1 || known >= before.rows || !isSame(known, row)) changed.push(day);
  }
  return changed;
}

/** Whether a row of the one and a row of the other say the same. */
function dayComparison(one: PortfolioDays, other: PortfolioDays): (a: number, b: number) => boolean {
  const columns = new Map(other.assets.map((assetId, a) => [assetId, a]));
  const pairs = one.assets.map((assetId) => columns.get(assetId) ?? -1);
  const own = new Set(one.assets);
  const added = [...columns].flatMap(([assetId, a]) => (own.has(assetId) ? [] : [a]));
  const [told, toldNow] = [rowTexts(one), rowTexts(other)];
  return (a, b) => {
    for (const total of ['values', 'came', 'left', 'btc'] as const) {
      if (!Object.is(one.totals[total][a], other.totals[total][b])) return false;
    }
    const isKept = pairs.every((pair, i) => {
      const value = pair < 0 ? 0 : other.values[pair * other.rows + b];
      return value === one.values[i * one.rows + a];
    });
    if (!isKept || added.some((column) => other.values[column * other.rows + b] !== 0)) return false;
    return one.simulated[a] === other.simulated[b] && told.get(a) === toldNow.get(b);
  };
}

/** Of each row that has any, its changes and what was left out of it. */
function rowTexts({ assets, changes, unpriced }: PortfolioDays): Map<number, string> {
  const texts = new Map<number, string>();
  const add = (row: number, text: string) => texts.set(row, `${texts.get(row) ?? ''} ${text}`);
  for (let i = 0; i < changes.length; i += changeWidth) {
    const [row, column, ...rest] = changes.subarray(i, i + changeWidth);
    add(row!, `${assets[column!]} ${rest.join(' ')}`);
  }
  for (const { assetId, from, to } of unpriced) for (let row = from; row <= to; row++) add(row, assetId);
  return texts;
}
