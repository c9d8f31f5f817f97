import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { jobSchema } from '../jobs/jobs.views.js';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import { sendStored } from '../platform/http/stored-answer.js';
import type { OwnerId, PortfolioId } from '../shared/ids.js';
import {
  createPipelineBody,
  pipelineIdParam,
  pipelineSchema,
  type CreatePipelineBody,
  type PipelineView,
} from './pipelines.schemas.js';
import { PipelinesService } from './pipelines.service.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/pipelines';

@ApiTags('pipelines')
@Controller('api/v1/pipelines')
export class PipelinesController {
  constructor(private readonly pipelines: PipelinesService) {}

  /** Starts a run: collect prices, look for signals, optimize, open the decision. */
  @ApiOperation({ summary: 'Starts a run from prices to a decision' })
  @Post()
  @HttpCode(202)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createPipelineBody }) body: CreatePipelineBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path, key, body };
    sendStored(response, await this.pipelines.request(request, body.portfolio_id as PortfolioId, body.as_of));
  }

  @ApiOperation({ summary: 'A run and what there is of it so far' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: pipelineSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: pipelineIdParam }) id: string): Promise<PipelineView> {
    return this.pipelines.get(owner, id);
  }
}
