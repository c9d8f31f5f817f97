import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import type { Page } from '../platform/http/page.js';
import { sendStored } from '../platform/http/stored-answer.js';
import type { OwnerId } from '../shared/ids.js';
import {
  changePortfolioBody,
  createPortfolioBody,
  portfolioIdParam,
  portfolioPage,
  portfolioSchema,
  portfoliosQuery,
  setHoldingsBody,
  type ChangePortfolioBody,
  type CreatePortfolioBody,
  type PortfoliosQuery,
  type PortfolioView,
  type SetHoldingsBody,
} from './portfolio.schemas.js';
import { PortfolioService } from './portfolio.service.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/portfolios';

@ApiTags('portfolios')
@Controller('api/v1/portfolios')
export class PortfolioController {
  constructor(private readonly portfolios: PortfolioService) {}

  @ApiOperation({
    summary: 'A new portfolio, which holds nothing yet',
    description:
      'It begins with one account, `Default`, in US dollars. The first portfolio of an owner is the one that is meant where a route names none.',
  })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: portfolioSchema })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createPortfolioBody }) body: CreatePortfolioBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    sendStored(response, await this.portfolios.create({ ownerId, method: 'POST', path, key, body }, body));
  }

  @ApiOperation({ summary: 'Portfolios, in the order they were made' })
  @Get()
  @ApiOkResponse({ standardSchema: portfolioPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: portfoliosQuery }) query: PortfoliosQuery,
  ): Promise<Page<PortfolioView>> {
    return this.portfolios.list(owner, query);
  }

  @ApiOperation({ summary: 'One portfolio' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: portfolioSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: portfolioIdParam }) id: string): Promise<PortfolioView> {
    return this.portfolios.get(owner, id);
  }

  @ApiOperation({ summary: 'Changes a portfolio; what is not named stays as it is' })
  @Patch(':id')
  @ApiOkResponse({ standardSchema: portfolioSchema })
  change(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Body({ schema: changePortfolioBody }) body: ChangePortfolioBody,
  ): Promise<PortfolioView> {
    return this.portfolios.change(owner, id, body);
  }

  @ApiOperation({
    summary: 'Sets the quantities of all assets',
    description:
      'An asset that is not named is no longer held. What changes is written as adjustments of unknown cost, so gains of those units are unknown; record transactions where you know what was paid.',
  })
  @Put(':id/holdings')
  @ApiOkResponse({ standardSchema: portfolioSchema })
  setHoldings(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Body({ schema: setHoldingsBody }) body: SetHoldingsBody,
  ): Promise<PortfolioView> {
    return this.portfolios.setHoldings(owner, id, body.holdings);
  }
}
