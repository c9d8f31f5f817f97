import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { jobSchema } from '../jobs/jobs.views.js';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import type { Page } from '../platform/http/page.js';
import { sendStored } from '../platform/http/stored-answer.js';
import type { OwnerId } from '../shared/ids.js';
import { FrontierService } from './frontier.service.js';
import { OldOptimizationService } from './old-optimization.service.js';
import {
  createOptimizationBody,
  frontierQuery,
  oldOptimizationSchema,
  oldOptimizeBody,
  optimizationsQuery,
  type CreateOptimizationBody,
  type FrontierQuery,
  type OldOptimizationView,
  type OldOptimizeBody,
  type OptimizationsQuery,
} from './optimization-requests.schemas.js';
import { OptimizationRequests } from './optimization-requests.service.js';
import {
  frontierView,
  optimizationId,
  optimizationPage,
  optimizationView,
  optimizersPage,
  type FrontierView,
  type OptimizationItem,
  type OptimizationView,
  type OptimizersView,
} from './optimization.schemas.js';
import { OptimizationService } from './optimization.service.js';
import { optimizersView } from './optimization.views.js';

@ApiTags('optimizations')
@Controller('api/v1/optimizations')
export class OptimizationController {
  constructor(
    private readonly optimizations: OptimizationService,
    private readonly requests: OptimizationRequests,
    private readonly frontiers: FrontierService,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Asks for weights within the limits, with their certificate',
    description:
      "Answers at once with the job, whose `result` is the path of the optimization; that there are no weights is an answer, too (`infeasible`, with the limits that collide). The limits are those of the portfolio's policy, and those of the request besides.",
  })
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createOptimizationBody }) body: CreateOptimizationBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: '/api/v1/optimizations', key, body };
    sendStored(response, await this.requests.accept(request, body));
  }

  @Get()
  @ApiOperation({ summary: 'Optimizations, the newest first' })
  @ApiOkResponse({ standardSchema: optimizationPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: optimizationsQuery }) query: OptimizationsQuery,
  ): Promise<Page<OptimizationItem>> {
    return this.optimizations.list(owner, query);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Weights, their certificate and the snapshot they were solved on',
    description:
      '`binding_limits` says in words what each limit costs, `certificate` how far the weights can be from the best ones. It never changes.',
  })
  @ApiOkResponse({ standardSchema: optimizationView })
  view(@CurrentOwner() owner: OwnerId, @Param('id', { schema: optimizationId }) id: string): Promise<OptimizationView> {
    return this.optimizations.view(owner, id);
  }

  @Get(':id/frontier')
  @ApiOperation({
    summary: 'The exact efficient frontier of the same prices, estimates and limits, all turning points',
    description:
      'Computed from the frozen prices: the same optimization has the same frontier for ever. Between two neighbouring turning points the weights are a straight line.',
  })
  @ApiOkResponse({ standardSchema: frontierView })
  @ApiConflictResponse({ description: 'There is none: limits on several assets, too few dates' })
  frontier(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: optimizationId }) id: string,
    @Query({ schema: frontierQuery }) query: FrontierQuery,
  ): Promise<FrontierView> {
    return this.frontiers.of(owner, id, query);
  }
}

@ApiTags('optimizations')
@Controller('api/v1/optimizers')
export class OptimizersController {
  @Get()
  @ApiOperation({
    summary: 'Every optimizer, what it needs and which constraints it takes',
    description:
      '`supported` limits are part of what is solved; `projected` ones are kept by the nearest weights; `refused` ones are answered with the reason.',
  })
  @ApiOkResponse({ standardSchema: optimizersPage })
  list(): OptimizersView {
    return optimizersView();
  }
}

@ApiTags('optimizations')
@Controller('api/portfolio')
export class OldOptimizationController {
  constructor(private readonly optimizations: OldOptimizationService) {}

  @Post('optimize')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Weights of named assets, within the limits of the default portfolio',
    description:
      'As the prototype served it: starts or joins the job of this question and waits for it, eight seconds at most. `POST /api/v1/optimizations` replaces it.',
  })
  @ApiOkResponse({ standardSchema: oldOptimizationSchema })
  @ApiUnprocessableEntityResponse({ description: 'No weights: `detail` names the limits that cannot hold together' })
  @ApiServiceUnavailableResponse({ description: 'Still being solved: `detail` names the job' })
  optimize(
    @CurrentOwner() owner: OwnerId,
    @Body({ schema: oldOptimizeBody }) body: OldOptimizeBody,
  ): Promise<OldOptimizationView> {
    return this.optimizations.optimize(owner, body);
  }
}
