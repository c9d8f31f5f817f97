import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  enhancedSignalsSchema,
  signalsSummaryQuery,
  type EnhancedSignalsView,
  type SignalsSummaryQuery,
} from './old-signals.schemas.js';
import { OldSignalsService } from './old-signals.service.js';

/** As the prototype served it among its routes of AI. */
@ApiTags('ai')
@Controller('api/ai/signals')
export class EnhancedSignalsController {
  constructor(private readonly signals: OldSignalsService) {}

  @Get('enhanced')
  @ApiOperation({
    summary: 'Live signals of the default portfolio with what the AI said of them',
    description: 'Told from what is stored: a read asks no model. What fks_ai does not say is null.',
  })
  @ApiOkResponse({ standardSchema: enhancedSignalsSchema })
  enhanced(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: signalsSummaryQuery }) query: SignalsSummaryQuery,
  ): Promise<EnhancedSignalsView> {
    return this.signals.enhanced(owner, query);
  }
}
