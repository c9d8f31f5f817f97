import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  filedSignalsSchema,
  fromFilesQuery,
  generatedSignalsSchema,
  generateQuery,
  signalCategoriesSchema,
  signalsSummaryQuery,
  signalsSummarySchema,
  type FiledSignalsView,
  type FromFilesQuery,
  type GeneratedSignalsView,
  type GenerateQuery,
  type SignalCategoriesView,
  type SignalsSummaryQuery,
  type SignalsSummaryView,
} from './old-signals.schemas.js';
import { OldSignalsService } from './old-signals.service.js';
import { signalCategories } from './old-signals.views.js';

/** As the prototype served them, told from stored signals. */
@ApiTags('signals')
@Controller('api/signals')
export class OldSignalsController {
  constructor(private readonly signals: OldSignalsService) {}

  @Get('generate')
  @ApiOperation({
    summary: 'The latest live signals of the default portfolio in a category',
    description:
      'Computes none: without a run there are none. `GET /api/v1/signals` replaces it, where their evidence is.',
  })
  @ApiOkResponse({ standardSchema: generatedSignalsSchema })
  generate(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: generateQuery }) query: GenerateQuery,
  ): Promise<GeneratedSignalsView> {
    return this.signals.generated(owner, query);
  }

  @Get('from-files')
  @ApiOperation({
    summary: 'Signals as of a day, in the dialect of the files that the prototype served',
    description:
      'BUY and SELL, confidence 0 to 100, and how each is entered, in both spellings of its fields. Rehearsals are left out.',
  })
  @ApiOkResponse({ standardSchema: filedSignalsSchema })
  fromFiles(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: fromFilesQuery }) query: FromFilesQuery,
  ): Promise<FiledSignalsView> {
    return this.signals.filed(owner, query);
  }

  @Get('summary')
  @ApiOperation({ summary: 'How many live signals there are, by what they say' })
  @ApiOkResponse({ standardSchema: signalsSummarySchema })
  summary(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: signalsSummaryQuery }) query: SignalsSummaryQuery,
  ): Promise<SignalsSummaryView> {
    return this.signals.summary(owner, query);
  }

  @Get('categories')
  @ApiOperation({ summary: 'What each category promises, and which rules it asks' })
  @ApiOkResponse({ standardSchema: signalCategoriesSchema })
  categories(): SignalCategoriesView {
    return signalCategories;
  }
}
