import { Body, Controller, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import {
  accountIdParam,
  accountList,
  accountSchema,
  changeAccountBody,
  createAccountBody,
  type AccountList,
  type AccountView,
  type ChangeAccountBody,
  type CreateAccountBody,
} from './accounts.schemas.js';
import { AccountsService, accountView } from './accounts.service.js';

@ApiTags('portfolios')
@Controller('api/v1/portfolios/:id/accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @ApiOperation({
    summary: 'A new account of a portfolio',
    description:
      'Prices, amounts and fees of its transactions are in its currency, which cannot be changed. With `tracks_cash`, trades, fees and dividends move its cash, and deposits of it have to come first.',
  })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: accountSchema })
  @ApiConflictResponse({ description: 'Another account of the portfolio has the name' })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Body({ schema: createAccountBody }) body: CreateAccountBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `/api/v1/portfolios/${id}/accounts`, key, body };
    sendStored(response, await this.accounts.create(request, id, body));
  }

  @ApiOperation({ summary: 'Accounts of a portfolio, the default one first' })
  @Get()
  @ApiOkResponse({ standardSchema: accountList })
  async list(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
  ): Promise<AccountList> {
    return { items: (await this.accounts.of(owner, id)).map(accountView), next_cursor: null };
  }

  @ApiOperation({ summary: 'One account' })
  @Get(':accountId')
  @ApiOkResponse({ standardSchema: accountSchema })
  @ApiNotFoundResponse({ description: 'There is no such account' })
  get(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Param('accountId', { schema: accountIdParam }) accountId: string,
  ): Promise<AccountView> {
    return this.accounts.get(owner, id, accountId);
  }

  @ApiOperation({ summary: 'Changes an account; what is not named stays as it is' })
  @Patch(':accountId')
  @ApiOkResponse({ standardSchema: accountSchema })
  @ApiConflictResponse({ description: 'The name is taken, or its cash would have been less than 0' })
  change(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Param('accountId', { schema: accountIdParam }) accountId: string,
    @Body({ schema: changeAccountBody }) body: ChangeAccountBody,
  ): Promise<AccountView> {
    return this.accounts.change(owner, id, accountId, body);
  }
}
