import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import {
  lineReport,
  reverseBody,
  transactionIdParam,
  transactionPage,
  transactionsBody,
  transactionSchema,
  transactionsQuery,
  type LineReport,
  type ReverseBody,
  type TransactionsBody,
  type TransactionsQuery,
  type TransactionView,
} from './transactions.schemas.js';
import { TransactionsService } from './transactions.service.js';

const pathOf = (portfolioId: string) => `/api/v1/portfolios/${portfolioId}/transactions`;

@ApiTags('portfolios')
@Controller('api/v1/portfolios/:id/transactions')
export class TransactionsController {
  constructor(private readonly transactions: TransactionsService) {}

  @ApiOperation({
    summary: 'Records one transaction, or a list of them',
    description:
      'One transaction is answered as it was recorded; of `{"transactions": [...]}` with up to 1,000, the good ones are recorded and each is reported. Which fields a kind needs is told in docs/how-to/keep-a-portfolio.md; what has an `external_id` is recorded once in an account. The same list again records nothing twice, also without: two equal lines of one list are two transactions, and one transaction that is sent alone is recorded each time.',
  })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: transactionSchema, description: 'One transaction, which is new' })
  @ApiOkResponse({ standardSchema: lineReport, description: 'A list; or one transaction that was recorded before' })
  @ApiConflictResponse({ description: 'Its external_id stands for a transaction that says something else' })
  async record(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Body({ schema: transactionsBody }) body: TransactionsBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: pathOf(id), key, body };
    sendStored(response, await this.transactions.record(request, id, body));
  }

  @ApiOperation({
    summary: 'Records the good lines of a CSV file',
    description:
      'Separated by commas, with a header: kind, executed_at and asset are needed; quantity, price, amount, currency, fee, fee_currency, account, to_account, ratio, external_id and note may be there. The same file again records nothing twice, however its numbers are written; two equal lines are two transactions.',
  })
  @Post('imports')
  @HttpCode(200)
  @ApiConsumes('text/csv', 'multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: { type: 'string', format: 'binary', description: 'CSV, at most 8 MB and 20,000 lines' },
      },
    },
  })
  @ApiOkResponse({ standardSchema: lineReport })
  @ApiPayloadTooLargeResponse({ description: 'The file has more than 8 MB' })
  @ApiUnsupportedMediaTypeResponse({ description: 'The body is neither text/csv nor a form' })
  import(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Req() request: Request,
  ): Promise<LineReport> {
    return this.transactions.import(owner, id, request);
  }

  @ApiOperation({ summary: 'Transactions of a portfolio, newest first, also those that were reversed' })
  @Get()
  @ApiOkResponse({ standardSchema: transactionPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Query({ schema: transactionsQuery }) query: TransactionsQuery,
  ): Promise<Page<TransactionView>> {
    return this.transactions.list(owner, id, query);
  }

  @ApiOperation({ summary: 'One transaction' })
  @Get(':transactionId')
  @ApiOkResponse({ standardSchema: transactionSchema })
  get(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Param('transactionId', { schema: transactionIdParam }) transactionId: string,
  ): Promise<TransactionView> {
    return this.transactions.get(owner, id, transactionId);
  }

  @ApiOperation({
    summary: 'Takes a transaction back by a reversing one',
    description:
      'Both stay in the ledger, neither is in effect: a wrong transaction is reversed and recorded anew. A reversal that later transactions rest on is refused.',
  })
  @Post(':transactionId/reverse')
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: transactionSchema })
  @ApiOkResponse({ standardSchema: transactionSchema, description: 'It was reversed before' })
  @ApiConflictResponse({ description: 'What was done since rests on it' })
  async reverse(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Param('transactionId', { schema: transactionIdParam }) transactionId: string,
    @Body({ schema: reverseBody }) body: ReverseBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${pathOf(id)}/${transactionId}/reverse`, key, body };
    sendStored(response, await this.transactions.reverse(request, id, transactionId, body.reason));
  }
}
