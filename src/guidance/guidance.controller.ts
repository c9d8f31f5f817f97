import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentOwner } from '../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../platform/http/idempotency-key.js';
import type { Page } from '../platform/http/page.js';
import type { OwnerId } from '../shared/ids.js';
import {
  answerBody,
  decisionEventPage,
  decisionEventsQuery,
  decisionIdParam,
  decisionPage,
  decisionSchema,
  decisionsQuery,
  type AnswerBody,
  type DecisionEventsQuery,
  type DecisionEventView,
  type DecisionsQuery,
  type DecisionView,
} from './guidance.schemas.js';
import { GuidanceService } from './guidance.service.js';

@ApiTags('decisions')
@Controller('api/v1/decisions')
export class GuidanceController {
  constructor(private readonly guidance: GuidanceService) {}

  @ApiOperation({ summary: 'Decisions, newest first' })
  @Get()
  @ApiOkResponse({ standardSchema: decisionPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: decisionsQuery }) query: DecisionsQuery,
  ): Promise<Page<DecisionView>> {
    return this.guidance.list(owner, query);
  }

  @ApiOperation({ summary: 'One decision with its proposal and evidence' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: decisionSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: decisionIdParam }) id: string): Promise<DecisionView> {
    return this.guidance.get(owner, id);
  }

  /** The audit trail of a decision, oldest event first. */
  @ApiOperation({ summary: 'The audit trail of a decision' })
  @Get(':id/events')
  @ApiOkResponse({ standardSchema: decisionEventPage })
  events(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: decisionIdParam }) id: string,
    @Query({ schema: decisionEventsQuery }) query: DecisionEventsQuery,
  ): Promise<Page<DecisionEventView>> {
    return this.guidance.events(owner, id, query);
  }

  /** Answers a waiting decision, once. 200: recorded in the audit trail. 202: no worker took it in time; ask again. */
  @ApiOperation({ summary: 'Answers a waiting decision, once' })
  @Post(':id/answer')
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: decisionSchema })
  @ApiAcceptedResponse({ standardSchema: decisionSchema })
  @ApiConflictResponse({ description: 'The decision does not take this answer' })
  async answer(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: decisionIdParam }) id: string,
    @Body({ schema: answerBody }) body: AnswerBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DecisionView> {
    const { kind, decision } = await this.guidance.answer(owner, id, body, key);
    response.status(kind === 'recorded' ? 200 : 202);
    return decision;
  }
}
