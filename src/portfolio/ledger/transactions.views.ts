import { toIso } from '../../shared/time.js';
import type { RecordedTransaction } from './ledger.repository.js';
import type { LineOutcome } from './ledger.service.js';
import type { LineReport, TransactionView } from './transactions.schemas.js';

export const transactionView = (one: RecordedTransaction): TransactionView => ({
  id: one.id,
  account_id: one.accountId,
  kind: one.kind,
  executed_at: toIso(one.executedAt),
  asset_id: one.assetId,
  quantity: one.quantity,
  price: one.price,
  amount: one.amount,
  currency: one.currency,
  fee: one.fee === null ? null : { amount: one.fee, currency: one.currency },
  to_account_id: one.toAccountId,
  ratio: one.ratio && `${one.ratio.numerator}:${one.ratio.denominator}`,
  lots: one.lots && one.lots.map(({ transactionId, quantity }) => ({ transaction_id: transactionId, quantity })),
  external_id: one.externalId,
  note: one.note,
  reverses: one.reversesId,
  reversed_by: one.reversedBy,
  recorded_at: toIso(one.recordedAt),
});

export function reportView(outcomes: readonly LineOutcome[]): LineReport {
  const count = (status: LineOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    recorded: count('recorded'),
    already_recorded: count('already_recorded'),
    refused: count('refused'),
    lines: outcomes.map((one) => ({
      line: one.line,
      status: one.status,
      transaction_id: one.status === 'refused' ? null : one.transactionId,
      errors: one.status === 'refused' ? [...one.errors] : [],
    })),
  };
}
