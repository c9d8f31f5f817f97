import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { portfolioIdParam } from '../portfolio.schemas.js';
import {
  performanceQuery,
  performanceSchema,
  type PerformanceQuery,
  type PerformanceView,
} from './performance.schemas.js';
import { PerformanceService } from './performance.service.js';

@ApiTags('portfolios')
@Controller('api/v1/portfolios')
export class PerformanceController {
  constructor(private readonly performance: PerformanceService) {}

  @ApiOperation({
    summary: 'Returns of a portfolio day by day, who made them, and what BTC alone would have made',
    description:
      'Reads stored days; where they are not up to date, waits eight seconds for them at most, and `current` says whether every transaction and every day that is over is in it. Money that comes from outside or leaves is a flow and no gain.',
  })
  @Get(':id/performance')
  @ApiOkResponse({ standardSchema: performanceSchema })
  @ApiNotFoundResponse({ description: 'There is no such portfolio' })
  @ApiConflictResponse({ description: 'The numeraire has no price on some day' })
  @ApiServiceUnavailableResponse({ description: 'No days are stored yet; Retry-After says when to ask again' })
  view(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Query({ schema: performanceQuery }) query: PerformanceQuery,
  ): Promise<PerformanceView> {
    return this.performance.view(owner, id, query);
  }
}
