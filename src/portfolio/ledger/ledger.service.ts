import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { inTurns } from '../../platform/compute/in-turns.js';
import { sha256 } from '../../platform/crypto/sha256.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { DomainError, InvariantViolation, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import { Exact, zero } from '../domain/exact.js';
import type { HeldQuantity } from '../domain/holdings.js';
import {
  accountsOf,
  admitInSteps,
  foldLedgerInSteps,
  holdingsOf,
  scopeOf,
  type Accounts,
  type Position,
  type Scope,
  type Shortfall,
} from '../domain/ledger.js';
import { foldLotsInSteps, type LotLedger, type LotMethod } from '../domain/lots.js';
import type { Transaction } from '../domain/transaction.js';
import {
  contentOf,
  contradictions,
  readTransaction,
  type NamedAccount,
  type StatedTransaction,
  type TransactionLine,
} from '../domain/transaction-line.js';
import { transactionsAtOnce, type Steps } from '../domain/steps.js';
import { PortfolioRepository } from '../portfolio.repository.js';
import { LedgerCache } from './ledger-cache.js';
import { LedgerRepository, type PortfolioAccount, type RecordedTransaction } from './ledger.repository.js';

/** A line as it came, or why it is none. */
export type OfferedLine = { readonly line: number } & (
  { readonly stated: TransactionLine } | { readonly errors: readonly FieldError[] }
);

export type LineOutcome = { readonly line: number } & (
  | { readonly status: 'recorded' | 'already_recorded'; readonly transactionId: string }
  | { readonly status: 'refused'; readonly errors: readonly FieldError[]; readonly isConflict?: boolean }
);

/** Which transactions count: executed before `before`, as every as-of has it, and recorded by `knownAt`. */
export interface LedgerAsOf {
  readonly before?: EpochMs | undefined;
  readonly knownAt?: EpochMs | undefined;
}

/** What is known of a portfolio's accounts. */
export interface LedgerState {
  readonly accounts: readonly PortfolioAccount[];
  /** In effect, ordered by execution. */
  readonly transactions: readonly StatedTransaction[];
}

interface Judged {
  readonly refused: Map<string, FieldError[]>;
  readonly positions: readonly Position[];
}

/** The transactions of portfolios: the truth that holdings, lots, values and returns are derived from. */
@Injectable()
export class LedgerService {
  private readonly cache = new LedgerCache<LedgerState>();
  private readonly positions = new Folds<readonly Position[]>();
  private readonly lots = new Folds<LotLedger>();

  constructor(
    private readonly portfolios: PortfolioRepository,
    private readonly ledger: LedgerRepository,
    private readonly assets: AssetRegistry,
  ) {}

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async stateOf(ownerId: OwnerId, portfolioId: string, asOf: LedgerAsOf = {}): Promise<LedgerState> {
    // read before the ledger: what is recorded in between belongs to a later version
    const version = await this.portfolios.versionOf(ownerId, portfolioId);
    const isAll = asOf.before === undefined && asOf.knownAt === undefined;
    const known = isAll ? this.cache.get(portfolioId, version) : undefined;
    if (known) return known;
    const accounts = await this.ledger.accounts(portfolioId);
    const state = { accounts, transactions: await this.ledger.inEffect(portfolioId, asOf) };
    if (isAll) this.cache.set(portfolioId, version, state);
    return state;
  }

  /** What accounts hold after transactions of a ledger that were executed until an instant. */
  positionsOf({ accounts, transactions }: LedgerState, until = Infinity): Promise<readonly Position[]> {
    const fold = () => inTurns(foldLedgerInSteps(accountsOf(accounts), transactions, until));
    return until === Infinity ? this.positions.of(transactions, 'all', fold) : fold();
  }

  /** Lots, realised gains and income of the transactions of a ledger. */
  lotsIn({ accounts, transactions }: LedgerState, method: LotMethod): Promise<LotLedger> {
    return this.lots.of(transactions, method, () =>
      inTurns(foldLotsInSteps(accountsOf(accounts), transactions, method)),
    );
  }

  /** Lots, realised gains and income. @throws as `stateOf` */
  async lotsOf(
    ownerId: OwnerId,
    portfolioId: string,
    method: LotMethod,
    asOf: LedgerAsOf = {},
  ): Promise<LotLedger & LedgerState> {
    const state = await this.stateOf(ownerId, portfolioId, asOf);
    return { ...state, ...(await this.lotsIn(state, method)) };
  }

  /**
   * Records the good ones of the lines, in the transaction of `em`, and what is held by them; a line whose business key the
   * account has already is not recorded again. With `areKeyed`, a line without a key gets one that follows from what it
   * comes to and from how many lines before it come to the same: so the same lines again record nothing twice.
   *
   * @throws DomainError `not_found` as `stateOf`
   */
  async record(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    lines: readonly OfferedLine[],
    { areKeyed }: { areKeyed: boolean },
  ): Promise<LineOutcome[]> {
    const catalogue = await this.assets.catalogue();
    await this.portfolios.lock(em, ownerId, portfolioId);
    const accounts = await this.ledger.accounts(portfolioId, em);
    const context = {
      resolve: (text: string) => catalogue.resolve(text),
      accounts,
      now: Date.now(),
      newId: () => uuidv7(),
    };
    const withKey = areKeyed ? keying() : (transaction: StatedTransaction) => transaction;
    const read = await inTurns(
      eachInSteps(lines, (one) => {
        if ('errors' in one) return { line: one.line, errors: one.errors };
        const said = readTransaction(one.stated, context);
        if (said.kind === 'refused') return { line: one.line, errors: said.errors };
        return { line: one.line, transaction: withKey(said.transaction) };
      }),
    );
    const keys = read.flatMap(({ transaction }) => transaction?.externalId ?? []);
    const known = new Map<string, StatedTransaction>();
    for (const one of await this.ledger.withKeys(portfolioId, keys, em)) known.set(keyOf(one), statedOf(one));

    const offered: StatedTransaction[] = [];
    /** What a line comes to: the transaction that it is, or repeats, or contradicts. */
    const fates = await inTurns(
      eachInSteps(read, ({ line, errors, transaction }) => {
        if (!transaction) return { line, errors };
        const earlier = transaction.externalId === null ? undefined : known.get(keyOf(transaction));
        if (earlier) {
          // what follows from the content contradicts nothing: a note may have changed
          const differing = isContentKey(earlier.externalId) ? [] : contradictions(earlier, transaction);
          if (differing.length > 0) return { line, errors: differing, isConflict: true };
          return { line, transaction: earlier, isRepeated: true };
        }
        if (transaction.externalId !== null) known.set(keyOf(transaction), transaction);
        offered.push(transaction);
        return { line, transaction, isRepeated: false };
      }),
    );

    const refused = await this.admitted(em, ownerId, portfolioId, accounts, offered);
    return fates.map((fate): LineOutcome => {
      const { line } = fate;
      if (!fate.transaction) {
        return { line, status: 'refused', errors: fate.errors, isConflict: fate.isConflict ?? false };
      }
      const { id } = fate.transaction;
      const errors = refused.get(id);
      if (errors) return { line, status: 'refused', errors };
      return { line, status: fate.isRepeated ? 'already_recorded' : 'recorded', transactionId: id };
    });
  }

  /** Records those of the offered transactions that can stand. @returns why the others cannot */
  private async admitted(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    accounts: readonly NamedAccount[],
    offered: readonly StatedTransaction[],
  ): Promise<ReadonlyMap<string, FieldError[]>> {
    if (offered.length === 0) return new Map();
    const scope = scopeOf(accountsOf(accounts), offered);
    const recorded = await this.ledger.inEffect(portfolioId, { scope }, em);
    const { refused, positions } = await judge(accounts, recorded, offered, scope);
    const good = offered.filter(({ id }) => !refused.has(id));
    await this.ledger.insert(em, ownerId, portfolioId, good);
    await this.portfolios.project(em, ownerId, portfolioId, holdingsOf(positions), scope.assets);
    return refused;
  }

  /**
   * Writes the adjustments after which exactly these quantities are held, in the transaction of `em`; none when they are
   * held already. More comes into the default account; what is too much leaves it first, then the others. What the
   * units cost is not said, so it is unknown.
   *
   * @throws DomainError `not_found` as `stateOf`
   */
  async setHoldings(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    wanted: readonly HeldQuantity[],
  ): Promise<void> {
    await this.portfolios.lock(em, ownerId, portfolioId);
    const accounts = await this.ledger.accounts(portfolioId, em);
    const recorded = await this.ledger.inEffect(portfolioId, {}, em);
    const positions = await inTurns(foldLedgerInSteps(accountsOf(accounts), recorded));
    const executedAt = Math.max(Date.now(), recorded.at(-1)?.executedAt ?? 0);
    const adjustments = differences(accounts, positions, wanted).map(
      ({ account, assetId, quantity }): StatedTransaction => ({
        id: uuidv7(),
        accountId: account.id,
        kind: 'adjustment',
        executedAt,
        assetId,
        quantity: quantity.toFixed(),
        price: null,
        amount: null,
        currency: account.currency,
        fee: null,
        toAccountId: null,
        ratio: null,
        lots: null,
        externalId: null,
        note: null,
      }),
    );
    if (adjustments.length === 0) return;
    await this.ledger.insert(em, ownerId, portfolioId, adjustments);
    const after = await inTurns(foldLedgerInSteps(accountsOf(accounts), [...recorded, ...adjustments]));
    await this.portfolios.project(em, ownerId, portfolioId, holdingsOf(after));
  }

  /**
   * Takes a transaction back by another one that says so; both stay in the ledger, neither is in effect. Taken back before,
   * it is that reversal.
   *
   * @throws DomainError `not_found`, `conflict` when what was done since rests on it
   */
  async reverse(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    id: string,
    reason: string,
  ): Promise<{ reversalId: string; isNew: boolean }> {
    await this.portfolios.lock(em, ownerId, portfolioId);
    const found = await this.ledger.find(portfolioId, id, em);
    if (!found) throw absentTransaction(id);
    if (found.reversedBy !== null) return { reversalId: found.reversedBy, isNew: false };
    if (found.kind === 'reversal') {
      throw new DomainError('conflict', `${id} is a reversal itself; record the transaction again instead`);
    }
    const accounts = await this.ledger.accounts(portfolioId, em);
    const scope = scopeOf(accountsOf(accounts), [found]);
    const left = (await this.ledger.inEffect(portfolioId, { scope }, em)).filter((one) => one.id !== id);
    const positions = await standing(accounts, left, 'without it', scope);
    const reversalId = uuidv7();
    const reversal = { ...found, id: reversalId, kind: 'reversal' as const, externalId: null, note: reason };
    await this.ledger.insert(em, ownerId, portfolioId, [{ ...withoutState(reversal), reversesId: id }]);
    await this.portfolios.project(em, ownerId, portfolioId, holdingsOf(positions), scope.assets);
    return { reversalId, isNew: true };
  }

  /**
   * Whether everything recorded can stand when an account is counted otherwise, and what is held then, in the transaction
   * of `em`, which has the portfolio locked.
   *
   * @throws DomainError `conflict` when it cannot
   */
  async recount(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    accounts: readonly NamedAccount[],
  ): Promise<void> {
    const positions = await standing(accounts, await this.ledger.inEffect(portfolioId, {}, em), 'then');
    await this.portfolios.project(em, ownerId, portfolioId, holdingsOf(positions));
  }
}

export const absentTransaction = (id: string) => new DomainError('not_found', `there is no transaction ${id}`);

const keyOf = ({ accountId, externalId }: Pick<StatedTransaction, 'accountId' | 'externalId'>) =>
  `${accountId} ${externalId}`;

/** What was folded of lists of transactions, as long as somebody has the list; calculated once, also for two at a time. */
class Folds<Result> {
  private readonly known = new WeakMap<readonly unknown[], Map<string, Promise<Result>>>();

  of(transactions: readonly unknown[], name: string, fold: () => Promise<Result>): Promise<Result> {
    const own = this.known.get(transactions) ?? new Map<string, Promise<Result>>();
    this.known.set(transactions, own);
    let result = own.get(name);
    if (!result) own.set(name, (result = fold()));
    return result;
  }
}

function* eachInSteps<From, To>(all: readonly From[], made: (one: From) => To): Steps<To[]> {
  const results: To[] = [];
  for (const one of all) {
    results.push(made(one));
    if (results.length % transactionsAtOnce === 0) yield;
  }
  return results;
}

const contentKey = /^content:[0-9a-f]{32}:\d+$/;
const isContentKey = (key: string | null) => key !== null && contentKey.test(key);

/** Gives the transactions of one list keys that follow from their content and their position among equal ones. */
function keying(): (transaction: StatedTransaction) => StatedTransaction {
  const times = new Map<string, number>();
  return (transaction) => {
    if (transaction.externalId !== null) return transaction;
    const content = sha256(canonicalJson(contentOf(transaction))).slice(0, 32);
    const position = (times.get(content) ?? 0) + 1;
    times.set(content, position);
    return { ...transaction, externalId: `content:${content}:${position}` };
  };
}

/** What was reversed keeps its key, so that a file that is imported again does not bring it back. */
const statedOf = (one: RecordedTransaction): StatedTransaction => {
  if (one.kind === 'reversal') throw new InvariantViolation(`the reversal ${one.id} has a business key`);
  return { ...one, kind: one.kind };
};

const withoutState = ({
  reversedBy: _by,
  recordedAt: _at,
  reversesId: _id,
  ...stated
}: RecordedTransaction): Omit<RecordedTransaction, 'reversedBy' | 'recordedAt' | 'reversesId'> => stated;

/** Which of the offered transactions cannot stand beside the recorded ones, in words; and what is held with the others. */
async function judge(
  accounts: readonly NamedAccount[],
  recorded: readonly StatedTransaction[],
  offered: readonly StatedTransaction[],
  scope: Scope,
): Promise<Judged> {
  const ledgers = accountsOf(accounts);
  const refused = new Map<string, FieldError[]>();
  const byId = new Map(offered.map((one) => [one.id, one]));
  for (let left = offered; ;) {
    const { refused: short, positions, broken } = await inTurns(admitInSteps(ledgers, recorded, left, scope));
    if (broken) throw new InvariantViolation(`the recorded ledger lacks ${JSON.stringify(broken)}`);
    for (const [id, shortfall] of short) refused.set(id, [shortfallError(byId.get(id)!, shortfall, accounts)]);
    left = left.filter(({ id }) => !refused.has(id));
    const unmet = await lotErrors(ledgers, recorded, left, scope);
    if (unmet.size === 0) return { refused, positions };
    for (const [id, errors] of unmet) refused.set(id, errors);
    left = left.filter(({ id }) => !refused.has(id));
  }
}

/** Kinds that take nothing of any lot; an adjustment may. */
const bringsIn: ReadonlySet<string> = new Set(['buy', 'deposit', 'staking_reward', 'dividend', 'adjustment']);

/** Offered sales that name lots which are not there, and offered transactions that take the lots of recorded sales. */
async function lotErrors(
  accounts: Accounts,
  recorded: readonly Transaction[],
  offered: readonly Transaction[],
  { assets }: Scope,
): Promise<Map<string, FieldError[]>> {
  const errors = new Map<string, FieldError[]>();
  const all = [...recorded, ...offered];
  const naming = new Set(all.flatMap(({ lots, assetId }) => (lots && assets.has(assetId) ? [assetId] : [])));
  if (naming.size === 0 || offered.length === 0) return errors;
  const history = all.filter(({ assetId }) => naming.has(assetId));
  const byId = new Map(history.map((one) => [one.id, one]));
  const isOffered = new Set(offered.map(({ id }) => id));
  for (const { transactionId, index, available } of (await inTurns(foldLotsInSteps(accounts, history, 'given')))
    .unmet) {
    const sale = byId.get(transactionId)!;
    const { transactionId: lot, quantity } = sale.lots![index]!;
    if (isOffered.has(transactionId)) {
      const message = `is more than the ${available} units of ${lot} that the account has then`;
      const more = { field: `lots.${index}.quantity`, value: quantity, message };
      errors.set(transactionId, [...(errors.get(transactionId) ?? []), more]);
      continue;
    }
    for (const { id, kind, executedAt, assetId, quantity: units } of offered) {
      if (assetId !== sale.assetId || executedAt > sale.executedAt) continue;
      if (bringsIn.has(kind) && !units?.startsWith('-')) continue;
      const message = `would touch the lots that the sale ${transactionId} of ${toIso(sale.executedAt)} names`;
      errors.set(id, [{ field: 'kind', value: kind, message }]);
    }
  }
  return errors;
}

/** What is held after transactions that can stand. @throws DomainError `conflict` when they cannot */
async function standing(
  accounts: readonly NamedAccount[],
  transactions: readonly StatedTransaction[],
  when: string,
  scope?: Scope,
): Promise<readonly Position[]> {
  const ledgers = accountsOf(accounts);
  const { broken, positions } = await inTurns(admitInSteps(ledgers, transactions, [], scope));
  if (broken) {
    const { assetId, held, wanted, later } = broken;
    const lacking = later ? `the ${later.kind} ${later.id} of ${toIso(later.executedAt)}` : 'a transaction';
    throw new DomainError('conflict', `${when}, ${lacking} would take ${wanted} ${assetId} where only ${held} is held`);
  }
  const known = transactions.filter(({ assetId }) => scope?.assets.has(assetId) ?? true);
  if (known.some(({ lots }) => lots !== null)) {
    const [unmet] = (await inTurns(foldLotsInSteps(ledgers, known, 'given'))).unmet;
    if (unmet) {
      throw new DomainError('conflict', `${when}, the sale ${unmet.transactionId} would name a lot that is not there`);
    }
  }
  return positions;
}

/** Adjustments from what is held to what is wanted. */
function differences(
  accounts: readonly PortfolioAccount[],
  positions: readonly Position[],
  wanted: readonly HeldQuantity[],
): { account: PortfolioAccount; assetId: AssetId; quantity: Exact }[] {
  const targets = new Map(wanted.map(({ assetId, quantity }) => [assetId, new Exact(quantity)]));
  const held = new Map(holdingsOf(positions).map(({ assetId, quantity }) => [assetId, new Exact(quantity)]));
  return [...new Set([...targets.keys(), ...held.keys()])].flatMap((assetId) => {
    let missing = (targets.get(assetId) ?? zero).minus(held.get(assetId) ?? zero);
    if (missing.isZero()) return [];
    const [first] = accounts;
    if (!first) throw new InvariantViolation('a portfolio has no account');
    if (missing.gt(0)) return [{ account: first, assetId, quantity: missing }];
    return accounts.flatMap((account) => {
      const own = positions.find((one) => one.accountId === account.id && one.assetId === assetId);
      const part = Exact.min(own?.quantity ?? 0, missing.neg());
      if (part.lte(0)) return [];
      missing = missing.plus(part);
      return [{ account, assetId, quantity: part.neg() }];
    });
  });
}

/** A shortfall in words, at the field that is too much. */
function shortfallError(
  transaction: StatedTransaction,
  { accountId, assetId, held, wanted, later }: Shortfall,
  accounts: readonly NamedAccount[],
): FieldError {
  const account = accounts.find(({ id }) => id === accountId);
  if (!account) throw new InvariantViolation(`there is no account ${accountId}`);
  const isCash = assetId === account.currency && transaction.assetId !== assetId;
  const money = transaction.kind !== 'buy' ? 'fee' : transaction.price !== null ? 'price' : 'amount';
  const field = isCash ? money : 'quantity';
  const value = transaction[field];
  const where = `account "${account.name}"`;
  const at = toIso((later ?? transaction).executedAt);
  const message = later
    ? `would leave too little for the ${later.kind} ${later.id} at ${at}: ${where} would hold ${held} ${assetId}, ` +
      `and ${wanted} are taken`
    : isCash
      ? `needs ${wanted} ${assetId} of cash, and ${where} holds ${held} at ${at}`
      : `is more than the ${held} ${assetId} that ${where} holds at ${at}`;
  return { field, value, message };
}
