import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  portfolioValueQuery,
  portfolioValueSchema,
  type PortfolioValueQuery,
  type PortfolioValueView,
} from './portfolio-value.schemas.js';
import { PortfolioValueService } from './portfolio-value.service.js';

/** As the prototype served it. */
@ApiTags('portfolios')
@Controller('api/portfolio')
export class PortfolioValueController {
  constructor(private readonly values: PortfolioValueService) {}

  @ApiOperation({
    summary: 'What is held, in BTC',
    description: 'As the prototype served it; `GET /api/v1/portfolios/{id}/valuation` replaces it.',
  })
  @Get('value')
  @ApiOkResponse({ standardSchema: portfolioValueSchema })
  value(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: portfolioValueQuery }) query: PortfolioValueQuery,
  ): Promise<PortfolioValueView> {
    return this.values.value(owner, query);
  }
}
