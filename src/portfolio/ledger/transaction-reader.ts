import { RequestValidationPipe } from '../../platform/http/validation.pipe.js';
import { DomainError } from '../../shared/errors.js';
import type { OfferedLine } from './ledger.service.js';
import { transactionLine, type TransactionLineIn } from './transactions.schemas.js';

const pipe = new RequestValidationPipe();

/** A line as it came in JSON or in a file, or why it has not the form of one. */
export async function readLine(line: number, raw: unknown): Promise<OfferedLine> {
  try {
    const read = (await pipe.transform(raw, { type: 'body', schema: transactionLine })) as TransactionLineIn;
    const { fee, lots, ...rest } = read;
    return {
      line,
      stated: {
        ...rest,
        ...(typeof fee === 'string' && { fee }),
        ...(typeof fee === 'object' && { fee: fee.amount, fee_currency: fee.currency }),
        lots: lots?.map(({ transaction_id, quantity }) => ({ transactionId: transaction_id, quantity })),
      },
    };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { line, errors: error.details.errors ?? [] };
  }
}
