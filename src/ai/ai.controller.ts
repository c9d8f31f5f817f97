import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  aiAnalysisSchema,
  aiHealthSchema,
  analyzedSymbolParam,
  btcOptimizationQuery,
  btcOptimizationSchema,
  type AiAnalysisView,
  type AiHealthView,
  type BtcOptimizationQuery,
  type BtcOptimizationView,
} from './ai.schemas.js';
import { OldAiService } from './old-ai.service.js';

/** As the prototype served them. What fks_ai does not say is null. */
@ApiTags('ai')
@Controller('api/ai')
export class AiController {
  constructor(private readonly ai: OldAiService) {}

  @ApiOperation({ summary: 'Whether fks_ai is healthy, by its own /health' })
  @Get('health')
  @ApiOkResponse({ standardSchema: aiHealthSchema })
  health(): Promise<AiHealthView> {
    return this.ai.health();
  }

  /** Told from the opinions that signal runs were given: a read asks no model. */
  @ApiOperation({ summary: "The model's latest opinion on an asset, of the last 24 hours" })
  @Get('analyze/:symbol')
  @ApiOkResponse({ standardSchema: aiAnalysisSchema })
  analyze(@Param('symbol', { schema: analyzedSymbolParam }) symbol: string): Promise<AiAnalysisView> {
    return this.ai.analysis(symbol);
  }

  @ApiOperation({ summary: 'The share of BTC that the latest opinion on it speaks for, within 50 to 60 %' })
  @Get('btc-optimization')
  @ApiOkResponse({ standardSchema: btcOptimizationSchema })
  btcOptimization(@Query({ schema: btcOptimizationQuery }) query: BtcOptimizationQuery): Promise<BtcOptimizationView> {
    return this.ai.btcOptimization(query.allocations);
  }
}
