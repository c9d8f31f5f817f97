import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { transactionKinds } from '../domain/transaction.js';

/** A number of JSON passes through a double on its way here, which keeps 15 digits for certain. */
const shortNumber = z
  .number()
  .refine(
    (value) => value.toExponential().replace(/e.*|\D/g, '').length <= 15,
    'has more than 15 digits: send it as text',
  );
const decimalIn = z.union([z.string().max(64), shortNumber]).transform(String);
const name = z.string().min(1).max(100);
const symbol = z.string().min(1).max(32);

/** One transaction as a client states it; what it means is judged by the ledger. */
export const transactionLine = z
  .strictObject({
    kind: z.enum(transactionKinds),
    executed_at: z.string().max(40).describe('ISO 8601 with a zone, or a date, which means its 00:00 UTC'),
    asset: symbol.describe('Any spelling that resolves; of money, its currency'),
    quantity: decimalIn.optional().describe('Units, more than 0; of an adjustment with a sign'),
    price: decimalIn.optional().describe('Of one unit, instead of an amount'),
    amount: decimalIn.optional().describe('For all units, before the fee'),
    currency: symbol.optional().describe("The account's own, which it is without saying"),
    fee: z
      .union([decimalIn, z.strictObject({ amount: decimalIn, currency: symbol })])
      .optional()
      .describe("In the account's currency"),
    fee_currency: symbol.optional().describe('As `currency`; for files, where a fee is one number'),
    account: name.optional().describe("Id or name; without it, the portfolio's default account"),
    to_account: name.optional().describe('Where a transfer goes'),
    ratio: z.string().max(64).optional().describe('Of a split: 4, 3:2 or 1:10'),
    lots: z
      .array(z.strictObject({ transaction_id: z.uuid(), quantity: decimalIn }))
      .max(100)
      .optional()
      .describe('Which lots a sale takes, under the method `given`'),
    external_id: plainText(200)
      .min(1)
      .optional()
      .describe(
        'Business key: recorded once in an account; lines of a list or a file without one get one from their content',
      ),
    note: plainText(500).min(1).optional(),
  })
  .meta({
    id: 'TransactionLine',
    example: {
      kind: 'buy',
      executed_at: '2025-03-01T10:15:00Z',
      asset: 'BTC',
      quantity: '0.25',
      price: '84120.50',
      fee: { amount: '12.40', currency: 'USD' },
      external_id: 'kraken-TX7Q',
    },
  });
export type TransactionLineIn = z.output<typeof transactionLine>;

const mostLines = 1_000;

/** Lines are judged one by one, so that a bad one never loses the good ones: here, only the list is. */
const anyBody = z.looseObject({ transactions: z.array(z.unknown()).min(1).max(mostLines).optional() });
export type TransactionsBody = z.output<typeof anyBody>;

const whatToSend = z
  .union([transactionLine, z.strictObject({ transactions: z.array(transactionLine).min(1).max(mostLines) })])
  .meta({ id: 'RecordTransactions' });

/** One transaction or a list of them: lets every line through, and is documented as what a line should be. */
export const transactionsBody: StandardSchemaV1<unknown, TransactionsBody> = {
  '~standard': { ...whatToSend['~standard'], validate: (value) => anyBody['~standard'].validate(value) },
};

const fieldErrors = z.array(z.object({ field: z.string(), value: z.unknown().optional(), message: z.string() }));

export const lineReport = z
  .object({
    recorded: z.int(),
    already_recorded: z.int(),
    refused: z.int(),
    lines: z.array(
      z.object({
        line: z.int().describe('In a file, the line; in a list, counted from 1'),
        status: z.enum(['recorded', 'already_recorded', 'refused']),
        transaction_id: z.uuid().nullable(),
        errors: fieldErrors,
      }),
    ),
  })
  .meta({ id: 'TransactionReport' });
export type LineReport = z.output<typeof lineReport>;

export const transactionSchema = z
  .object({
    id: z.uuid(),
    account_id: z.uuid(),
    kind: z.enum([...transactionKinds, 'reversal']),
    executed_at: z.iso.datetime(),
    asset_id: z.string(),
    quantity: z.string().nullable(),
    price: z.string().nullable(),
    amount: z.string().nullable().describe('Before the fee; null where nobody knows it'),
    currency: z.string(),
    fee: z.object({ amount: z.string(), currency: z.string() }).nullable(),
    to_account_id: z.uuid().nullable(),
    ratio: z.string().nullable(),
    lots: z.array(z.object({ transaction_id: z.uuid(), quantity: z.string() })).nullable(),
    external_id: z.string().nullable(),
    note: z.string().nullable(),
    reverses: z.uuid().nullable().describe('The transaction that this one takes back'),
    reversed_by: z.uuid().nullable(),
    recorded_at: z.iso.datetime(),
  })
  .meta({ id: 'Transaction' });
export type TransactionView = z.output<typeof transactionSchema>;
export const transactionPage = pageOf(transactionSchema).meta({ id: 'TransactionPage' });

export const transactionsQuery = z.strictObject({
  ...pageQuery,
  asset: symbol.optional(),
  account: name.optional().describe('Id or name'),
  kind: z.enum([...transactionKinds, 'reversal']).optional(),
  from: instantText.optional().describe('Executed at or after; a date D means its 00:00 UTC'),
  to: instantText.optional().describe('Executed before; a date D means its end'),
});
export type TransactionsQuery = z.output<typeof transactionsQuery>;

export const transactionIdParam = z.uuid();

export const reverseBody = z
  .strictObject({ reason: plainText(500).min(1) })
  .meta({ id: 'ReverseTransaction', example: { reason: 'the broker took the order back' } });
export type ReverseBody = z.output<typeof reverseBody>;
