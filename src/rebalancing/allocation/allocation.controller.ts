import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import type { TargetSet } from '../domain/allocation.js';
import {
  calculateBody,
  calculatedSchema,
  checkQuery,
  checkSchema,
  driftQuery,
  driftSchema,
  setTargetsBody,
  setTargetsSchema,
  summaryBody,
  summaryQuery,
  summarySchema,
  targetSetParam,
  targetsQuery,
  targetsSchema,
  type CalculateBody,
  type CalculatedView,
  type CheckQuery,
  type CheckView,
  type DriftQuery,
  type DriftView,
  type SetTargetsBody,
  type SummaryBody,
  type SummaryQuery,
  type SummaryView,
  type TargetSetView,
  type TargetsQuery,
  type TargetsView,
} from './allocation.schemas.js';
import { AllocationService } from './allocation.service.js';

/** As the prototype served them; holdings come with the request, in US dollars. */
@ApiTags('rebalancing')
@Controller('api/v1/allocation')
export class AllocationController {
  constructor(private readonly allocation: AllocationService) {}

  @ApiOperation({
    summary: 'How holdings lie beside the targets of their classes',
    description:
      'As the prototype served it: holdings come with the request. For a portfolio that is kept here, `POST /api/v1/portfolios/{id}/rebalancing-plans`.',
  })
  @Post('calculate')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: calculatedSchema })
  calculate(
    @CurrentOwner() owner: OwnerId,
    @Body({ schema: calculateBody }) body: CalculateBody,
  ): Promise<CalculatedView> {
    return this.allocation.calculate(owner, body);
  }

  @ApiOperation({
    summary: 'Targets of each class for a portfolio of a value',
    description: 'As the prototype served it; limits of single assets are policies, see `GET /api/v1/policies`.',
  })
  @Get('targets')
  @ApiOkResponse({ standardSchema: targetsSchema })
  targets(@CurrentOwner() owner: OwnerId, @Query({ schema: targetsQuery }) query: TargetsQuery): Promise<TargetsView> {
    return this.allocation.targets(owner, query.portfolio_value);
  }

  @ApiOperation({
    summary: 'Sets the targets of all portfolios, or of one type of account',
    description: 'As the prototype served it; limits of single assets are policies, see `POST /api/v1/policies`.',
  })
  @Put('targets/:targetSet')
  @ApiOkResponse({ standardSchema: setTargetsSchema })
  setTargets(
    @CurrentOwner() owner: OwnerId,
    @Param('targetSet', { schema: targetSetParam }) targetSet: TargetSet,
    @Body({ schema: setTargetsBody }) body: SetTargetsBody,
  ): Promise<TargetSetView> {
    return this.allocation.setTargets(owner, targetSet, body.percentages);
  }

  @ApiOperation({
    summary: 'Whether any class lies further from its target than the threshold',
    description:
      'As the prototype served it; `POST /api/v1/portfolios/{id}/rebalancing-plans` weighs what waiting costs instead.',
  })
  @Get('check-rebalancing')
  @ApiOkResponse({ standardSchema: checkSchema })
  check(@CurrentOwner() owner: OwnerId, @Query({ schema: checkQuery }) query: CheckQuery): Promise<CheckView> {
    return this.allocation.check(owner, query);
  }

  @ApiOperation({
    summary: 'How far each class lies from its target, the furthest first',
    description: 'As the prototype served it; a rebalancing plan has the weights before, as wanted, and after.',
  })
  @Get('drift-analysis')
  @ApiOkResponse({ standardSchema: driftSchema })
  drift(@CurrentOwner() owner: OwnerId, @Query({ schema: driftQuery }) query: DriftQuery): Promise<DriftView> {
    return this.allocation.drift(owner, query);
  }

  @ApiOperation({
    summary: 'Accounts by type, each type beside its own targets',
    description:
      'As the prototype served it. Accounts come in the body; the query is read as well. For accounts that are kept here, `GET /api/v1/portfolios/{id}/valuation?account=`.',
  })
  @Post('multi-account/summary')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: summarySchema })
  summary(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: summaryQuery }) query: SummaryQuery,
    @Body({ schema: summaryBody }) body: SummaryBody | undefined,
  ): Promise<SummaryView> {
    return this.allocation.summary(owner, query, body ?? {});
  }
}
