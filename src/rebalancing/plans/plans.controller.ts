import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { jobSchema } from '../../jobs/jobs.views.js';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId, PortfolioId } from '../../shared/ids.js';
import { OldPlanService } from './old-plan.service.js';
import {
  createPlanBody,
  oldPlanQuery,
  oldPlanSchema,
  planIdParam,
  planPage,
  planSchema,
  plansQuery,
  portfolioIdParam,
  type CreatePlanBody,
  type OldPlanQuery,
  type OldPlanView,
  type PlansQuery,
  type PlanView,
} from './plans.schemas.js';
import { PlansService } from './plans.service.js';

@ApiTags('rebalancing')
@Controller('api/v1/portfolios')
export class PlansController {
  constructor(private readonly plans: PlansService) {}

  @ApiOperation({
    summary: 'The trades from holdings to targets, or that it is better to wait',
    description:
      'Answers at once with the job, whose `result` is the path of the plan. A plan is a calculation: nothing is traded or recorded.',
  })
  @Post(':id/rebalancing-plans')
  @HttpCode(202)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  @ApiNotFoundResponse({ description: 'There is no such portfolio' })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Body({ schema: createPlanBody }) body: CreatePlanBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `/api/v1/portfolios/${id}/rebalancing-plans`, key, body };
    sendStored(response, await this.plans.request(request, id as PortfolioId, body));
  }

  @ApiOperation({ summary: 'Plans of a portfolio, the newest first' })
  @Get(':id/rebalancing-plans')
  @ApiOkResponse({ standardSchema: planPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Query({ schema: plansQuery }) query: PlansQuery,
  ): Promise<Page<PlanView>> {
    return this.plans.list(owner, id, query);
  }

  @ApiOperation({ summary: 'One plan with what it rests on' })
  @Get(':id/rebalancing-plans/:planId')
  @ApiOkResponse({ standardSchema: planSchema })
  @ApiNotFoundResponse({ description: 'There is no such plan' })
  get(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: portfolioIdParam }) id: string,
    @Param('planId', { schema: planIdParam }) planId: string,
  ): Promise<PlanView> {
    return this.plans.get(owner, id, planId);
  }
}

/** As the prototype served it. */
@ApiTags('rebalancing')
@Controller('api/rebalancing')
export class OldPlanController {
  constructor(private readonly plans: OldPlanService) {}

  @ApiOperation({
    summary: 'Trades that bring BTC to a target and the rest to equal parts, within the limits',
    description: 'As the prototype served it; `POST /api/v1/portfolios/{id}/rebalancing-plans` replaces it.',
  })
  @Get('plan')
  @ApiOkResponse({ standardSchema: oldPlanSchema })
  plan(@CurrentOwner() owner: OwnerId, @Query({ schema: oldPlanQuery }) query: OldPlanQuery): Promise<OldPlanView> {
    return this.plans.plan(owner, query);
  }
}
