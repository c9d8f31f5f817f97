import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { Page } from '../../platform/http/page.js';
import type { OwnerId } from '../../shared/ids.js';
import { qualityQuery, type QualityQuery } from './quality.schemas.js';
import { QualityService } from './quality.service.js';
import { assetQualityPage, type AssetQualityView } from './quality.views.js';

@ApiTags('data')
@Controller('api/v1/data/quality')
export class QualityController {
  constructor(private readonly quality: QualityService) {}

  @ApiOperation({ summary: 'Coverage, gaps, disagreement and staleness of the stored prices' })
  @Get()
  @ApiOkResponse({ standardSchema: assetQualityPage })
  list(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: qualityQuery }) query: QualityQuery,
  ): Promise<Page<AssetQualityView>> {
    return this.quality.list(viewer, query);
  }
}
