import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Page } from '../../platform/http/page.js';
import { sourcePage, type SourceView } from './sources.schemas.js';
import { SourcesService } from './sources.service.js';

@ApiTags('data')
@Controller('api/v1/data/sources')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get()
  @ApiOperation({
    summary: 'The configured sources: what they have, what is left of their budgets, how they are doing',
  })
  @ApiOkResponse({ standardSchema: sourcePage })
  list(): Promise<Page<SourceView>> {
    return this.sources.list();
  }
}
