import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { Page } from '../../platform/http/page.js';
import type { OwnerId } from '../../shared/ids.js';
import { QuoteLists } from './quote-lists.service.js';
import {
  pricesQuery,
  pricesSchema,
  quotePage,
  quotesQuery,
  type PricesQuery,
  type PricesView,
  type QuotesQuery,
  type QuoteView,
} from './quotes.schemas.js';

@ApiTags('data')
@Controller('api/v1/data/quotes')
export class QuotesController {
  constructor(private readonly quotes: QuoteLists) {}

  /** Waits five seconds for sources at most; an asset that nobody knows a price of says why. */
  @Get()
  @ApiOperation({ summary: 'Latest prices, with the source that said so and when they were true' })
  @ApiOkResponse({ standardSchema: quotePage })
  list(@CurrentOwner() viewer: OwnerId, @Query({ schema: quotesQuery }) query: QuotesQuery): Promise<Page<QuoteView>> {
    return this.quotes.quotePage(viewer, query);
  }
}

/** As the prototype served it. */
@ApiTags('data')
@Controller('api/assets')
export class PricesController {
  constructor(private readonly quotes: QuoteLists) {}

  @ApiOperation({ summary: 'Latest prices in USD and BTC; assets without one are left out' })
  @Get('prices')
  @ApiOkResponse({ standardSchema: pricesSchema })
  prices(@CurrentOwner() viewer: OwnerId, @Query({ schema: pricesQuery }) query: PricesQuery): Promise<PricesView> {
    return this.quotes.prices(viewer, query);
  }
}
