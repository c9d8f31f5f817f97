import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { candlePage, candlesQuery, type CandlePage, type CandlesQuery } from './data.schemas.js';
import { DataService } from './data.service.js';

@ApiTags('data')
@Controller('api/v1/data')
export class DataController {
  constructor(private readonly data: DataService) {}

  @Get('candles')
  @ApiOperation({ summary: 'Stored bars of one series, oldest first' })
  @ApiOkResponse({ standardSchema: candlePage })
  candles(@Query({ schema: candlesQuery }) query: CandlesQuery): Promise<CandlePage> {
    return this.data.candlePage(query);
  }
}
