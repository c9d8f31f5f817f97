import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { recordQuery, type RecordQuery } from './record.schemas.js';
import { recordSchema, type SignalRecordView } from './record.views.js';
import { SignalRecordService } from './signal-record.service.js';

@ApiTags('signals')
@Controller('api/v1/signals/record')
export class RecordController {
  constructor(private readonly records: SignalRecordService) {}

  @Get()
  @ApiOperation({
    summary: 'What signals brought with the AI and without it, and what the filters avoided or cost',
    description:
      'Every settled signal with an opinion is a pair of two arms that were made from the same bars: the baseline as the rules say it, and the AI arm with the opinion followed in full, whatever was served. `served` says which arm is served now, and why.',
  })
  @ApiOkResponse({ standardSchema: recordSchema })
  record(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: recordQuery }) query: RecordQuery,
  ): Promise<SignalRecordView> {
    return this.records.view(owner, query);
  }
}
