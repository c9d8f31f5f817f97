import { defineEntity, p } from '@mikro-orm/core';
import { accountTypes, taxStatuses } from './domain/account.js';
import { transactionKinds, type GivenLot } from './domain/transaction.js';

const instant = () => p.datetime().columnType('timestamptz(3)').length(3);
const decimal = () => p.decimal().columnType('numeric');

const PortfolioSchema = defineEntity({
  name: 'Portfolio',
  tableName: 'portfolio',
  indexes: [{ properties: ['ownerId', 'id'] }],
  uniques: [{ name: 'portfolio_one_default', properties: ['ownerId'], where: 'is_default' }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    name: p.text(),
    /** Asset or currency that the owner counts in. */
    numeraire: p.text(),
    /** The one that routes mean which name no portfolio. */
    isDefault: p.boolean(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    updatedAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class Portfolio extends PortfolioSchema.class {}
PortfolioSchema.setClass(Portfolio);

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  uniques: [
    { properties: ['portfolioId', 'name'] },
    { name: 'account_one_default', properties: ['portfolioId'], where: 'is_default' },
  ],
  properties: {
    id: p.uuid().primary(),
    portfolioId: p.uuid(),
    ownerId: p.text(),
    name: p.text(),
    type: p.enum(accountTypes),
    /** Of its prices, amounts and fees. */
    currency: p.text(),
    broker: p.text().nullable(),
    taxStatus: p.enum(taxStatuses).nullable(),
    /** Whether trades, fees and dividends move its cash. */
    tracksCash: p.boolean(),
    /** The one that transactions go to which name no account. */
    isDefault: p.boolean(),
    createdAt: instant(),
  },
});
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

/** A fact about an account; never changed, and taken back only by another row that reverses it. */
const LedgerTransactionSchema = defineEntity({
  name: 'LedgerTransaction',
  tableName: 'ledger_transaction',
  uniques: [{ properties: ['accountId', 'externalId'] }, { properties: ['reversesId'] }],
  indexes: [{ properties: ['portfolioId', 'executedAt', 'id'] }],
  checks: [
    {
      name: 'ledger_transaction_quantity',
      expression: `quantity > 0 or (kind in ('adjustment', 'reversal') and quantity <> 0)`,
    },
    { name: 'ledger_transaction_money', expression: 'price >= 0 and amount >= 0 and fee >= 0' },
    { name: 'ledger_transaction_split', expression: 'split_numerator > 0 and split_denominator > 0' },
  ],
  properties: {
    id: p.uuid().primary(),
    portfolioId: p.uuid(),
    accountId: p.uuid(),
    ownerId: p.text(),
    kind: p.enum([...transactionKinds, 'reversal']),
    executedAt: instant(),
    assetId: p.text(),
    quantity: decimal().nullable(),
    /** Of one unit, as it was given; `amount` counts. */
    price: decimal().nullable(),
    amount: decimal().nullable(),
    /** Of price, amount and fee. */
    currency: p.text(),
    fee: decimal().nullable(),
    toAccountId: p.uuid().nullable(),
    splitNumerator: decimal().nullable(),
    splitDenominator: decimal().nullable(),
    lots: p.json<readonly GivenLot[]>().nullable(),
    /** Business key: the same one is recorded once in an account. */
    externalId: p.text().nullable(),
    reversesId: p.uuid().nullable(),
    note: p.text().nullable(),
    recordedAt: instant(),
  },
});
export class LedgerTransaction extends LedgerTransactionSchema.class {}
LedgerTransactionSchema.setClass(LedgerTransaction);

/** How much of one asset a portfolio holds, in units of the asset: what its transactions add up to. */
const HoldingSchema = defineEntity({
  name: 'Holding',
  tableName: 'holding',
  checks: [{ name: 'holding_quantity_positive', expression: 'quantity > 0' }],
  properties: {
    portfolioId: p.uuid().primary(),
    assetId: p.text().primary(),
    ownerId: p.text(),
    quantity: p.decimal().columnType('numeric'),
  },
});
export class Holding extends HoldingSchema.class {}
HoldingSchema.setClass(Holding);
