import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../platform/http/current-owner.js';
import type { Page } from '../platform/http/page.js';
import type { OwnerId } from '../shared/ids.js';
import { signalId, signalsQuery, type SignalsQuery } from './signals.schemas.js';
import { SignalsService } from './signals.service.js';
import { signalPage, signalView, type SignalView } from './signals.views.js';

@ApiTags('signals')
@Controller('api/v1/signals')
export class SignalsController {
  constructor(private readonly signals: SignalsService) {}

  @Get()
  @ApiOperation({ summary: 'Stored signals, newest first' })
  @ApiOkResponse({ standardSchema: signalPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: signalsQuery }) query: SignalsQuery,
  ): Promise<Page<SignalView>> {
    return this.signals.page(owner, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One signal with its evidence' })
  @ApiOkResponse({ standardSchema: signalView })
  view(@CurrentOwner() owner: OwnerId, @Param('id', { schema: signalId }) id: string): Promise<SignalView> {
    return this.signals.view(owner, id);
  }
}
