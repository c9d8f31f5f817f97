import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { OldAiComparisonService } from './old-ai-comparison.service.js';
import {
  oldComparisonSchema,
  oldPerformanceReportSchema,
  type OldComparisonView,
  type OldPerformanceReportView,
} from './old-ai-comparison.views.js';
import { oldComparisonQuery, type OldComparisonQuery } from './record.schemas.js';

/** As the prototype served them; `GET /api/v1/signals/record` says more. */
@ApiTags('ai')
@Controller('api/ai')
export class OldAiComparisonController {
  constructor(private readonly comparisons: OldAiComparisonService) {}

  @Get('compare')
  @ApiOperation({
    summary: 'Signals of the last days with the AI and without it, and what became of them',
    description: 'Both sides are the same stored signals; `days` selects them by their as-of.',
  })
  @ApiOkResponse({ standardSchema: oldComparisonSchema })
  compare(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: oldComparisonQuery }) query: OldComparisonQuery,
  ): Promise<OldComparisonView> {
    return this.comparisons.comparison(owner, query);
  }

  @Get('performance-report')
  @ApiOperation({ summary: 'The comparison with what follows from it' })
  @ApiOkResponse({ standardSchema: oldPerformanceReportSchema })
  performanceReport(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: oldComparisonQuery }) query: OldComparisonQuery,
  ): Promise<OldPerformanceReportView> {
    return this.comparisons.performanceReport(owner, query);
  }
}
