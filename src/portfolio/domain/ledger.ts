import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { Exact, floored, zero } from './exact.js';
import type { HeldQuantity } from './holdings.js';
import { inOneGo, transactionsAtOnce, type Steps } from './steps.js';
import { inOrder, type LedgerAccount, type SplitRatio, type Transaction } from './transaction.js';

/** What one account holds of one asset. */
export interface Position extends HeldQuantity {
  readonly accountId: string;
}

/** Units, or money of a currency, that a transaction moves into (positive) or out of an account. */
export interface Move {
  readonly accountId: string;
  readonly assetId: AssetId;
  readonly quantity: Exact;
  /** `trade` is the money that a trade, fee or dividend moves in an account that tracks its cash. */
  readonly leg: 'asset' | 'trade';
}

/** Why a transaction cannot stand: somewhere less than nothing would be held. */
export interface Shortfall {
  readonly accountId: string;
  readonly assetId: AssetId;
  /** What is held before. */
  readonly held: string;
  /** What would be taken. */
  readonly wanted: string;
  /** The recorded transaction that would lack it later on; undefined when it is this one itself. */
  readonly later?: Transaction;
}

export type Accounts = ReadonlyMap<string, LedgerAccount>;

/** By id. */
export const accountsOf = (accounts: readonly LedgerAccount[]): Accounts =>
  new Map(accounts.map((account) => [account.id, account]));

/** What a transaction moves, but for splits, which change what is there. */
export function movesOf(transaction: Transaction, accounts: Accounts): Move[] {
  const { kind, accountId, assetId, toAccountId } = transaction;
  const { currency, tracksCash } = accountOf(accounts, accountId);
  const quantity = new Exact(transaction.quantity ?? 0);
  const amount = () => new Exact(transaction.amount ?? 0);
  const fee = () => new Exact(transaction.fee ?? 0);
  const units = (signed: Exact): Move => ({ accountId, assetId, quantity: signed, leg: 'asset' });
  // read only where it counts: most accounts state quantities alone
  const cash = (signed: () => Exact): Move[] => {
    const moved = tracksCash ? signed() : zero;
    return moved.isZero() ? [] : [{ accountId, assetId: currency, quantity: moved, leg: 'trade' }];
  };
  switch (kind) {
    case 'buy':
      return [units(quantity), ...cash(() => amount().plus(fee()).neg())];
    case 'sell':
      return [units(quantity.neg()), ...cash(() => amount().minus(fee()))];
    case 'deposit':
    case 'staking_reward':
    case 'adjustment':
      return [units(quantity), ...cash(() => fee().neg())];
    case 'withdrawal':
      return [units(quantity.neg()), ...cash(() => fee().neg())];
    case 'fee':
      return assetId === currency ? cash(() => quantity.neg()) : [units(quantity.neg())];
    case 'dividend':
      return cash(() => amount().minus(fee()));
    case 'transfer':
      if (toAccountId === null) throw new InvariantViolation(`transfer ${transaction.id} goes nowhere`);
      return [units(quantity.neg()), { ...units(quantity), accountId: toAccountId }, ...cash(() => fee().neg())];
    case 'split':
      return [];
  }
}

/** What is held after a split; fractions beyond 18 decimals are not. */
export const afterSplit = (quantity: Exact, { numerator, denominator }: SplitRatio): Exact =>
  floored(quantity.times(numerator).div(denominator));

/** Quantities of accounts, one transaction after the other, in the order of `inOrder`. */
export class Ledger {
  private readonly held = new Map<string, { accountId: string; assetId: AssetId; quantity: Exact }>();

  /** Begins with what is held already. */
  constructor(
    private readonly accounts: Accounts,
    opening: readonly Position[] = [],
  ) {
    for (const { accountId, assetId, quantity } of opening) {
      this.held.set(keyOf(accountId, assetId), { accountId, assetId, quantity: new Exact(quantity) });
    }
  }

  /** @returns what it moved; quantities may have become negative by it */
  apply(transaction: Transaction): Move[] {
    const { kind, accountId, assetId, ratio } = transaction;
    if (kind === 'split') {
      if (ratio === null) throw new InvariantViolation(`split ${transaction.id} has no ratio`);
      const held = this.quantity(accountId, assetId);
      const move = { accountId, assetId, quantity: afterSplit(held, ratio).minus(held), leg: 'asset' as const };
      this.move(move);
      return [move];
    }
    const moves = movesOf(transaction, this.accounts);
    for (const move of moves) this.move(move);
    return moves;
  }

  undo(moves: readonly Move[]): void {
    for (const move of moves) this.move({ ...move, quantity: move.quantity.neg() });
  }

  quantity(accountId: string, assetId: AssetId): Exact {
    return this.held.get(keyOf(accountId, assetId))?.quantity ?? zero;
  }

  /** Whatever is held, by account and asset in the order in which they came. */
  positions(): Position[] {
    return [...this.held.values()]
      .filter(({ quantity }) => !quantity.isZero())
      .map(({ quantity, ...rest }) => ({ ...rest, quantity: quantity.toFixed() }));
  }

  private move({ accountId, assetId, quantity }: Move): void {
    const key = keyOf(accountId, assetId);
    const entry = this.held.get(key);
    if (entry) entry.quantity = entry.quantity.plus(quantity);
    else this.held.set(key, { accountId, assetId, quantity });
  }
}

/** What accounts hold after transactions, in whatever order they are given. */
export const foldLedger = (accounts: Accounts, transactions: readonly Transaction[], until = Infinity): Position[] =>
  inOneGo(foldLedgerInSteps(accounts, transactions, until));

export function* foldLedgerInSteps(
  accounts: Accounts,
  transactions: readonly Transaction[],
  until = Infinity,
): Steps<Position[]> {
  const ledger = new Ledger(accounts);
  for (const [i, transaction] of sorted(transactions).entries()) {
    if (transaction.executedAt > until) break;
    ledger.apply(transaction);
    if (i % transactionsAtOnce === 0) yield;
  }
  return ledger.positions();
}

/** Holdings of all accounts together, by asset id. */
export function holdingsOf(positions: readonly Position[]): HeldQuantity[] {
  const sums = new Map<AssetId, Exact>();
  for (const { assetId, quantity } of positions) sums.set(assetId, (sums.get(assetId) ?? zero).plus(quantity));
  return [...sums]
    .filter(([, quantity]) => !quantity.isZero())
    .map(([assetId, quantity]) => ({ assetId, quantity: quantity.toFixed() }))
    .sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
}

export interface Admission {
  /** Of the offered transactions, why each of these cannot stand. */
  readonly refused: ReadonlyMap<string, Shortfall>;
  /** What is held with all the others, within the scope. */
  readonly positions: readonly Position[];
  /** A recorded transaction that lacks something though nothing offered took it. */
  readonly broken: Shortfall | undefined;
}

/**
 * The part of a ledger that some transactions can change: all accounts of some assets, and all that some accounts hold.
 * Of its assets everything is known by the transactions of the part alone.
 */
export interface Scope {
  readonly assets: ReadonlySet<AssetId>;
  readonly accounts: ReadonlySet<string>;
}

/**
 * Assets do not touch each other, but where trades move cash: an account that tracks its cash is looked at as a whole,
 * with all that track the same currency.
 */
export function scopeOf(
  accounts: Accounts,
  transactions: readonly Pick<Transaction, 'accountId' | 'assetId' | 'toAccountId'>[],
): Scope {
  const assets = new Set(transactions.map(({ assetId }) => assetId));
  const touched = new Set(transactions.flatMap(({ accountId, toAccountId }) => [accountId, toAccountId ?? []].flat()));
  const tracking = [...accounts.values()].filter(({ tracksCash }) => tracksCash);
  for (const { id, currency } of tracking) if (touched.has(id)) assets.add(currency);
  return {
    assets,
    accounts: new Set(tracking.filter(({ currency }) => assets.has(currency)).map(({ id }) => id)),
  };
}

const isWithin = ({ assets, accounts }: Scope, { accountId, assetId }: Pick<Move, 'accountId' | 'assetId'>): boolean =>
  assets.has(assetId) || accounts.has(accountId);

/** After so many passes no more is tried to keep as many lines of one account and asset as can be. */
const patientPasses = 10;

/**
 * Which of the offered transactions can stand beside the recorded ones, so that nowhere and at no time less than nothing is
 * held: units after each transaction, an account's own currency at the end of each instant (money of a sale pays for what
 * is bought at the same time).
 *
 * What a line itself lacks refuses it. Where a recorded transaction would come to lack something, the newest offered ones
 * that took of it are refused, until it is enough. One pass over all transactions, and a few more when something rested on
 * what is refused then. With a scope, only what is within it is judged: the others' transactions need not be given.
 */
export const admit = (
  accounts: Accounts,
  recorded: readonly Transaction[],
  offered: readonly Transaction[],
  scope?: Scope,
): Admission => inOneGo(admitInSteps(accounts, recorded, offered, scope));

export function* admitInSteps(
  accounts: Accounts,
  recorded: readonly Transaction[],
  offered: readonly Transaction[],
  scope?: Scope,
): Steps<Admission> {
  const isOffered = new Set(offered);
  const all = sorted([...recorded, ...offered]);
  const blamed = new Map<string, Shortfall>();
  for (let pass = 1; ; pass++) {
    const isJudged = (at: Pick<Move, 'accountId' | 'assetId'>) => scope === undefined || isWithin(scope, at);
    const outcome = yield* onePass(accounts, all, { isOffered, isJudged, blamed, isImpatient: pass > patientPasses });
    if (outcome) return outcome;
  }
}

interface Pass {
  readonly isOffered: ReadonlySet<Transaction>;
  readonly isJudged: (at: Pick<Move, 'accountId' | 'assetId'>) => boolean;
  /** Refused for what a recorded transaction would lack; the pass adds to it. */
  readonly blamed: Map<string, Shortfall>;
  readonly isImpatient: boolean;
}

/** @returns undefined when transactions were blamed that had been taken for good */
function* onePass(
  accounts: Accounts,
  all: readonly Transaction[],
  { isOffered, isJudged, blamed, isImpatient }: Pass,
): Steps<Admission | undefined> {
  const ledger = new Ledger(accounts);
  const refused = new Map<string, Shortfall>();
  /** Offered transactions that took of an account's asset, with what they took, the newest last. */
  const takers = new Map<string, { transaction: Transaction; index: number; taken: Exact; moves: Move[] }[]>();
  /** Index of the last split of what an account holds. */
  const splits = new Map<string, number>();
  /** Where something lacks already: it is looked at again in the next pass. */
  const lacking = new Set<string>();
  const outcome: { mustRepeat: boolean; broken?: Shortfall } = { mustRepeat: false };

  /** Whether a transaction can be taken back now as if it had never been: nothing since rests on what it brought. */
  const canUndo = (key: string, index: number, moves: readonly Move[], isNow: boolean): boolean =>
    moves.every(({ accountId, assetId, quantity }) => {
      const other = keyOf(accountId, assetId);
      if ((splits.get(other) ?? -1) > index) return false;
      if (other === key || quantity.isNegative()) return true;
      return isNow && !ledger.quantity(accountId, assetId).minus(quantity).isNegative();
    });

  /** Refuses the newest offered ones that took of a position, until it is not negative; when impatient, all that take. */
  const blame = (at: { accountId: string; assetId: AssetId }, by: Transaction, wanted: Exact): void => {
    const key = keyOf(at.accountId, at.assetId);
    const guilty = takers.get(key) ?? [];
    let missing = ledger.quantity(at.accountId, at.assetId).neg();
    const held = wanted.minus(missing).toFixed();
    const refuse = (transaction: Transaction): void => {
      const later = transaction === by ? {} : { later: by };
      blamed.set(transaction.id, { ...at, held, wanted: wanted.toFixed(), ...later });
    };
    while (missing.gt(0)) {
      const last = guilty.pop();
      if (!last) break;
      const { transaction, index, taken, moves } = last;
      if (blamed.has(transaction.id)) continue;
      refuse(transaction);
      missing = missing.minus(taken);
      if (canUndo(key, index, moves, transaction.executedAt === by.executedAt)) ledger.undo(moves);
      else outcome.mustRepeat = true;
    }
    if (outcome.mustRepeat && isImpatient) {
      for (const transaction of isOffered) {
        const net = transaction.kind === 'split' ? [] : [...netOf(movesOf(transaction, accounts))];
        const takes = net.some(([other, { quantity }]) => other === key && quantity.isNegative());
        if (takes && !blamed.has(transaction.id)) refuse(transaction);
      }
    }
    if (ledger.quantity(at.accountId, at.assetId).isNegative()) lacking.add(key);
    if (missing.gt(0) && !outcome.mustRepeat) outcome.broken ??= { ...at, held, wanted: wanted.toFixed(), later: by };
  };

  for (let i = 0; i < all.length;) {
    const now = all[i]!.executedAt;
    const cash = new Map<string, { move: Move; by: Transaction }>();
    for (; i < all.length && all[i]!.executedAt === now; i++) {
      const transaction = all[i]!;
      if (i % transactionsAtOnce === 0) yield;
      if (blamed.has(transaction.id)) continue;
      const isNew = isOffered.has(transaction);
      const moves = ledger.apply(transaction);
      if (transaction.kind === 'split') splits.set(keyOf(transaction.accountId, transaction.assetId), i);
      const short = moves.find(
        (move) =>
          ledger.quantity(move.accountId, move.assetId).isNegative() && !isOwnCash(move, accounts) && isJudged(move),
      );
      if (short && !lacking.has(keyOf(short.accountId, short.assetId))) {
        if (isNew) {
          ledger.undo(moves);
          const held = ledger.quantity(short.accountId, short.assetId).toFixed();
          const { accountId, assetId } = short;
          refused.set(transaction.id, { accountId, assetId, held, wanted: short.quantity.neg().toFixed() });
          continue;
        }
        blame(short, transaction, short.quantity.neg());
      }
      for (const [key, move] of netOf(moves)) {
        if (!move.quantity.isNegative()) continue;
        if (isOwnCash(move, accounts)) cash.set(key, { move, by: transaction });
        if (!isNew) continue;
        const taker = { transaction, index: i, taken: move.quantity.neg(), moves };
        const known = takers.get(key);
        if (known) known.push(taker);
        else takers.set(key, [taker]);
      }
    }
    for (const [key, { move, by }] of cash) {
      const short = ledger.quantity(move.accountId, move.assetId).isNegative();
      if (short && isJudged(move) && !lacking.has(key)) blame(move, by, move.quantity.neg());
    }
  }
  if (outcome.mustRepeat) return undefined;
  return {
    refused: new Map([...refused, ...blamed]),
    positions: ledger.positions().filter(isJudged),
    broken: outcome.broken,
  };
}

/** Moves with one for each account and asset. */
function netOf(moves: readonly Move[]): Map<string, Move> {
  const net = new Map<string, Move>();
  for (const move of moves) {
    const key = keyOf(move.accountId, move.assetId);
    const other = net.get(key);
    net.set(key, other ? { ...other, quantity: other.quantity.plus(move.quantity) } : move);
  }
  return net;
}

const keyOf = (accountId: string, assetId: AssetId) => `${accountId} ${assetId}`;

const isOwnCash = ({ accountId, assetId }: Move, accounts: Accounts): boolean =>
  accountOf(accounts, accountId).currency === assetId;

function accountOf(accounts: Accounts, id: string): LedgerAccount {
  const account = accounts.get(id);
  if (!account) throw new InvariantViolation(`there is no account ${id} in this ledger`);
  return account;
}

/** Rows of a database come in order already, and then nothing is compared twice. */
export const sorted = (transactions: readonly Transaction[]): readonly Transaction[] =>
  transactions.every((transaction, i) => i === 0 || inOrder(transactions[i - 1]!, transaction) <= 0)
    ? transactions
    : transactions.toSorted(inOrder);
