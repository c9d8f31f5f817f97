import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, startOfUtcDay, utcDate, type EpochMs } from '../../shared/time.js';
import { Exact, zero } from './exact.js';
import { Ledger, sorted, type Accounts } from './ledger.js';
import type { DayChange, PerformanceInput } from './performance.js';
import { SplitHistory, unitFactor } from './splits.js';
import type { Transaction } from './transaction.js';

/** Daily closes of one asset in US dollars, oldest first; each is the price of the end of the day that it opens. */
export interface DailyHistory {
  readonly openTimes: Float64Array;
  readonly usd: Float64Array;
  readonly adjustment: string;
}

/** A portfolio at the end of one UTC day, and what moved on it; the arrays have one entry for each asset. */
export interface PortfolioDay {
  /** Its 00:00 UTC. */
  readonly day: EpochMs;
  /** What is held and measured, or had a flow; ascending. */
  readonly assets: readonly AssetId[];
  /** Units at the end of the day. */
  readonly quantities: Float64Array;
  /** US dollars for one such unit; NaN where nothing is held and nobody knows. */
  readonly prices: Float64Array;
  /** Value that moved into the asset (positive) or out of it, from outside or from another one; US dollars. */
  readonly flows: Float64Array;
  /** The part of the flow that came from outside of what is measured, or left it. */
  readonly external: Float64Array;
  /** How many units each unit became by the day's splits. */
  readonly splits: Float64Array;
  /** US dollars for one BTC; NaN where nobody knows. */
  readonly btc: number;
  /** What is held or paid in and has no price: it is left out of everything above. */
  readonly unpriced: readonly AssetId[];
}

export interface PortfolioHistory {
  readonly accounts: Accounts;
  /** In effect, in whatever order. */
  readonly transactions: readonly Transaction[];
  /** Of all assets and currencies that were ever held or paid in, and of BTC; those without any are not in it. */
  readonly prices: ReadonlyMap<AssetId, DailyHistory>;
  /** 00:00 UTC of the last day that is over. */
  readonly lastDay: EpochMs;
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

/** Value that moves from one asset to another, or from outside (null) or to it; US dollars. */
interface Movement {
  readonly from: AssetId | null;
  readonly to: AssetId | null;
  readonly value: number;
}

/**
 * The days of a portfolio from the one before its first transaction, on which nothing is held, to the last one that is over.
 *
 * What counts as a flow: a trade moves its amount and fee between the asset and cash, or outside where the account does not
 * track cash; deposits, withdrawals and adjustments come from outside or go there, at their amount or else at the day's
 * price; a dividend leaves its payer for cash or outside; a reward is a gain and a fee a loss, neither a flow; transfers
 * within the portfolio are nothing. A day's price is the last close at or before its end. What has no price on a day on
 * which it is held is left out and named; it enters, as if it came from outside, at its first price.
 */
export function* portfolioDays({
  accounts,
  transactions,
  prices,
  lastDay,
}: PortfolioHistory): Generator<PortfolioDay, void, undefined> {
  const ordered = sorted(transactions);
  const [first] = ordered;
  if (!first) return;
  const splits = new SplitHistory(ordered);
  const quotes = new DayPrices(prices, splits);
  const holdings = new Holdings(accounts);
  /** Held at the end of the day before without being measured. */
  let hidden = new Set<AssetId>();
  let yesterday: PortfolioDay | undefined;
  let next = 0;
  for (let day = startOfUtcDay(first.executedAt) - dayMs; day <= lastDay; day += dayMs) {
    const end = day + dayMs;
    quotes.turnTo(day);
    const unpriced = new Set<AssetId>();
    /** Of whose movements nobody knows the value. */
    const unknown = new Set<AssetId>();
    const movements: Movement[] = [];
    for (; next < ordered.length && ordered[next]!.executedAt < end; next++) {
      const transaction = ordered[next]!;
      holdings.apply(transaction);
      for (const movement of movementsOf(transaction, accounts, quotes, splits, end, unpriced)) {
        if (movement.value === undefined) unknown.add(transaction.assetId);
        else movements.push({ ...movement, value: movement.value });
      }
    }

    /** Whose movements count as if it were outside. */
    const outside = new Set<AssetId>();
    const entering: AssetId[] = [];
    const nowHidden = new Set<AssetId>();
    const { held } = holdings;
    const others = [...hidden, ...unknown, ...touchedBy(movements)].filter((id) => holdings.quantity(id) === 0);
    for (const assetId of others.length === 0 ? held : [...held, ...new Set(others)]) {
      const isHeld = holdings.quantity(assetId) !== 0;
      const isPriced = quotes.of(assetId) !== undefined;
      if (!isPriced && (isHeld || unknown.has(assetId))) {
        outside.add(assetId);
        unpriced.add(assetId);
        if (isHeld) nowHidden.add(assetId);
      } else if (hidden.has(assetId)) {
        outside.add(assetId);
        if (isHeld) entering.push(assetId);
      }
    }

    const flows = new Flows();
    const inside = (assetId: AssetId | null) => (assetId === null || outside.has(assetId) ? null : assetId);
    for (const { from, to, value } of movements) flows.move(inside(from), inside(to), value);
    for (const assetId of entering) flows.move(null, assetId, holdings.quantity(assetId) * quotes.of(assetId)!);
    for (const assetId of outside) {
      const value = yesterday && valueIn(yesterday, assetId);
      if (value) flows.move(assetId, null, value);
    }

    const measured = nowHidden.size === 0 ? held : held.filter((assetId) => !nowHidden.has(assetId));
    const assets = flows.isEmpty ? measured : [...new Set([...measured, ...flows.assets])].sort();
    const today: PortfolioDay = {
      day,
      assets,
      quantities: Float64Array.from(assets, (id) => (nowHidden.has(id) ? 0 : holdings.quantity(id))),
      prices: Float64Array.from(assets, (id) => quotes.of(id) ?? Number.NaN),
      flows: Float64Array.from(assets, (id) => flows.total(id)),
      external: Float64Array.from(assets, (id) => flows.external(id)),
      splits: Float64Array.from(assets, (id) => (splits.has(id) ? splits.factor(id, day - 1, end - 1).toNumber() : 1)),
      btc: quotes.of(btc) ?? Number.NaN,
      unpriced: [...unpriced].sort(),
    };
    yield today;
    hidden = nowHidden;
    yesterday = today;
  }
}

/** What an asset was worth at the end of a day, as far as it was measured. */
function valueIn({ assets, quantities, prices }: PortfolioDay, assetId: AssetId): number {
  const i = assets.indexOf(assetId);
  return i < 0 || quantities[i] === 0 ? 0 : quantities[i]! * prices[i]!;
}

type PossibleMovement = Omit<Movement, 'value'> & { readonly value: number | undefined };

/** What a transaction moves, as far as its value is known; currencies that have none are added to `unpriced`. */
function movementsOf(
  transaction: Transaction,
  accounts: Accounts,
  quotes: DayPrices,
  splits: SplitHistory,
  end: EpochMs,
  unpriced: Set<AssetId>,
): PossibleMovement[] {
  const { kind, accountId, assetId, executedAt } = transaction;
  const account = accounts.get(accountId);
  if (!account) throw new InvariantViolation(`there is no account ${accountId} in this ledger`);
  const { currency, tracksCash } = account;
  const cash = tracksCash ? currency : null;
  const quantity = new Exact(transaction.quantity ?? 0);
  const amount = transaction.amount === null ? undefined : new Exact(transaction.amount);
  const fee = new Exact(transaction.fee ?? 0);

  const money = (sum: Exact): number | undefined => {
    const rate = quotes.of(currency);
    if (rate === undefined) unpriced.add(currency);
    return rate === undefined ? undefined : sum.toNumber() * rate;
  };
  /** Of units at the day's price; those that came before a split of the day are counted as after it. */
  const worth = (units: Exact): number | undefined => {
    const price = quotes.of(assetId);
    const later = splits.has(assetId) ? splits.factor(assetId, executedAt, end - 1).toNumber() : 1;
    return price === undefined ? undefined : units.toNumber() * later * price;
  };
  const valueOf = (units: Exact) => (amount && money(amount)) ?? worth(units);
  /** Where cash is tracked, it lost units; elsewhere the fee was paid with money from outside, and is lost. */
  const lostFee = (): PossibleMovement[] =>
    fee.isZero() || tracksCash ? [] : [{ from: null, to: assetId, value: money(fee) ?? 0 }];

  switch (kind) {
    case 'buy':
      return [{ from: cash, to: assetId, value: money((amount ?? zero).plus(fee)) ?? worth(quantity) }];
    case 'sell':
      return [{ from: assetId, to: cash, value: money((amount ?? zero).minus(fee)) ?? worth(quantity) }];
    case 'deposit':
      return [{ from: null, to: assetId, value: valueOf(quantity) }, ...lostFee()];
    case 'withdrawal':
      return [{ from: assetId, to: null, value: valueOf(quantity) }, ...lostFee()];
    case 'adjustment':
      return quantity.isNegative()
        ? [{ from: assetId, to: null, value: valueOf(quantity.neg()) }]
        : [{ from: null, to: assetId, value: valueOf(quantity) }];
    case 'dividend':
      return [{ from: assetId, to: cash, value: money((amount ?? zero).minus(fee)) ?? 0 }];
    case 'fee':
      return assetId === currency && !tracksCash ? [{ from: null, to: assetId, value: money(quantity) ?? 0 }] : [];
    case 'transfer':
      return lostFee();
    case 'staking_reward':
    case 'split':
      return [];
  }
}

const touchedBy = (movements: readonly Movement[]): AssetId[] =>
  movements.flatMap(({ from, to }) => [from, to].filter((assetId) => assetId !== null));

/** Where in its history an asset is on a day, and its price then. */
interface Cursor {
  readonly history: DailyHistory;
  at: number;
  day: EpochMs;
  price: number | undefined;
}

/** Prices of one day after another: the last close at or before its end, for one unit as held then. */
class DayPrices {
  private readonly cursors = new Map<AssetId, Cursor>();
  private day: EpochMs = -Infinity;

  constructor(
    prices: ReadonlyMap<AssetId, DailyHistory>,
    private readonly splits: SplitHistory,
  ) {
    for (const [assetId, history] of prices) {
      this.cursors.set(assetId, { history, at: -1, day: -Infinity, price: undefined });
    }
  }

  /** Days only ascend. */
  turnTo(day: EpochMs): void {
    this.day = day;
  }

  of(assetId: AssetId): number | undefined {
    if (assetId === usd) return 1;
    const cursor = this.cursors.get(assetId);
    if (!cursor) return undefined;
    if (cursor.day !== this.day) {
      cursor.price = this.find(assetId, cursor);
      cursor.day = this.day;
    }
    return cursor.price;
  }

  private find(assetId: AssetId, cursor: Cursor): number | undefined {
    const { openTimes, usd: closes, adjustment } = cursor.history;
    while (cursor.at + 1 < openTimes.length && openTimes[cursor.at + 1]! <= this.day) cursor.at++;
    if (cursor.at < 0) return undefined;
    const close = closes[cursor.at]!;
    if (!this.splits.has(assetId)) return close;
    const [priceEnd, dayEnd] = [openTimes[cursor.at]! + dayMs - 1, this.day + dayMs - 1];
    return unitFactor(this.splits, assetId, adjustment, priceEnd, dayEnd).times(close).toNumber();
  }
}

/** Units of all accounts together, as doubles beside the exact ledger. */
class Holdings {
  private readonly ledger: Ledger;
  private readonly exact = new Map<AssetId, Exact>();
  private readonly units = new Map<AssetId, number>();
  private list: readonly AssetId[] | undefined;

  constructor(accounts: Accounts) {
    this.ledger = new Ledger(accounts);
  }

  apply(transaction: Transaction): void {
    for (const { assetId, quantity } of this.ledger.apply(transaction)) {
      const sum = (this.exact.get(assetId) ?? zero).plus(quantity);
      const units = sum.toNumber();
      if ((units === 0) !== (this.quantity(assetId) === 0)) this.list = undefined;
      this.exact.set(assetId, sum);
      this.units.set(assetId, units);
    }
  }

  quantity(assetId: AssetId): number {
    return this.units.get(assetId) ?? 0;
  }

  /** Ascending. */
  get held(): readonly AssetId[] {
    return (this.list ??= [...this.units].flatMap(([assetId, units]) => (units === 0 ? [] : [assetId])).sort());
  }
}

/** Sums of one day's movements. */
class Flows {
  private readonly sums = new Map<AssetId, { total: number; external: number }>();

  /** Null is outside; what stays there is nothing. */
  move(from: AssetId | null, to: AssetId | null, value: number): void {
    if (from === to) return;
    if (from !== null) this.add(from, -value, to === null);
    if (to !== null) this.add(to, value, from === null);
  }

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  get assets(): Iterable<AssetId> {
    return this.sums.keys();
  }

  total(assetId: AssetId): number {
    return this.sums.get(assetId)?.total ?? 0;
  }

  external(assetId: AssetId): number {
    return this.sums.get(assetId)?.external ?? 0;
  }

  private add(assetId: AssetId, value: number, isExternal: boolean): void {
    const sum = this.sums.get(assetId) ?? { total: 0, external: 0 };
    sum.total += value;
    if (isExternal) sum.external += value;
    this.sums.set(assetId, sum);
  }
}

/**
 * What measuring needs of consecutive days, the first of which is where it begins; units are those of the last day, so that
 * a split changes nothing. `numeraire` and `btc` have one price for each day.
 */
export function performanceInput(
  days: readonly PortfolioDay[],
  numeraire: Float64Array,
  btcPrices: Float64Array,
): { assets: AssetId[]; input: PerformanceInput } {
  /** Of each day, neighbours with the same assets share one list. */
  const lists: (readonly AssetId[])[] = [];
  for (const [t, day] of days.entries()) {
    if (t > 0 && day.day - days[t - 1]!.day !== dayMs) {
      throw new InvariantViolation(`${utcDate(day.day)} does not follow ${utcDate(days[t - 1]!.day)}`);
    }
    lists.push(t > 0 && isSameList(day.assets, lists[t - 1]!) ? lists[t - 1]! : day.assets);
  }
  const distinct = new Set(lists);
  const assets = [...new Set([...distinct].flat())].sort();
  const index = new Map(assets.map((assetId, i) => [assetId, i]));
  const n = assets.length;
  const prices = new Float64Array(days.length * n).fill(Number.NaN);
  const quantities = new Float64Array(days.length * n);
  const columnsOf = new Map(
    [...distinct].map((list) => [list, Int32Array.from(list, (assetId) => index.get(assetId)!)]),
  );
  /** Of each day's assets, the columns. */
  const columns = lists.map((list) => columnsOf.get(list)!);
  /** How many units of the last day one unit became. */
  const became = new Float64Array(n).fill(1);
  for (let t = days.length - 1; t >= 0; t--) {
    const [day, listed] = [days[t]!, columns[t]!];
    for (let i = 0; i < listed.length; i++) {
      const a = listed[i]!;
      prices[t * n + a] = day.prices[i]! / became[a]!;
      quantities[t * n + a] = day.quantities[i]! * became[a]!;
      became[a]! *= day.splits[i]!;
    }
  }
  const opening = quantities.slice(0, n);
  const held = Float64Array.from(opening);
  const changes: DayChange[] = [];
  const change = (day: number, asset: number, flow: number, external: number) => {
    // by the same sums as those of measuring, so that what is all sold is nil to the last bit
    const quantity = quantities[day * n + asset]! - held[asset]!;
    held[asset]! += quantity;
    if (quantity !== 0 || flow !== 0) changes.push({ day, asset, quantity, flow, external });
  };
  for (let t = 1; t < days.length; t++) {
    const [day, listed] = [days[t]!, columns[t]!];
    for (let i = 0; i < listed.length; i++) change(t, listed[i]!, day.flows[i]!, day.external[i]!);
    // what is listed no more left without a flow
    if (listed !== columns[t - 1]) for (const a of columns[t - 1]!) if (quantities[t * n + a] === 0) change(t, a, 0, 0);
  }
  const input = { days: days.length, assets: n, prices, numeraire, btc: btcPrices, opening, changes };
  return { assets, input };
}

const isSameList = (a: readonly AssetId[], b: readonly AssetId[]): boolean =>
  a === b || (a.length === b.length && a.every((assetId, i) => assetId === b[i]));
