import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, startOfUtcDay, type EpochMs } from '../../shared/time.js';
import { Exact, zero } from './exact.js';
import { Ledger, sorted, type Accounts, type Position } from './ledger.js';
import { unitFactor, type SplitHistory } from './splits.js';
import type { Transaction } from './transaction.js';

/** Daily closes of one asset in US dollars, oldest first; each is the price of the end of the day that it opens. */
export interface DailyHistory {
  readonly openTimes: Float64Array;
  readonly usd: Float64Array;
  readonly adjustment: string;
}

/** What a whole portfolio was worth on each of some days, and what came and went; US dollars, one entry a day. */
export interface DayTotals {
  /** At the end of the day. */
  readonly values: Float64Array;
  /** What came from outside of what is measured, and what left it; both positive. */
  readonly came: Float64Array;
  readonly left: Float64Array;
  /** One BTC; NaN where nobody knows. */
  readonly btc: Float64Array;
}

/** Rows, from and to, on which an asset was held or paid in without a price: it is left out of everything else. */
export interface UnpricedRun {
  readonly assetId: AssetId;
  readonly from: number;
  to: number;
}

/** Numbers of one change: row, column, flow, external, kept. */
export const changeWidth = 5;

/** Consecutive days of a portfolio, all that is needed to chain returns over any of them, in any numeraire. */
export interface PortfolioDays {
  /** 00:00 UTC of row 0: at its end measuring begins. */
  readonly first: EpochMs;
  readonly rows: number;
  /** Columns, ascending: whatever was held or moved. */
  readonly assets: readonly AssetId[];
  readonly totals: DayTotals;
  /** What each asset was worth at the end of each day, in US dollars; by columns. */
  readonly values: Float64Array;
  /**
   * By rows, and within one by columns, `changeWidth` numbers for each asset of which units or money moved: its row and
   * column; the value that moved into it (positive) or out of it, and the part of that which came from outside or left;
   * and what the units of the morning were worth in the evening. Where nothing is left, what they were worth in the morning
   * at BTC's evening price. All in US dollars.
   */
  readonly changes: Float64Array;
  readonly unpriced: readonly UnpricedRun[];
  /** 1 for each row of which a price came from the market simulator. */
  readonly simulated: Uint8Array;
}

/** What the years of a portfolio have in common. */
export interface YearSources {
  readonly accounts: Accounts;
  /** All that the ledger records, of later years too: adjusted prices are those of today's units. */
  readonly splits: SplitHistory;
  /** Of all assets and currencies that were ever held or paid in, and of BTC; those without any are not in it. */
  readonly prices: ReadonlyMap<AssetId, DailyHistory>;
  /** Whose prices came from the market simulator. */
  readonly simulated: ReadonlySet<AssetId>;
}

/** A UTC year of a portfolio, or the part of it that it has; row 0 of its days is the day before. */
export interface PortfolioYear {
  readonly year: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** Of its days, in order. */
  readonly transactions: readonly Transaction[];
}

const btc = 'BTC' as AssetId;
const usd = 'USD' as AssetId;

/** Every asset and currency that transactions touch. */
export function assetsTouched(accounts: Accounts, transactions: readonly Transaction[]): Set<AssetId> {
  const touched = new Set<AssetId>();
  for (const { assetId, accountId } of transactions) {
    touched.add(assetId);
    const account = accounts.get(accountId);
    if (account) touched.add(account.currency);
  }
  return touched;
}

/**
 * The years of a portfolio from its first transaction to the last day that is over. Each one rests on its own transactions
 * and prices and on what is held when it begins, so that it can be derived without the years before.
 */
export function portfolioYears(transactions: readonly Transaction[], lastDay: EpochMs): PortfolioYear[] {
  const ordered = sorted(transactions);
  const years: PortfolioYear[] = [];
  if (ordered.length === 0) return years;
  let first = startOfUtcDay(ordered[0]!.executedAt) - dayMs;
  let next = 0;
  while (first < lastDay) {
    const year = new Date(first + dayMs).getUTCFullYear();
    const last = Math.min(Date.UTC(year + 1, 0, 1) - dayMs, lastDay);
    const begin = next;
    while (next < ordered.length && ordered[next]!.executedAt < last + dayMs) next++;
    years.push({ year, first, last, transactions: ordered.slice(begin, next) });
    first = last;
  }
  return years;
}

/** Assets and currencies of which a year's days need prices, beside BTC; ascending. */
export const assetsOfYear = (
  accounts: Accounts,
  { transactions }: PortfolioYear,
  opening: readonly Position[],
): AssetId[] =>
  [...new Set([...assetsTouched(accounts, transactions), ...opening.map(({ assetId }) => assetId)])].sort();

/** What is held when a year ends, by account and asset: with it the next one begins. */
export interface DerivedYear {
  readonly days: PortfolioDays;
  readonly closing: readonly Position[];
}

/**
 * The days of a year from what was held before it.
 *
 * What counts as a flow: a trade moves its amount and fee between the asset and cash, or outside where the account does not
 * track cash; deposits, withdrawals and adjustments come from outside or go there, at their amount or else at the day's
 * price; a dividend leaves its payer for cash or outside; a reward is a gain and a fee a loss, neither a flow; transfers
 * within the portfolio are nothing. A day's price is the last close at or before its end. What has no price on a day on
 * which it is held is left out and named; it enters, as if it came from outside, at its first price.
 */
export function deriveYear(sources: YearSources, year: PortfolioYear, opening: readonly Position[]): DerivedYear {
  const derivation = new Derivation(sources, year, opening, assetsOfYear(sources.accounts, year, opening));
  for (let row = 1; row < derivation.rows; row++) derivation.turnTo(row);
  return derivation.outcome();
}

const outside = -1;

/** Days are derived one after the other; its arrays have one entry for each asset, unless they say otherwise. */
class Derivation {
  readonly rows: number;
  private readonly columns: ReadonlyMap<AssetId, number>;
  private readonly ledger: Ledger;
  private readonly totals: DayTotals;
  /** By columns: prices (NaN where there is none), and up to the row in `valued`, values. */
  private readonly table: Float64Array;
  private readonly valued: Int32Array;
  /** Units of all accounts together: exact, as doubles, and as doubles of what is measured. */
  private readonly exact: Exact[];
  private readonly units: Float64Array;
  private readonly held: Float64Array;
  /** Columns that are held without being measured. */
  private hidden = new Set<number>();
  private readonly changes: number[] = [];
  private readonly unpriced: UnpricedRun[] = [];
  /** Of each column, the run that may go on. */
  private readonly runs = new Map<number, UnpricedRun>();
  private readonly simulated: Uint8Array;
  private readonly simulatedColumns: readonly number[];
  private next = 0;

  /** Of the day that is derived. */
  private row = 0;
  private readonly touched = new Set<number>();
  private readonly flow: Float64Array;
  private readonly external: Float64Array;
  private readonly movements: { from: number; to: number; value: number }[] = [];
  /** Of whose movements nobody knows the value. */
  private readonly unknown = new Set<number>();
  private readonly nameless = new Set<number>();

  constructor(
    private readonly sources: YearSources,
    private readonly year: PortfolioYear,
    opening: readonly Position[],
    private readonly assets: readonly AssetId[],
  ) {
    const { accounts, prices, splits, simulated } = sources;
    const [rows, n] = [(year.last - year.first) / dayMs + 1, assets.length];
    this.rows = rows;
    this.columns = new Map(assets.map((assetId, a) => [assetId, a]));
    this.ledger = new Ledger(accounts, opening);
    this.table = new Float64Array(rows * n);
    this.valued = new Int32Array(n);
    for (let a = 0; a < n; a++) {
      fillPrices(this.table.subarray(a * rows, (a + 1) * rows), assets[a]!, prices.get(assets[a]!), splits, year.first);
    }
    const btcPrices = new Float64Array(rows);
    fillPrices(btcPrices, btc, prices.get(btc), splits, year.first);
    this.totals = {
      values: new Float64Array(rows),
      came: new Float64Array(rows),
      left: new Float64Array(rows),
      btc: btcPrices,
    };
    this.exact = new Array<Exact>(n).fill(zero);
    this.units = new Float64Array(n);
    this.flow = new Float64Array(n);
    this.external = new Float64Array(n);
    this.simulated = new Uint8Array(rows);
    this.simulatedColumns = [...assets.keys()].filter((a) => simulated.has(assets[a]!));
    for (const { assetId, quantity } of opening) this.add(this.column(assetId), new Exact(quantity));
    this.held = Float64Array.from(this.units);
    for (let a = 0; a < n; a++) if (this.units[a] !== 0 && Number.isNaN(this.table[a * rows]!)) this.hide(a);
  }

  /** Rows only ascend; row 0 is what is there already. */
  turnTo(row: number): void {
    this.row = row;
    const { transactions } = this.year;
    const end = this.year.first + (row + 1) * dayMs;
    const begin = this.next;
    for (; this.next < transactions.length && transactions[this.next]!.executedAt < end; this.next++) {
      this.apply(transactions[this.next]!, end);
    }
    if (this.next > begin || this.hidden.size > 0) this.settle(end);
  }

  outcome(): DerivedYear {
    const { table: values, unpriced, simulated, assets, rows, totals } = this;
    for (let a = 0; a < assets.length; a++) {
      this.value(a, rows);
      for (let t = 0, at = a * rows; t < rows; t++, at++) totals.values[t]! += values[at]!;
    }
    for (const a of this.simulatedColumns)
      for (let t = 0; t < rows; t++) if (values[a * rows + t] !== 0) simulated[t] = 1;
    const changes = Float64Array.from(this.changes);
    const days = { first: this.year.first, rows, assets, totals, values, changes, unpriced, simulated };
    return { days, closing: this.ledger.positions() };
  }

  /** Makes values of a column's prices up to before a row, with what is held of it until then. */
  private value(column: number, end: number): void {
    const { table, rows, valued } = this;
    const units = this.held[column]!;
    const [from, to] = [column * rows + valued[column]!, column * rows + end];
    if (units === 0) table.fill(0, from, to);
    else for (let at = from; at < to; at++) table[at]! *= units;
    valued[column] = end;
  }

  private column(assetId: AssetId): number {
    const column = this.columns.get(assetId);
    if (column === undefined) throw new InvariantViolation(`${assetId} was not foreseen`);
    return column;
  }

  private add(column: number, quantity: Exact): void {
    const sum = (this.exact[column] = this.exact[column]!.plus(quantity));
    this.units[column] = sum.toNumber();
  }

  private hide(column: number): void {
    this.hidden.add(column);
    this.held[column] = 0;
  }

  private price(column: number): number {
    return this.table[column * this.rows + this.row]!;
  }

  private apply(transaction: Transaction, end: EpochMs): void {
    const isAlone = this.sources.accounts.size === 1;
    for (const { accountId, assetId, quantity } of this.ledger.apply(transaction)) {
      const column = this.column(assetId);
      if (isAlone) this.units[column] = this.ledger.quantity(accountId, assetId).toNumber();
      else this.add(column, quantity);
      this.touched.add(column);
    }
    this.move(transaction, end);
  }

  /** Takes note of what a transaction moves, as far as its value is known. */
  private move(transaction: Transaction, end: EpochMs): void {
    const { kind, accountId, assetId, executedAt, amount, fee } = transaction;
    const account = this.sources.accounts.get(accountId);
    if (!account) throw new InvariantViolation(`there is no account ${accountId} in this ledger`);
    const { tracksCash } = account;
    const currency = this.column(account.currency);
    const asset = this.column(assetId);
    const cash = tracksCash ? currency : outside;
    const { splits } = this.sources;

    const money = (sum: number): number | undefined => {
      const rate = this.price(currency);
      if (!Number.isNaN(rate)) return sum * rate;
      this.nameless.add(currency);
      return undefined;
    };
    /** Of units at the day's price; those that came before a split of the day are counted as after it. */
    const worth = (units: number): number | undefined => {
      const price = this.price(asset);
      const later = splits.has(assetId) ? splits.factor(assetId, executedAt, end - 1).toNumber() : 1;
      return Number.isNaN(price) ? undefined : units * later * price;
    };
    const units = Number(transaction.quantity ?? 0);
    const valueOf = (many: number) => (amount === null ? undefined : money(Number(amount))) ?? worth(many);
    const note = (from: number, to: number, value: number | undefined) => {
      if (value === undefined) this.unknown.add(asset);
      else this.movements.push({ from, to, value });
    };
    /** Where cash is tracked, it lost units; elsewhere the fee was paid with money from outside, and is lost. */
    const noteFee = () => {
      if (isNone(fee) || tracksCash) return;
      note(outside, asset, money(Number(fee)) ?? 0);
    };

    switch (kind) {
      case 'buy':
        return note(cash, asset, money(summed(amount, fee, 1)) ?? worth(units));
      case 'sell':
        return note(asset, cash, money(summed(amount, fee, -1)) ?? worth(units));
      case 'deposit':
        note(outside, asset, valueOf(units));
        return noteFee();
      case 'withdrawal':
        note(asset, outside, valueOf(units));
        return noteFee();
      case 'adjustment':
        return units < 0 ? note(asset, outside, valueOf(-units)) : note(outside, asset, valueOf(units));
      case 'dividend':
        return note(asset, cash, money(summed(amount, fee, -1)) ?? 0);
      case 'fee':
        if (asset === currency && !tracksCash) note(outside, asset, money(units) ?? 0);
        return;
      case 'transfer':
        return noteFee();
      case 'staking_reward':
      case 'split':
        return;
    }
  }

  /** Makes changes of what moved on the day, before its values are known. */
  private settle(end: EpochMs): void {
    const { touched, hidden, unknown, movements, units, held, flow, external, row, totals } = this;
    for (const { from, to } of movements) {
      if (from !== outside) touched.add(from);
      if (to !== outside) touched.add(to);
    }
    for (const column of hidden) touched.add(column);
    for (const column of unknown) touched.add(column);

    /** Whose movements count as if it were outside. */
    const apart = new Set<number>();
    const entering: number[] = [];
    const stillHidden = new Set<number>();
    for (const column of touched) {
      const isHeld = units[column] !== 0;
      if (Number.isNaN(this.price(column)) && (isHeld || unknown.has(column))) {
        apart.add(column);
        this.nameless.add(column);
        if (isHeld) stillHidden.add(column);
      } else if (hidden.has(column)) {
        apart.add(column);
        if (isHeld) entering.push(column);
      }
    }
    this.hidden = stillHidden;

    const inside = (column: number) => (apart.has(column) ? outside : column);
    const moveValue = (from: number, to: number, value: number) => {
      if (from === to) return;
      if (from !== outside) {
        flow[from]! -= value;
        if (to === outside) external[from]! -= value;
      }
      if (to !== outside) {
        flow[to]! += value;
        if (from === outside) external[to]! += value;
      }
    };
    for (const { from, to, value } of movements) moveValue(inside(from), inside(to), value);
    for (const column of entering) moveValue(outside, column, units[column]! * this.price(column));

    for (const column of [...touched].sort((a, b) => a - b)) {
      this.value(column, row);
      const [moved, out, had] = [flow[column]!, external[column]!, held[column]!];
      const has = (held[column] = stillHidden.has(column) ? 0 : units[column]!);
      if (moved !== 0 || had !== 0 || has !== 0) {
        this.changes.push(row, column, moved, out, this.keptOf(column, had, has, end));
      }
      if (out > 0) totals.came[row]! += out;
      else totals.left[row]! -= out;
      flow[column] = external[column] = 0;
      if (moved !== 0 && this.simulatedColumns.includes(column)) this.simulated[row] = 1;
    }
    for (const column of [...this.nameless].sort((a, b) => a - b)) this.nameUnpriced(column);
    for (const set of [touched, unknown, this.nameless]) set.clear();
    movements.length = 0;
  }

  /** What the units of the morning are worth in the evening. */
  private keptOf(column: number, had: number, has: number, end: EpochMs): number {
    if (had === 0) return 0;
    const { btc: rates } = this.totals;
    if (has === 0) {
      return (this.table[column * this.rows + this.row - 1]! / rates[this.row - 1]!) * rates[this.row]!;
    }
    const assetId = this.assets[column]!;
    const { splits } = this.sources;
    const became = splits.has(assetId) ? splits.factor(assetId, end - dayMs - 1, end - 1).toNumber() : 1;
    return had * became * this.price(column);
  }

  private nameUnpriced(column: number): void {
    const run = this.runs.get(column);
    if (run?.to === this.row - 1) {
      run.to = this.row;
      return;
    }
    const begun = { assetId: this.assets[column]!, from: this.row, to: this.row };
    this.runs.set(column, begun);
    this.unpriced.push(begun);
  }
}

const isNone = (text: string | null): boolean => text === null || Number(text) === 0;

/** Up to here a double has every whole number, and a product of it and a power of ten rounds to the right one. */
const surelyWhole = 2 ** 49;
const millionths = 1e6;

/** Two decimal texts added or subtracted without a rest, as the nearest double. */
function summed(a: string | null, b: string | null, sign: 1 | -1): number {
  if (isNone(b)) return Number(a ?? 0);
  const [one, other] = [millionthsOf(a ?? '0'), millionthsOf(b!)];
  if (one !== undefined && other !== undefined) return (one + sign * other) / millionths;
  const [first, second] = [new Exact(a ?? 0), new Exact(b!)];
  return (sign === 1 ? first.plus(second) : first.minus(second)).toNumber();
}

const fewDecimals = /^[+-]?\d+(\.\d{1,6})?$/;

/** A decimal text of at most six decimals in millionths; undefined for any other, which takes longer to add up. */
function millionthsOf(text: string): number | undefined {
  if (!fewDecimals.test(text)) return undefined;
  const whole = Math.round(Number(text) * millionths);
  return Math.abs(whole) < surelyWhole ? whole : undefined;
}

/**
 * Writes the prices of an asset on consecutive days: the last close at or before the end of each, for one unit as held
 * then; NaN where there is none.
 */
function fillPrices(
  column: Float64Array,
  assetId: AssetId,
  history: DailyHistory | undefined,
  splits: SplitHistory,
  first: EpochMs,
): void {
  if (assetId === usd || !history) {
    column.fill(assetId === usd ? 1 : Number.NaN);
    return;
  }
  const { openTimes, usd: closes, adjustment } = history;
  const isSplit = splits.has(assetId);
  const bars = openTimes.length;
  let i = barAt(openTimes, first);
  for (let t = 0, day = first; t < column.length; t++, day += dayMs) {
    while (i + 1 < bars && openTimes[i + 1]! <= day) i++;
    if (i < 0) column[t] = Number.NaN;
    else if (isSplit) {
      const factor = unitFactor(splits, assetId, adjustment, openTimes[i]! + dayMs - 1, day + dayMs - 1);
      column[t] = factor.times(closes[i]!).toNumber();
    } else column[t] = closes[i]!;
  }
}

/** Index of the last bar that opens at or before an instant; -1 when there is none. */
export function barAt(openTimes: Float64Array, instant: EpochMs): number {
  let [low, high] = [0, openTimes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (openTimes[middle]! <= instant) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
