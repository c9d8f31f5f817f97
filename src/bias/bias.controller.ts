import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentOwner } from '../platform/http/current-owner.js';
import type { OwnerId } from '../shared/ids.js';
import {
  biasCheckBody,
  biasCheckSchema,
  biasPortfolioIdParam,
  biasQuery,
  biasReportSchema,
  type BiasCheckBody,
  type BiasCheckView,
  type BiasQuery,
  type BiasReportView,
} from './bias.schemas.js';
import { BiasService } from './bias.service.js';
import { OldBiasService } from './old-bias.service.js';

@ApiTags('bias')
@Controller('api/v1/portfolios')
export class BiasController {
  constructor(private readonly bias: BiasService) {}

  @ApiOperation({
    summary: 'What trades and answers say about habits that cost money',
    description:
      'Ten biases, each with a test, its p value, sample and effect, or what is missing for an answer. P values are adjusted together; trades of the last five years are judged, by what was known at the as-of.',
  })
  @Get(':id/bias')
  @ApiOkResponse({ standardSchema: biasReportSchema })
  @ApiNotFoundResponse({ description: 'There is no such portfolio' })
  @ApiServiceUnavailableResponse({ description: 'The tests take too long; Retry-After says when to ask again' })
  ofPortfolio(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: biasPortfolioIdParam }) id: string,
    @Query({ schema: biasQuery }) query: BiasQuery,
  ): Promise<BiasReportView> {
    return this.bias.view(owner, id, query);
  }
}

/** As the prototype meant it. */
@ApiTags('ai')
@Controller('api/ai')
export class OldBiasController {
  constructor(private readonly bias: OldBiasService) {}

  @ApiOperation({
    summary: 'What speaks against a signal: losses, wins, size and weight, and the biases suspected of its owner',
    description: 'Judged on the default portfolio and its policy. No AI is asked: fks_ai has no such route.',
  })
  @Post('bias-check')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: biasCheckSchema })
  check(@CurrentOwner() owner: OwnerId, @Body({ schema: biasCheckBody }) body: BiasCheckBody): Promise<BiasCheckView> {
    return this.bias.check(owner, body);
  }
}
