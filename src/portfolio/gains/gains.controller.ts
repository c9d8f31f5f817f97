import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import { gainsQuery, gainsSchema, type GainsQuery } from './gains.schemas.js';
import { GainsService } from './gains.service.js';
import { gainsCsv } from './gains.views.js';

@ApiTags('portfolios')
@Controller('api/v1/portfolios/:id/gains')
export class GainsController {
  constructor(private readonly gainsOf: GainsService) {}

  @ApiOperation({
    summary: 'Realised gains by lot, and income by holding',
    description:
      "Derived from the transactions by the lot method that is asked for, in each account's currency; a cost in another one is converted at the rate of the day on which the lot was acquired. With `Accept: text/csv`, the realised gains as CSV. Unrealised gains are in the valuation.",
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
    const view = await this.gainsOf.view(owner, id, query);
    if (request.accepts(['json', 'text/csv']) === 'text/csv') {
      response.type('text/csv').attachment(`gains-${id}-${query.method}.csv`).send(gainsCsv(view));
    } else response.json(view);
  }
}
