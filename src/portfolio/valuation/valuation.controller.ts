import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import { valuationQuery, valuationSchema, type ValuationQuery, type ValuationView } from './valuation.schemas.js';
import { ValuationService } from './valuation.service.js';

@ApiTags('portfolios')
@Controller('api/v1/portfolios')
export class ValuationController {
  constructor(private readonly valuations: ValuationService) {}

  @ApiOperation({
    summary: 'What a portfolio was worth at an instant, and which prices say so',
    description:
      'What has no stored price is named in `unpriced` and makes the total `partial`; it is never counted as zero. It reads stored prices and asks no source: collect or import them first.',
  })
  @Get(':id/valuation')
  @ApiOkResponse({ standardSchema: valuationSchema })
  @ApiNotFoundResponse({ description: 'There is no such portfolio' })
  valuation(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Query({ schema: valuationQuery }) query: ValuationQuery,
  ): Promise<ValuationView> {
    return this.valuations.view(owner, id, query);
  }
}
