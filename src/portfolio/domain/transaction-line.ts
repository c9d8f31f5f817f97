import type { FieldError } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, parseAsOf, toIso, type EpochMs } from '../../shared/time.js';
import { decimalForm, decimalFrom, Exact } from './exact.js';
import type { ResolveAsset } from './holdings.js';
import type { GivenLot, LedgerAccount, SplitRatio, Transaction, TransactionKind } from './transaction.js';

/** A transaction as a person or a file states it; texts as they stand there. */
export interface TransactionLine {
  readonly kind: TransactionKind;
  /** A date, which means its 00:00 UTC, or an ISO 8601 time with a zone. */
  readonly executed_at: string;
  readonly asset: string;
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
  readonly fee?: string | undefined;
  readonly fee_currency?: string | undefined;
  /** Id or name; without it, the portfolio's default account. */
  readonly account?: string | undefined;
  readonly to_account?: string | undefined;
  /** `4`, `3:2` */
  readonly ratio?: string | undefined;
  readonly lots?: readonly GivenLot[] | undefined;
  readonly external_id?: string | undefined;
  readonly note?: string | undefined;
}

export interface NamedAccount extends LedgerAccount {
  readonly name: string;
  readonly isDefault: boolean;
}

/** A transaction with what the fold needs not. */
export interface StatedTransaction extends Transaction {
  /** Of one unit, as it was given; `amount` is what counts. */
  readonly price: string | null;
  readonly currency: AssetId;
  readonly externalId: string | null;
  readonly note: string | null;
}

export interface LineContext {
  readonly resolve: ResolveAsset;
  readonly accounts: readonly NamedAccount[];
  readonly now: EpochMs;
  readonly newId: () => string;
}

type Member = 'quantity' | 'price' | 'amount' | 'fee' | 'to_account' | 'ratio' | 'lots';
type Need = 'needed' | 'allowed';

/** What each kind says beside account, time and asset; a price stands for an amount. */
const members: Readonly<Record<TransactionKind, Readonly<Partial<Record<Exclude<Member, 'price'>, Need>>>>> = {
  buy: { quantity: 'needed', amount: 'needed', fee: 'allowed' },
  sell: { quantity: 'needed', amount: 'needed', fee: 'allowed', lots: 'allowed' },
  deposit: { quantity: 'needed', amount: 'allowed', fee: 'allowed' },
  withdrawal: { quantity: 'needed', fee: 'allowed' },
  fee: { quantity: 'needed' },
  transfer: { quantity: 'needed', to_account: 'needed', fee: 'allowed' },
  split: { ratio: 'needed' },
  dividend: { amount: 'needed', fee: 'allowed' },
  staking_reward: { quantity: 'needed', amount: 'allowed' },
  adjustment: { quantity: 'needed', amount: 'allowed' },
};

/** Kinds that only move cash, and mean it, when the asset is the account's own currency. */
const movesCash: ReadonlySet<TransactionKind> = new Set(['deposit', 'withdrawal', 'transfer']);
/** Kinds that an account's own currency can have. */
const ofCash: ReadonlySet<TransactionKind> = new Set([...movesCash, 'fee', 'dividend', 'adjustment']);

/**
 * The transaction that a line states, or every reason why it states none; whether the account holds enough is for `admit`
 * to say. Errors name fields of the line.
 */
export function readTransaction(
  line: TransactionLine,
  { resolve, accounts, now, newId }: LineContext,
): { kind: 'read'; transaction: StatedTransaction } | { kind: 'refused'; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const refuse = (field: string, value: string | undefined, message: string) =>
    errors.push({ field, ...(value !== undefined && { value }), message });

  const positive = (field: Member, orZero = false): Exact | undefined => {
    const text = line[field];
    if (typeof text !== 'string') return undefined;
    const value = decimalFrom(text);
    if (!value) refuse(field, text, decimalForm);
    else if (field === 'quantity' && line.kind === 'adjustment') {
      if (!value.isZero()) return value;
      refuse(field, text, 'adjusts nothing');
    } else if (value.isZero() && orZero) return value;
    else if (value.lte(0)) refuse(field, text, orZero ? 'must not be negative' : 'must be more than 0');
    else return value;
    return undefined;
  };
  const accountCalled = (field: 'account' | 'to_account', text: string): NamedAccount | undefined => {
    const found =
      accounts.find(({ id }) => id === text.toLowerCase()) ?? accounts.find(({ name }) => name === text.trim());
    if (!found) {
      const names = accounts.slice(0, 10).map(({ name }) => `"${name}"`);
      refuse(field, text, `is no account of this portfolio; it has ${names.join(', ')}`);
    }
    return found;
  };
  const assetCalled = (field: string, text: string): AssetId | undefined => {
    const found = resolve(text);
    if (found.kind === 'known') return found.assetId;
    refuse(field, text, found.message);
    return undefined;
  };

  const executedAt = instantFrom(line.executed_at);
  if (executedAt === undefined) {
    refuse('executed_at', line.executed_at, 'is neither a date (YYYY-MM-DD) nor an ISO 8601 time with a zone');
  } else if (executedAt > now) refuse('executed_at', line.executed_at, `lies in the future: it is ${toIso(now)}`);

  const assetId = assetCalled('asset', line.asset);
  const account =
    line.account === undefined ? accounts.find(({ isDefault }) => isDefault) : accountCalled('account', line.account);
  const toAccount = line.to_account === undefined ? undefined : accountCalled('to_account', line.to_account);
  if (account && toAccount?.id === account.id) refuse('to_account', line.to_account, 'is where it comes from');

  checkMembers(line, refuse);
  const quantity = positive('quantity');
  const price = positive('price', true);
  const amount = positive('amount', line.kind !== 'dividend');
  const fee = positive('fee', true);
  const ratio = ratioFrom(line.ratio);
  if (line.ratio !== undefined && !ratio) refuse('ratio', line.ratio, 'is no ratio like 4, 3:2 or 1:10');
  const lots = readLots(line, quantity, refuse);
  if (quantity?.isNegative()) {
    for (const field of ['price', 'amount'] as const) {
      if (line[field] !== undefined) refuse(field, line[field], 'has no place where units are adjusted away');
    }
  }

  if (account) {
    for (const field of ['currency', 'fee_currency'] as const) {
      const text = line[field];
      if (text === undefined) continue;
      const currency = assetCalled(field, text);
      if (currency === undefined || currency === account.currency) continue;
      const own = `is not the currency of account "${account.name}", which is ${account.currency}`;
      const hint = field === 'currency' ? '' : '; a fee in units of an asset is a transaction of the kind fee';
      refuse(field, text, own + hint);
    }
    if (assetId === account.currency) checkCash(line, account, refuse);
    if (toAccount && assetId === toAccount.currency && !toAccount.tracksCash) {
      refuse('to_account', line.to_account, `does not track its cash, and ${assetId} is its own currency`);
    }
  }

  if (errors.length > 0 || !account || assetId === undefined || executedAt === undefined) {
    return { kind: 'refused', errors };
  }
  const total = amount ?? (price && quantity ? price.times(quantity) : undefined);
  return {
    kind: 'read',
    transaction: {
      id: newId(),
      accountId: account.id,
      kind: line.kind,
      executedAt,
      assetId,
      quantity: quantity?.toFixed() ?? null,
      price: price?.toFixed() ?? null,
      amount: total?.toFixed() ?? null,
      currency: account.currency,
      fee: fee?.toFixed() ?? null,
      toAccountId: toAccount?.id ?? null,
      ratio: ratio ?? null,
      lots,
      externalId: line.external_id ?? null,
      note: line.note ?? null,
    },
  };
}

type Refuse = (field: string, value: string | undefined, message: string) => void;

/** A member that is missing, one that the kind does not have, and a price beside an amount. */
function checkMembers(line: TransactionLine, refuse: Refuse): void {
  const wanted = members[line.kind];
  const kind = line.kind.replace('_', ' ');
  for (const field of ['quantity', 'amount', 'fee', 'to_account', 'ratio', 'lots'] as const) {
    const isGiven = line[field] !== undefined;
    const isPriced = field === 'amount' && line.price !== undefined && wanted.quantity !== undefined;
    if (wanted[field] === 'needed' && !isGiven && !isPriced) {
      refuse(
        field,
        undefined,
        `is missing: a ${kind} needs it${field === 'amount' && wanted.quantity ? ', or a price' : ''}`,
      );
    }
    if (wanted[field] === undefined && isGiven) {
      refuse(field, typeof line[field] === 'string' ? line[field] : undefined, `has no place in a ${kind}`);
    }
  }
  if (line.price === undefined) return;
  if (wanted.amount === undefined || wanted.quantity === undefined) {
    refuse('price', line.price, `has no place in a ${kind}`);
  } else if (line.amount !== undefined) refuse('price', line.price, 'stands beside an amount; give one of them');
}

/** What can be said of an account's own currency. */
function checkCash(line: TransactionLine, account: NamedAccount, refuse: Refuse): void {
  const own = `is the own currency of account "${account.name}"`;
  if (!ofCash.has(line.kind)) {
    refuse('asset', line.asset, `${own}: there is no ${line.kind.replace('_', ' ')} of it`);
    return;
  }
  if (movesCash.has(line.kind) && !account.tracksCash) {
    refuse('asset', line.asset, `${own}, which does not track its cash; let it (tracks_cash), or leave the line out`);
  }
  if (line.kind === 'dividend') return;
  for (const field of ['price', 'amount'] as const) {
    if (line[field] !== undefined)
      refuse(field, line[field], 'has no place where money itself is meant: it is the quantity');
  }
}

function readLots(line: TransactionLine, quantity: Exact | undefined, refuse: Refuse): readonly GivenLot[] | null {
  if (line.lots === undefined || line.lots.length === 0) return null;
  const read = line.lots.map(({ transactionId, quantity: text }, i) => {
    const units = decimalFrom(text);
    if (!units) refuse(`lots.${i}.quantity`, text, decimalForm);
    else if (units.lte(0)) refuse(`lots.${i}.quantity`, text, 'must be more than 0');
    return { transactionId, quantity: units?.toFixed() ?? '0' };
  });
  const sum = read.reduce((total, lot) => total.plus(lot.quantity), new Exact(0));
  if (quantity && sum.gt(quantity)) refuse('lots', sum.toFixed(), `is more than what is sold, ${quantity.toFixed()}`);
  return read;
}

/** The instant of a transaction: a date is its 00:00 UTC. */
function instantFrom(text: string): EpochMs | undefined {
  const instant = parseAsOf(text.trim());
  // an as-of that is a date means the end of the day
  return instant !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? instant - dayMs : instant;
}

/** No company ever split further, and what is held stays a number of a size that can be told. */
const mostSplit = 1_000_000;

/** `4` and `4:1` are four units for each one, `1:10` one for ten. */
function ratioFrom(text: string | undefined): SplitRatio | undefined {
  const [numerator = '', denominator = '1', ...more] = (text ?? '').split(':');
  const [above, below] = [decimalFrom(numerator), decimalFrom(denominator)];
  if (!above || !below || more.length > 0) return undefined;
  if ([above, below].some((part) => part.lte(0) || part.gt(mostSplit))) return undefined;
  return { numerator: above.toFixed(), denominator: below.toFixed() };
}

/** What a transaction says, by the fields of a line, to compare two that have the same business key. */
const statement = (transaction: StatedTransaction): Record<string, string | null> => ({
  kind: transaction.kind,
  executed_at: toIso(transaction.executedAt),
  asset: transaction.assetId,
  quantity: transaction.quantity,
  price: transaction.price,
  amount: transaction.amount,
  fee: transaction.fee,
  to_account: transaction.toAccountId,
  ratio: transaction.ratio && `${transaction.ratio.numerator}:${transaction.ratio.denominator}`,
  lots: transaction.lots && transaction.lots.map((lot) => `${lot.transactionId} ${lot.quantity}`).join(', '),
  note: transaction.note,
});

/**
 * What a transaction comes to, however it was written: `1` and `1.00`, `btc` and `BTC`, a date and its 00:00 UTC are one.
 * A price and the amount that it makes are one, too, and so are no fee and a fee of 0; a note says nothing of what was done.
 */
export const contentOf = (transaction: StatedTransaction): Record<string, string | null> => {
  const { price: _price, note: _note, fee, ...rest } = statement(transaction);
  return { ...rest, account: transaction.accountId, fee: fee === '0' ? null : (fee ?? null) };
};

/** Where two statements differ, each with what stands in the earlier one. */
export function contradictions(earlier: StatedTransaction, later: StatedTransaction): FieldError[] {
  const [before, now] = [statement(earlier), statement(later)];
  return Object.keys(before)
    .filter((field) => before[field] !== now[field])
    .map((field) => ({
      field,
      value: now[field] ?? null,
      message: `was recorded as ${before[field] === null ? 'nothing' : `"${before[field]}"`} under the external_id "${earlier.externalId}"`,
    }));
}
