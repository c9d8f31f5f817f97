import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { jobSchema } from '../jobs/jobs.views.js';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import type { Page } from '../platform/http/page.js';
import { sendStored } from '../platform/http/stored-answer.js';
import type { OwnerId } from '../shared/ids.js';
import { SignalRunRequests } from './runs/signal-run-requests.service.js';
import { SignalRunsService } from './runs/signal-runs.service.js';
import { signalRunSchema, type SignalRunView } from './runs/signal-runs.views.js';
import {
  createSignalRunBody,
  signalId,
  signalRunId,
  signalRunQuery,
  signalsQuery,
  type CreateSignalRunBody,
  type SignalRunQuery,
  type SignalsQuery,
} from './signals.schemas.js';
import { SignalsService } from './signals.service.js';
import { signalDetailView, signalPage, type SignalDetailView, type SignalView } from './signals.views.js';

@ApiTags('signals')
@Controller('api/v1/signals')
export class SignalsController {
  constructor(
    private readonly signals: SignalsService,
    private readonly requests: SignalRunRequests,
    private readonly runs: SignalRunsService,
  ) {}

  @Post('runs')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Asks for the signals of assets in all categories',
    description:
      'Answers at once with the job, whose `result` is the path of the run. Of a portfolio, an asset, a category and an as-of there is one outcome: a second run for the same as-of is told what the first one found, and changes nothing.',
  })
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createSignalRunBody }) body: CreateSignalRunBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: '/api/v1/signals/runs', key, body };
    sendStored(response, await this.requests.accept(request, body));
  }

  @Get('runs/:id')
  @ApiOperation({
    summary: 'A run: its signals, and the reason for each pair of asset and category without one',
    description: 'What is there so far while it runs; pages are by asset and category.',
  })
  @ApiOkResponse({ standardSchema: signalRunSchema })
  run(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: signalRunId }) id: string,
    @Query({ schema: signalRunQuery }) query: SignalRunQuery,
  ): Promise<SignalRunView> {
    return this.runs.view(owner, id, query);
  }

  @Get()
  @ApiOperation({
    summary: 'Stored signals, newest first',
    description: 'Those that something held back are listed only when `state` asks for them.',
  })
  @ApiOkResponse({ standardSchema: signalPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: signalsQuery }) query: SignalsQuery,
  ): Promise<Page<SignalView>> {
    return this.signals.page(owner, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One signal with its evidence and every opinion that was asked for' })
  @ApiOkResponse({ standardSchema: signalDetailView })
  view(@CurrentOwner() owner: OwnerId, @Param('id', { schema: signalId }) id: string): Promise<SignalDetailView> {
    return this.signals.view(owner, id);
  }
}
