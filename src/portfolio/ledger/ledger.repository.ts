import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { AccountType, TaxStatus } from '../domain/account.js';
import type { Scope } from '../domain/ledger.js';
import type { GivenLot, TransactionKind } from '../domain/transaction.js';
import type { NamedAccount, StatedTransaction } from '../domain/transaction-line.js';
import { Account, LedgerTransaction } from '../portfolio.entity.js';

export interface PortfolioAccount extends NamedAccount {
  readonly portfolioId: string;
  readonly type: AccountType;
  readonly broker: string | null;
  readonly taxStatus: TaxStatus | null;
  readonly createdAt: Date;
}

/** A transaction as it stands in the ledger. */
export interface RecordedTransaction extends Omit<StatedTransaction, 'kind'> {
  readonly kind: TransactionKind | 'reversal';
  readonly reversesId: string | null;
  /** The transaction that took it back. */
  readonly reversedBy: string | null;
  readonly recordedAt: EpochMs;
}

export interface LedgerFilter {
  readonly assetId?: AssetId | undefined;
  readonly accountId?: string | undefined;
  readonly kind?: TransactionKind | 'reversal' | undefined;
  /** Executed at or after. */
  readonly from?: EpochMs | undefined;
  /** Executed before. */
  readonly before?: EpochMs | undefined;
  /** Newer ones than this are left out. */
  readonly after?: { executedAt: EpochMs; id: string } | undefined;
}

const columns = `t.id, t.account_id as "accountId", t.kind, (extract(epoch from t.executed_at) * 1000)::float8 as "executedAt",
  t.asset_id as "assetId", t.quantity::text, t.price::text, t.amount::text, t.currency, t.fee::text,
  t.to_account_id as "toAccountId", t.split_numerator::text as "splitNumerator",
  t.split_denominator::text as "splitDenominator", t.lots, t.external_id as "externalId", t.reverses_id as "reversesId",
  t.note, (extract(epoch from t.recorded_at) * 1000)::float8 as "recordedAt", r.id as "reversedBy"`;
const tables = 'ledger_transaction t left join ledger_transaction r on r.reverses_id = t.id';

type Row = Omit<RecordedTransaction, 'ratio' | 'lots'> & {
  splitNumerator: string | null;
  splitDenominator: string | null;
  lots: readonly GivenLot[] | null;
};

const recorded = ({ splitNumerator, splitDenominator, ...row }: Row): RecordedTransaction => ({
  ...row,
  ratio:
    splitNumerator !== null && splitDenominator !== null
      ? { numerator: splitNumerator, denominator: splitDenominator }
      : null,
});

/** Rows of one insert: few enough that others have their turn in between. */
const rowsAtOnce = 250;

@Injectable()
export class LedgerRepository {
  constructor(private readonly em: EntityManager) {}

  /** The default one first, then in the order they were made. */
  async accounts(portfolioId: string, within: EntityManager = this.em): Promise<PortfolioAccount[]> {
    const rows = await within.find(
      Account,
      { portfolioId },
      { orderBy: { isDefault: 'desc', createdAt: 'asc', id: 'asc' }, disableIdentityMap: true, refresh: true },
    );
    return rows.map((row) => ({
      id: row.id,
      portfolioId: row.portfolioId,
      name: row.name,
      type: row.type,
      currency: row.currency as AssetId,
      broker: row.broker ?? null,
      taxStatus: row.taxStatus ?? null,
      tracksCash: row.tracksCash,
      isDefault: row.isDefault,
      createdAt: row.createdAt,
    }));
  }

  /**
   * Transactions that are in effect, in the order of execution: what was reversed is not, and no reversal is. With
   * `knownAt`, as the ledger stood at that instant; with `scope`, those that touch it.
   */
  async inEffect(
    portfolioId: string,
    { before, knownAt, scope }: { before?: EpochMs | undefined; knownAt?: EpochMs | undefined; scope?: Scope } = {},
    within: EntityManager = this.em,
  ): Promise<StatedTransaction[]> {
    const where = ['t.portfolio_id = ?', `t.kind <> 'reversal'`, 'r.id is null'];
    const values: unknown[] = [portfolioId];
    const also = (condition: string, ...of: unknown[]) => {
      where.push(condition);
      values.push(...of);
    };
    if (before !== undefined) also('t.executed_at < ?', toIso(before));
    if (knownAt !== undefined) also('t.recorded_at <= ?', toIso(knownAt));
    if (scope) {
      const [assets, accounts] = [[...scope.assets], [...scope.accounts]].map((ids) => JSON.stringify(ids));
      const listed = '(select jsonb_array_elements_text(?::jsonb))';
      const ofAccounts = `t.account_id::text in ${listed} or t.to_account_id::text in ${listed}`;
      also(`(t.asset_id in ${listed} or ${ofAccounts})`, assets, accounts, accounts);
    }
    const rows = await within.execute<Row[]>(
      `select ${columns} from ${tables} ${knownAt === undefined ? '' : 'and r.recorded_at <= ?'}
       where ${where.join(' and ')} order by t.executed_at, t.id`,
      [...(knownAt === undefined ? [] : [toIso(knownAt)]), ...values],
    );
    return rows.map(recorded) as (RecordedTransaction & StatedTransaction)[];
  }

  /** Of all transactions, also those that were reversed, newest first. */
  async list(portfolioId: string, filter: LedgerFilter, limit: number): Promise<RecordedTransaction[]> {
    const where = ['t.portfolio_id = ?'];
    const values: unknown[] = [portfolioId];
    const also = (condition: string, ...of: unknown[]) => {
      where.push(condition);
      values.push(...of);
    };
    const { assetId, accountId, kind, from, before, after } = filter;
    if (assetId !== undefined) also('t.asset_id = ?', assetId);
    if (accountId !== undefined) also('(t.account_id = ? or t.to_account_id = ?)', accountId, accountId);
    if (kind !== undefined) also('t.kind = ?', kind);
    if (from !== undefined) also('t.executed_at >= ?', toIso(from));
    if (before !== undefined) also('t.executed_at < ?', toIso(before));
    if (after) also('(t.executed_at, t.id) < (?::timestamptz, ?::uuid)', toIso(after.executedAt), after.id);
    const rows = await this.em.execute<Row[]>(
      `select ${columns} from ${tables} where ${where.join(' and ')} order by t.executed_at desc, t.id desc limit ?`,
      [...values, limit],
    );
    return rows.map(recorded);
  }

  async find(
    portfolioId: string,
    id: string,
    within: EntityManager = this.em,
  ): Promise<RecordedTransaction | undefined> {
    const rows = await within.execute<Row[]>(`select ${columns} from ${tables} where t.portfolio_id = ? and t.id = ?`, [
      portfolioId,
      id,
    ]);
    return rows.map(recorded)[0];
  }

  /** Those with one of the business keys, in whatever account, also when they were reversed. */
  async withKeys(portfolioId: string, keys: readonly string[], within: EntityManager): Promise<RecordedTransaction[]> {
    if (keys.length === 0) return [];
    const rows = await within.execute<Row[]>(
      `select ${columns} from ${tables} where t.portfolio_id = ? and t.external_id in
       (select jsonb_array_elements_text(?::jsonb))`,
      [portfolioId, JSON.stringify(keys)],
    );
    return rows.map(recorded);
  }

  async insert(
    em: EntityManager,
    ownerId: OwnerId,
    portfolioId: string,
    transactions: readonly (Omit<StatedTransaction, 'kind'> & {
      kind: RecordedTransaction['kind'];
      reversesId?: string;
    })[],
  ): Promise<void> {
    const recordedAt = new Date();
    for (let at = 0; at < transactions.length; at += rowsAtOnce) {
      await em.insertMany(
        LedgerTransaction,
        transactions.slice(at, at + rowsAtOnce).map(({ ratio, executedAt, reversesId, lots, ...rest }) => ({
          ...rest,
          ownerId,
          portfolioId,
          executedAt: new Date(executedAt),
          splitNumerator: ratio?.numerator ?? null,
          splitDenominator: ratio?.denominator ?? null,
          lots: lots === null ? null : [...lots],
          reversesId: reversesId ?? null,
          recordedAt,
        })),
      );
    }
  }
}
