import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import { DomainError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  candlesQuery,
  differencesQuery,
  mostBars,
  type CandlesQuery,
  type DifferencesQuery,
} from './candles.schemas.js';
import { CandlesService } from './candles.service.js';
import {
  candleDifferencesPage,
  candlePage,
  candlesCsv,
  csvFileName,
  type CandleDifferencesPage,
} from './candles.views.js';

/** CSV has no room for what JSON says of bars that are held back. */
const disputedHeader = 'X-Disputed-Bars';

@ApiTags('data')
@Controller('api/v1/data/candles')
export class CandlesController {
  constructor(private readonly bars: CandlesService) {}

  /** JSON or, asked for by `Accept: text/csv`, CSV, whose next page is told by a `Link` header. */
  @Get()
  @ApiOperation({ summary: 'Stored bars of one series, oldest first, as JSON or CSV' })
  @Header('Vary', 'Accept')
  @ApiProduces('application/json', 'text/csv')
  @ApiOkResponse({ standardSchema: candlePage })
  async candles(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: candlesQuery }) query: CandlesQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (request.accepts(['json', 'text/csv']) !== 'text/csv') {
      const { limit = 50 } = query;
      if (limit > mostBars.json) throw tooMany(limit);
      response.json(await this.bars.candlePage(viewer, { ...query, limit }));
      return;
    }
    const { limit = mostBars.csv } = query;
    const { chosen, bars, nextCursor, disputed } = await this.bars.find(viewer, { ...query, limit });
    response.type('text/csv').setHeader(disputedHeader, disputed.length);
    if (chosen) response.attachment(csvFileName(chosen));
    if (nextCursor !== null) response.links({ next: nextPage(request, nextCursor) });
    response.send(candlesCsv(bars, query.interval, chosen?.series.source));
  }

  @Get('differences')
  @ApiOperation({ summary: 'The bars of one series that were known otherwise at another moment' })
  @ApiOkResponse({ standardSchema: candleDifferencesPage })
  differences(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: differencesQuery }) query: DifferencesQuery,
  ): Promise<CandleDifferencesPage> {
    return this.bars.differences(viewer, query);
  }
}

function tooMany(limit: number): DomainError {
  const message = `is more than ${mostBars.json}; of CSV, asked for by Accept: text/csv, ${mostBars.csv} are to be had`;
  return new DomainError('invalid', `limit: ${message}`, { errors: [{ field: 'limit', value: limit, message }] });
}

/** Relative to this page's own address, so that it holds behind any proxy. */
function nextPage(request: Request, cursor: string): string {
  const parameters = new URLSearchParams(request.originalUrl.split('?')[1]);
  parameters.set('cursor', cursor);
  return `?${parameters.toString()}`;
}
