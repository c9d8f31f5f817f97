import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { utcDate, type EpochMs } from '../../shared/time.js';
import { Exact, floored, zero } from './exact.js';
import { afterSplit, sorted, type Accounts } from './ledger.js';
import { inOneGo, transactionsAtOnce, type Steps } from './steps.js';
import type { GivenLot, SplitRatio, Transaction } from './transaction.js';

/**
 * Which lots leave first: the oldest (FIFO); those that cost the most for one unit, unknown costs last (HIFO); the oldest,
 * each at the average cost of all that is held in the account (average); those that the sale names, then the oldest (given).
 */
export const lotMethods = ['fifo', 'hifo', 'average', 'given'] as const;
export type LotMethod = (typeof lotMethods)[number];

/** Units of an asset that one transaction brought, and what they cost. Decimal texts. */
export interface Lot {
  /** The transaction that brought the units into the portfolio. */
  readonly transactionId: string;
  readonly accountId: string;
  readonly assetId: AssetId;
  readonly acquiredAt: EpochMs;
  readonly quantity: string;
  /** Of all units, with the fees of getting them; null where nobody knows: an unknown cost is not nil. */
  readonly cost: string | null;
  /** That of the account in which the units were got. */
  readonly currency: AssetId;
}

/** What one sale made of one lot. */
export interface RealisedGain {
  /** Of the sale. */
  readonly transactionId: string;
  readonly lotId: string;
  readonly accountId: string;
  readonly assetId: AssetId;
  readonly acquiredAt: EpochMs;
  readonly disposedAt: EpochMs;
  readonly quantity: string;
  /** After fees, in `currency`. */
  readonly proceeds: string;
  readonly currency: AssetId;
  /** Null where nobody knows. */
  readonly cost: string | null;
  readonly costCurrency: AssetId;
  /** Null when the cost is unknown, or in another currency than the proceeds. */
  readonly gain: string | null;
  readonly term: 'short' | 'long';
}

/** What holding something brought. */
export interface Income {
  readonly transactionId: string;
  readonly kind: 'dividend' | 'staking_reward';
  readonly accountId: string;
  readonly assetId: AssetId;
  readonly at: EpochMs;
  /** Units that were rewarded; null for money. */
  readonly quantity: string | null;
  /** Before fees; null where nobody knows what the units were worth. */
  readonly amount: string | null;
  readonly currency: AssetId;
}

/** Units that left without a sale: withdrawn, paid as a fee, adjusted away. */
interface Departure {
  readonly transactionId: string;
  readonly lot: Lot;
}

/** A lot that a sale names and that is not there as far as it says. */
interface UnmetLot {
  readonly transactionId: string;
  /** Of the named lot, counted from 0. */
  readonly index: number;
  readonly available: string;
}

export interface LotLedger {
  readonly open: readonly Lot[];
  readonly gains: readonly RealisedGain[];
  readonly income: readonly Income[];
  readonly departures: readonly Departure[];
  /** Of the method `given`; the oldest lots were taken instead. */
  readonly unmet: readonly UnmetLot[];
}

interface Piece {
  transactionId: string;
  acquiredAt: EpochMs;
  quantity: Exact;
  cost: Exact | null;
  currency: AssetId;
}

/**
 * Lots, gains and income of transactions, in whatever order they are given; each is one that `admit` lets stand.
 *
 * A buy's fee adds to the cost, a sale's reduces the proceeds; a transfer keeps date and cost; a split leaves the cost of
 * a lot as it is; a reward costs what it was worth when it came. An account's own currency has no lots.
 */
export const foldLots = (accounts: Accounts, transactions: readonly Transaction[], method: LotMethod): LotLedger =>
  inOneGo(foldLotsInSteps(accounts, transactions, method));

export function* foldLotsInSteps(
  accounts: Accounts,
  transactions: readonly Transaction[],
  method: LotMethod,
): Steps<LotLedger> {
  const queues = new Map<string, LotQueue>();
  const places = new Map<string, { accountId: string; assetId: AssetId }>();
  const gains: RealisedGain[] = [];
  const income: Income[] = [];
  const departures: Departure[] = [];
  const unmet: UnmetLot[] = [];
  const queueOf = (accountId: string, assetId: AssetId): LotQueue => {
    const key = `${accountId} ${assetId}`;
    let queue = queues.get(key);
    if (!queue) {
      queues.set(key, (queue = new LotQueue(method)));
      places.set(key, { accountId, assetId });
    }
    return queue;
  };
  for (const [i, transaction] of sorted(transactions).entries()) {
    if (i % transactionsAtOnce === 0) yield;
    const { id, kind, accountId, assetId, executedAt, ratio, toAccountId } = transaction;
    const { currency } = accounts.get(accountId) ?? absent(accountId);
    const quantity = new Exact(transaction.quantity ?? 0);
    const isOwnCurrency = assetId === currency;
    if (kind === 'dividend' || kind === 'staking_reward') {
      const { quantity: units, amount } = transaction;
      income.push({ transactionId: id, kind, accountId, assetId, at: executedAt, quantity: units, amount, currency });
    }
    if (kind === 'dividend') continue;
    if (isOwnCurrency && kind !== 'transfer') continue;
    const queue = queueOf(accountId, assetId);
    if (kind === 'split') {
      queue.split(ratio ?? absent(id));
    } else if (kind === 'transfer') {
      const to = accounts.get(toAccountId ?? absent(id)) ?? absent(id);
      const unknown = { transactionId: id, acquiredAt: executedAt, quantity, cost: null, currency: to.currency };
      const moved = isOwnCurrency ? [unknown] : queue.take(quantity);
      if (assetId !== to.currency) for (const piece of moved) queueOf(to.id, assetId).add(piece);
    } else if (kind === 'sell') {
      const proceeds = new Exact(transaction.amount ?? absent(id)).minus(transaction.fee ?? 0);
      const sale = { transactionId: id, accountId, assetId, disposedAt: executedAt, currency };
      const named = method === 'given' ? (transaction.lots ?? []) : [];
      const taken = queue.take(quantity, named, (index, available) => {
        unmet.push({ transactionId: id, index, available: available.toFixed() });
      });
      gains.push(...gainsOf(sale, taken, proceeds, quantity));
    } else if (kind === 'withdrawal' || kind === 'fee' || quantity.isNegative()) {
      for (const piece of queue.take(quantity.abs())) {
        departures.push({ transactionId: id, lot: lotOf(piece, accountId, assetId) });
      }
    } else {
      const { amount, fee } = transaction;
      const cost = amount === null ? null : new Exact(amount).plus(fee ?? 0);
      queue.add({ transactionId: id, acquiredAt: executedAt, quantity, cost, currency });
    }
  }
  const open = [...queues].flatMap(([key, queue]) => {
    const { accountId, assetId } = places.get(key)!;
    return queue.pieces().map((piece) => lotOf(piece, accountId, assetId));
  });
  return { open, gains, income, departures, unmet };
}

/**
 * The units of one asset that a sale of `quantity` would take, and what stays.
 *
 * @throws InvariantViolation when there are fewer
 */
export function takeLots(
  lots: readonly Lot[],
  quantity: string,
  method: LotMethod,
  given: readonly GivenLot[] = [],
): { taken: Lot[]; left: Lot[] } {
  const queue = new LotQueue(method);
  const accounts = new Map<string, string>();
  for (const [i, lot] of lots.entries()) {
    // one transaction may have lots in several accounts
    const id = `${lot.transactionId} ${i}`;
    accounts.set(id, lot.accountId);
    const { acquiredAt, currency, cost } = lot;
    const units = new Exact(lot.quantity);
    queue.add({
      transactionId: id,
      acquiredAt,
      quantity: units,
      cost: cost === null ? null : new Exact(cost),
      currency,
    });
  }
  const named = given.flatMap(({ transactionId, quantity: wanted }) => {
    let missing = new Exact(wanted);
    return lots.flatMap((lot, i) => {
      if (lot.transactionId !== transactionId || missing.lte(0)) return [];
      const part = Exact.min(missing, lot.quantity);
      missing = missing.minus(part);
      return [{ transactionId: `${transactionId} ${i}`, quantity: part.toFixed() }];
    });
  });
  const back = (piece: Piece): Lot => {
    const [transactionId = ''] = piece.transactionId.split(' ');
    return { ...lotOf(piece, accounts.get(piece.transactionId)!, lots[0]!.assetId), transactionId };
  };
  const taken = queue.take(new Exact(quantity), named);
  return { taken: taken.map(back), left: queue.pieces().map(back) };
}

/** Lots of one asset in one account, in the order in which they leave. */
class LotQueue {
  private lots: Piece[] = [];
  /** Lots before it have left. */
  private head = 0;
  private units = zero;
  /** Of the average method: what all units cost together; null when that of any is unknown, or in another currency. */
  private pool: { cost: Exact; currency: AssetId } | null = null;

  constructor(private readonly method: LotMethod) {}

  add(piece: Piece): void {
    if (piece.quantity.isZero()) return;
    const { cost, currency } = piece;
    if (this.units.isZero()) this.pool = cost && { cost, currency };
    else if (this.pool) {
      this.pool = cost && currency === this.pool.currency ? { cost: this.pool.cost.plus(cost), currency } : null;
    }
    this.units = this.units.plus(piece.quantity);
    let [low, high] = [this.head, this.lots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBefore(piece, this.lots[middle]!)) high = middle;
      else low = middle + 1;
    }
    // the usual case is at the end, and costs nothing
    this.lots.splice(low, 0, { ...piece });
  }

  /**
   * Named lots first; `onUnmet` hears which of them are there only in part.
   *
   * @throws InvariantViolation when there are fewer units
   */
  take(
    quantity: Exact,
    given: readonly GivenLot[] = [],
    onUnmet: (index: number, available: Exact) => void = () => undefined,
  ): Piece[] {
    const taken: Piece[] = [];
    let missing = quantity;
    for (const [index, { transactionId, quantity: wanted }] of given.entries()) {
      let part = Exact.min(wanted, missing);
      for (let i = this.head; i < this.lots.length && part.gt(0); i++) {
        if (this.lots[i]!.transactionId !== transactionId || this.lots[i]!.quantity.isZero()) continue;
        const piece = this.cut(i, part);
        part = part.minus(piece.quantity);
        missing = missing.minus(piece.quantity);
        taken.push(piece);
      }
      if (part.gt(0)) onUnmet(index, Exact.min(wanted, quantity).minus(part));
    }
    if (given.length > 0) this.keep(this.lots.slice(this.head).filter((lot) => !lot.quantity.isZero()));
    while (missing.gt(0)) {
      if (this.head === this.lots.length) throw new InvariantViolation(`${missing.toFixed()} units have no lot`);
      const piece = this.cut(this.head, missing);
      missing = missing.minus(piece.quantity);
      taken.push(piece);
      if (this.lots[this.head]!.quantity.isZero()) this.head += 1;
    }
    if (this.head > 64 && this.head > this.lots.length / 2) this.keep(this.lots.slice(this.head));
    return taken;
  }

  split(ratio: SplitRatio): void {
    // by sums, so that the lots are exactly what the whole is after its own rounding
    let [before, after] = [zero, zero];
    const lots: Piece[] = [];
    /** Cost of lots that the rounding left without units: it goes to a neighbour. */
    let carried: Exact | null = zero;
    for (const lot of this.lots.slice(this.head)) {
      before = before.plus(lot.quantity);
      const whole = afterSplit(before, ratio);
      const quantity = whole.minus(after);
      after = whole;
      carried = sumOrNull(carried, lot.cost);
      if (quantity.isZero()) continue;
      lots.push({ ...lot, quantity, cost: carried });
      carried = zero;
    }
    const last = lots.at(-1);
    if (last) last.cost = sumOrNull(last.cost, carried);
    this.units = after;
    this.keep(lots);
  }

  pieces(): Piece[] {
    const lots = this.lots.slice(this.head);
    if (this.method !== 'average') return lots;
    const currency = this.pool?.currency;
    let left: Exact | null = this.pool?.cost ?? null;
    let units = this.units;
    return lots.map((lot) => {
      const cost: Exact | null = left && share(left, lot.quantity, units);
      left = left && cost && left.minus(cost);
      units = units.minus(lot.quantity);
      return { ...lot, cost, currency: currency ?? lot.currency };
    });
  }

  private keep(lots: Piece[]): void {
    this.lots = lots;
    this.head = 0;
  }

  /** Up to `most` units of a lot, with their part of its cost. */
  private cut(index: number, most: Exact): Piece {
    const lot = this.lots[index]!;
    const quantity = Exact.min(most, lot.quantity);
    let [cost, currency] = [lot.cost && share(lot.cost, quantity, lot.quantity), lot.currency];
    lot.cost = lot.cost && cost && lot.cost.minus(cost);
    lot.quantity = lot.quantity.minus(quantity);
    if (this.method === 'average') {
      cost = this.pool && share(this.pool.cost, quantity, this.units);
      if (this.pool && cost) {
        this.pool = { ...this.pool, cost: this.pool.cost.minus(cost) };
        currency = this.pool.currency;
      }
    }
    this.units = this.units.minus(quantity);
    return { ...lot, quantity, cost, currency };
  }

  private isBefore(a: Piece, b: Piece): boolean {
    if (this.method === 'hifo') {
      if ((a.cost === null) !== (b.cost === null)) return b.cost === null;
      // of one unit, without a division
      const difference = a.cost && b.cost ? a.cost.times(b.quantity).comparedTo(b.cost.times(a.quantity)) : 0;
      if (difference !== 0) return difference > 0;
    }
    if (a.acquiredAt !== b.acquiredAt) return a.acquiredAt < b.acquiredAt;
    return a.transactionId < b.transactionId;
  }
}

const sumOrNull = (a: Exact | null, b: Exact | null): Exact | null => a && b && a.plus(b);

/** All of it for all units, so that nothing is lost by rounding. */
const share = (whole: Exact, part: Exact, of: Exact): Exact =>
  part.eq(of) ? whole : floored(whole.times(part).div(of));

function gainsOf(
  sale: Pick<RealisedGain, 'transactionId' | 'accountId' | 'assetId' | 'disposedAt' | 'currency'>,
  taken: readonly Piece[],
  proceeds: Exact,
  quantity: Exact,
): RealisedGain[] {
  let [money, units] = [proceeds, quantity];
  return taken.map((piece) => {
    const part = share(money, piece.quantity, units);
    [money, units] = [money.minus(part), units.minus(piece.quantity)];
    const isKnown = piece.cost !== null && piece.currency === sale.currency;
    return {
      ...sale,
      lotId: piece.transactionId,
      acquiredAt: piece.acquiredAt,
      quantity: piece.quantity.toFixed(),
      proceeds: part.toFixed(),
      cost: piece.cost?.toFixed() ?? null,
      costCurrency: piece.currency,
      gain: isKnown ? part.minus(piece.cost!).toFixed() : null,
      term: termOf(piece.acquiredAt, sale.disposedAt),
    };
  });
}

/**
 * Long when held for more than one year, counted from the day after the purchase on, by UTC dates (IRS Publication 550,
 * "Holding period"): bought on 2024-02-01, it is long from 2025-02-02 on.
 */
export function termOf(acquiredAt: EpochMs, disposedAt: EpochMs): 'short' | 'long' {
  const anniversary = new Date(acquiredAt);
  const day = anniversary.getUTCDate();
  anniversary.setUTCFullYear(anniversary.getUTCFullYear() + 1);
  // a year after 29 February is 28 February, not 1 March
  if (anniversary.getUTCDate() !== day) anniversary.setUTCDate(0);
  return utcDate(disposedAt) > utcDate(anniversary.getTime()) ? 'long' : 'short';
}

const lotOf = ({ quantity, cost, ...piece }: Piece, accountId: string, assetId: AssetId): Lot => ({
  ...piece,
  accountId,
  assetId,
  quantity: quantity.toFixed(),
  cost: cost?.toFixed() ?? null,
});

function absent(what: string): never {
  throw new InvariantViolation(`${what} lacks what its kind needs, or is not of this ledger`);
}
