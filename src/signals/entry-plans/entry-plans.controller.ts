import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { entryPlanQuery, entryPlanSchema, type EntryPlanQuery, type EntryPlanView } from './entry-plans.schemas.js';
import { EntryPlansService } from './entry-plans.service.js';
import { signalId } from '../signals.schemas.js';

@ApiTags('signals')
@Controller('api/v1/signals')
export class EntryPlansController {
  constructor(private readonly plans: EntryPlansService) {}

  @Get(':id/entry-plan')
  @ApiOperation({
    summary: 'How a signal is entered: when its market opens, and how much of it the account can carry',
    description:
      'Losses are counted in US dollars with the rate of the quote currency, sizes are rounded down to what is traded. A stop on the wrong side of the entry is refused.',
  })
  @ApiOkResponse({ standardSchema: entryPlanSchema })
  @ApiNotFoundResponse({ description: 'There is no such signal, or no such portfolio' })
  view(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: signalId }) id: string,
    @Query({ schema: entryPlanQuery }) query: EntryPlanQuery,
  ): Promise<EntryPlanView> {
    return this.plans.view(owner, id, query);
  }
}
