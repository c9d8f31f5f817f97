import type { IncomingMessage } from 'node:http';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { receiveUpload } from '../../platform/http/upload.js';
import { DomainError, InvariantViolation, type FieldError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { PortfolioRepository } from '../portfolio.repository.js';
import { rangeOf } from '../range.js';
import { LedgerRepository } from './ledger.repository.js';
import { absentTransaction, LedgerService, type OfferedLine } from './ledger.service.js';
import { readTransactionFile } from './transaction-file.js';
import { readLine } from './transaction-reader.js';
import type { LineReport, TransactionsBody, TransactionsQuery, TransactionView } from './transactions.schemas.js';
import { reportView, transactionView } from './transactions.views.js';

const mostFileBytes = 8 * 1024 * 1024;

/** What comes in over HTTP: one transaction, a list or a file of them; and what stands in the ledger. */
@Injectable()
export class TransactionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly portfolios: PortfolioRepository,
    private readonly ledger: LedgerService,
    private readonly rows: LedgerRepository,
    private readonly assets: AssetRegistry,
  ) {}

  /**
   * A list is answered with a report of its lines, and recorded once however often it is sent; one transaction with itself: 201, or 200 when the account has its
   * business key already.
   *
   * @throws DomainError `not_found`; for one transaction also `invalid` naming fields, and `conflict` when its key stands
   *   for another one
   */
  async record(request: IdempotentRequest, portfolioId: string, body: TransactionsBody): Promise<StoredAnswer> {
    const { transactions, ...rest } = body;
    const isList = transactions !== undefined;
    const foreign = isList ? Object.keys(rest) : [];
    if (foreign.length > 0) {
      throw refusal(foreign.map((field) => ({ field, message: 'has no place beside a list of transactions' })));
    }
    const lines = await Promise.all((transactions ?? [rest]).map((raw, i) => readLine(i + 1, raw)));
    // numbers beyond a double came as infinity, which is no JSON
    const keyed = { ...request, body: JSON.parse(JSON.stringify(body)) as unknown };
    const { answer } = await once(this.em, keyed, async (em) => {
      const outcomes = await this.ledger.record(em, request.ownerId, portfolioId, lines, { areKeyed: isList });
      if (isList) return { status: 200, location: null, body: JSON.stringify(reportView(outcomes)) };
      const [outcome] = outcomes;
      if (!outcome) throw new InvariantViolation('a line has no outcome');
      if (outcome.status === 'refused') throw refusal(outcome.errors, outcome.isConflict ? 'conflict' : 'invalid');
      const { transactionId, status } = outcome;
      return this.answer(em, portfolioId, transactionId, status === 'recorded');
    });
    return answer;
  }

  /**
   * Records the good lines of a file, all of them in one transaction; the same file again records nothing.
   *
   * @throws DomainError `not_found`, `invalid` for a file that is none of transactions, and as `receiveUpload`
   */
  async import(ownerId: OwnerId, portfolioId: string, incoming: IncomingMessage): Promise<LineReport> {
    // nobody sends a whole file to hear that
    await this.portfolios.get(ownerId, portfolioId);
    const lines = await receiveLines(incoming);
    return this.em.transactional(async (em) =>
      reportView(await this.ledger.record(em, ownerId, portfolioId, lines, { areKeyed: true })),
    );
  }

  /** Newest first. @throws DomainError `not_found`, `invalid` naming the parameter */
  async list(ownerId: OwnerId, portfolioId: string, query: TransactionsQuery): Promise<Page<TransactionView>> {
    await this.portfolios.get(ownerId, portfolioId);
    const { limit, cursor, kind } = query;
    const assetId = query.asset === undefined ? undefined : (await this.assets.known(query.asset, 'asset')).id;
    const accountId = query.account === undefined ? undefined : await this.accountCalled(portfolioId, query.account);
    const [executedAt, id = ''] = cursor === undefined ? [] : decodeCursor(cursor, 'momentAndUuid').split(':');
    const after = executedAt === undefined ? undefined : { executedAt: Number(executedAt), id };
    const { from, before } = rangeOf(query);
    const rows = await this.rows.list(portfolioId, { assetId, accountId, kind, from, before, after }, limit + 1);
    return pageFrom(rows, limit, transactionView, (row) => `${row.executedAt}:${row.id}`);
  }

  /** @throws DomainError `not_found` */
  async get(ownerId: OwnerId, portfolioId: string, id: string): Promise<TransactionView> {
    await this.portfolios.get(ownerId, portfolioId);
    const found = await this.rows.find(portfolioId, id);
    if (!found) throw absentTransaction(id);
    return transactionView(found);
  }

  /** The reversal: 201 when it is new, 200 when there is one. @throws as `LedgerService.reverse` */
  async reverse(request: IdempotentRequest, portfolioId: string, id: string, reason: string): Promise<StoredAnswer> {
    const { answer } = await once(this.em, request, async (em) => {
      const { reversalId, isNew } = await this.ledger.reverse(em, request.ownerId, portfolioId, id, reason);
      return this.answer(em, portfolioId, reversalId, isNew);
    });
    return answer;
  }

  private async answer(em: EntityManager, portfolioId: string, id: string, isNew: boolean): Promise<StoredAnswer> {
    const found = await this.rows.find(portfolioId, id, em);
    if (!found) throw new InvariantViolation(`transaction ${id} was recorded and is not there`);
    const location = `/api/v1/portfolios/${portfolioId}/transactions/${id}`;
    return { status: isNew ? 201 : 200, location, body: JSON.stringify(transactionView(found)) };
  }

  private async accountCalled(portfolioId: string, text: string): Promise<string> {
    const accounts = await this.rows.accounts(portfolioId);
    const found = accounts.find(({ id }) => id === text.toLowerCase()) ?? accounts.find(({ name }) => name === text);
    if (found) return found.id;
    throw refusal([{ field: 'account', value: text, message: 'is no account of this portfolio' }]);
  }
}

async function receiveLines(incoming: IncomingMessage): Promise<OfferedLine[]> {
  const type = incoming.headers['content-type'] ?? '';
  if (/^text\/csv\b/i.test(type)) return readTransactionFile(bounded(incoming));
  if (!/^multipart\/form-data\b/i.test(type)) {
    const wanted = 'text/csv or multipart/form-data';
    throw new UnsupportedMediaTypeException(`Content-Type is "${type.slice(0, 100)}" instead of ${wanted}`);
  }
  const { file } = await receiveUpload(incoming, mostFileBytes);
  if (!file) throw refusal([{ field: 'file', message: 'is missing' }]);
  try {
    return await readTransactionFile(file.read());
  } finally {
    await file.close();
  }
}

/** The body's bytes, as long as there are not too many of them. */
async function* bounded(incoming: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = Number(incoming.headers['content-length'] ?? 0) > mostFileBytes ? Infinity : 0;
  try {
    if (bytes <= mostFileBytes) {
      for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostFileBytes) break;
        yield chunk;
      }
    }
  } finally {
    // what is still on the way is read and dropped: a client that is writing hears the answer only then
    incoming.resume();
  }
  if (bytes > mostFileBytes) throw new PayloadTooLargeException(`the file has more than ${mostFileBytes} bytes`);
}

const refusal = (errors: readonly FieldError[], kind: 'invalid' | 'conflict' = 'invalid') =>
  new DomainError(kind, errors.map(({ field, message }) => `${field}: ${message}`).join('; '), { errors });
