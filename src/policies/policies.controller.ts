import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import type { Page } from '../platform/http/page.js';
import { sendStored } from '../platform/http/stored-answer.js';
import type { OwnerId } from '../shared/ids.js';
import {
  choosePolicyBody,
  createPolicyBody,
  createVersionBody,
  policiesQuery,
  policyEffectQuery,
  policyEffectSchema,
  policyIdParam,
  policyInForceSchema,
  policyPage,
  policySchema,
  rollbackBody,
  rolloutBody,
  versionParam,
  type ChoosePolicyBody,
  type CreatePolicyBody,
  type CreateVersionBody,
  type PoliciesQuery,
  type PolicyEffectQuery,
  type PolicyEffectView,
  type PolicyInForceView,
  type PolicyView,
  type RollbackBody,
  type RolloutBody,
} from './policies.schemas.js';
import { PoliciesService } from './policies.service.js';
import { PolicyEffectService } from './policy-effect.service.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/policies';

@ApiTags('policies')
@Controller('api/v1/policies')
export class PoliciesController {
  constructor(
    private readonly policies: PoliciesService,
    private readonly effects: PolicyEffectService,
  ) {}

  @ApiOperation({
    summary: 'A new policy with its first version',
    description:
      'Limits that are not named keep the defaults: BTC 50 to 60 %, every other asset up to 20 %. Its first version is in force at once for the portfolios that choose the policy.',
  })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: policySchema })
  @ApiConflictResponse({ description: 'Another policy has the name' })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createPolicyBody }) body: CreatePolicyBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    sendStored(response, await this.policies.create({ ownerId, method: 'POST', path, key, body }, body));
  }

  @ApiOperation({ summary: 'Policies with their versions, in the order they were made' })
  @Get()
  @ApiOkResponse({ standardSchema: policyPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: policiesQuery }) query: PoliciesQuery,
  ): Promise<Page<PolicyView>> {
    return this.policies.list(owner, query);
  }

  @ApiOperation({ summary: 'One policy with its versions' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: policySchema })
  @ApiNotFoundResponse({ description: 'There is no such policy' })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: policyIdParam }) id: string): Promise<PolicyView> {
    return this.policies.get(owner, id);
  }

  @ApiOperation({
    summary: 'The next version of the limits',
    description:
      'Versions never change, and nobody follows a new one before it is rolled out. What is not named has the default, not the value of the version before.',
  })
  @Post(':id/versions')
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: policySchema })
  @ApiNotFoundResponse({ description: 'There is no such policy' })
  async propose(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
    @Body({ schema: createVersionBody }) body: CreateVersionBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${id}/versions`, key, body };
    sendStored(response, await this.policies.propose(request, id, body));
  }

  @ApiOperation({
    summary: 'What a version would mean for every portfolio that follows the policy',
    description:
      'Which limits each portfolio breaks now and would break then, and the least that it would have to trade. Nothing is changed.',
  })
  @Get(':id/versions/:version/effect')
  @ApiOkResponse({ standardSchema: policyEffectSchema })
  @ApiNotFoundResponse({ description: 'There is no such version' })
  effect(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
    @Param('version', { schema: versionParam }) version: number,
    @Query({ schema: policyEffectQuery }) query: PolicyEffectQuery,
  ): Promise<PolicyEffectView> {
    return this.effects.of(owner, { policyId: id, version, ...query });
  }

  @ApiOperation({
    summary: 'Gives a version to all portfolios of the policy, or to a part of them',
    description:
      '`share` reaches a fixed part of the portfolios, `portfolios` those that are named besides; for each, the newest rollout that reaches it counts.',
  })
  @Post(':id/rollouts')
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: policySchema })
  @ApiNotFoundResponse({ description: 'There is no such policy, version or portfolio' })
  async rollOut(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
    @Body({ schema: rolloutBody }) body: RolloutBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${id}/rollouts`, key, body };
    sendStored(response, await this.policies.rollOut(request, id, body));
  }

  @ApiOperation({
    summary: 'Gives all portfolios the version back that all had before',
    description: 'It is a rollout, too: the history keeps both.',
  })
  @Post(':id/rollback')
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: policySchema })
  @ApiConflictResponse({ description: 'There is no version to go back to' })
  async rollBack(
    @CurrentOwner() ownerId: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
    @Body({ schema: rollbackBody }) body: RollbackBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${id}/rollback`, key, body };
    sendStored(response, await this.policies.rollBack(request, id, body.reason));
  }
}

@ApiTags('policies')
@Controller('api/v1/portfolios')
export class PortfolioPolicyController {
  constructor(private readonly policies: PoliciesService) {}

  @ApiOperation({
    summary: 'The limits that a portfolio follows',
    description:
      "Those of the policy that it chose, or of the owner's default one, in the version that was rolled out to it.",
  })
  @Get(':id/policy')
  @ApiOkResponse({ standardSchema: policyInForceSchema })
  inForce(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
  ): Promise<PolicyInForceView> {
    return this.policies.inForceView(owner, id);
  }

  @ApiOperation({ summary: 'Lets a portfolio follow a policy' })
  @Put(':id/policy')
  @ApiOkResponse({ standardSchema: policyInForceSchema })
  choose(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: policyIdParam }) id: string,
    @Body({ schema: choosePolicyBody }) body: ChoosePolicyBody,
  ): Promise<PolicyInForceView> {
    return this.policies.choose(owner, id, body.policy_id);
  }
}
