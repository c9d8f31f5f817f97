import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import { conversionQuery, conversionSchema, type ConversionQuery, type ConversionView } from './valuation.schemas.js';
import { ConversionsService } from './conversions.service.js';

@ApiTags('portfolios')
@Controller('api/v1/conversions')
export class ConversionsController {
  constructor(private readonly conversions: ConversionsService) {}

  @ApiOperation({
    summary: 'What an amount of one asset or currency is worth in another, at an instant',
    description: 'By the same stored prices as a valuation.',
  })
  @Get()
  @ApiOkResponse({ standardSchema: conversionSchema })
  convert(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: conversionQuery }) query: ConversionQuery,
  ): Promise<ConversionView> {
    return this.conversions.convert(viewer, query);
  }
}
