import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import { rangeOf } from '../range.js';
import { gainsQuery, gainsSchema, type GainsQuery } from './gains.schemas.js';
import { gainsCsv, gainsView } from './gains.views.js';

@ApiTags('portfolios')
@Controller('api/v1/portfolios/:id/gains')
export class GainsController {
  constructor(private readonly ledger: LedgerService) {}

  @ApiOperation({
    summary: 'Realised gains by lot, and income by holding',
    description:
      "Derived from the transactions by the lot method that is asked for, in each account's currency. With `Accept: text/csv`, the realised gains as CSV. Unrealised gains are in the valuation.",
  })
  @Get()
  @Header('Vary', 'Accept')
  @ApiProduces('application/json', 'text/csv')
  @ApiOkResponse({ standardSchema: gainsSchema })
  async gains(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Query({ schema: gainsQuery }) query: GainsQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { method } = query;
    const view = gainsView(id, method, rangeOf(query), await this.ledger.lotsOf(owner, id, method));
    if (request.accepts(['json', 'text/csv']) === 'text/csv') {
      response.type('text/csv').attachment(`gains-${id}-${method}.csv`).send(gainsCsv(view));
    } else response.json(view);
  }
}
