import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { jobSchema } from '../../jobs/jobs.views.js';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  collectionIdParam,
  collectionsQuery,
  createCollectionBody,
  type CollectionsQuery,
  type CreateCollectionBody,
} from './collections.schemas.js';
import { CollectionsService } from './collections.service.js';
import {
  attemptPage,
  collectionPage,
  collectionSchema,
  type CollectionSummary,
  type CollectionView,
  type SourceAttemptView,
} from './collections.views.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/data/collections';

@ApiTags('data')
@Controller('api/v1/data/collections')
export class CollectionsController {
  constructor(private readonly collections: CollectionsService) {}

  /** The answer is the job; its result, once there, is the collection. */
  @ApiOperation({ summary: 'Collects what is missing of histories, as a job' })
  @Post()
  @HttpCode(202)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiAcceptedResponse({ standardSchema: jobSchema })
  async create(
    @CurrentOwner() ownerId: OwnerId,
    @Body({ schema: createCollectionBody }) body: CreateCollectionBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    sendStored(response, await this.collections.request({ ownerId, method: 'POST', path, key, body }, body));
  }

  @ApiOperation({ summary: 'Collections, newest first' })
  @Get()
  @ApiOkResponse({ standardSchema: collectionPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: collectionsQuery }) query: CollectionsQuery,
  ): Promise<Page<CollectionSummary>> {
    return this.collections.list(owner, query);
  }

  @ApiOperation({ summary: 'What was asked for, who was asked, and what came of it' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: collectionSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: collectionIdParam }) id: string): Promise<CollectionView> {
    return this.collections.get(owner, id);
  }

  @ApiOperation({ summary: 'Every question to a source, newest first' })
  @Get(':id/attempts')
  @ApiOkResponse({ standardSchema: attemptPage })
  attempts(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: collectionIdParam }) id: string,
    @Query({ schema: collectionsQuery }) query: CollectionsQuery,
  ): Promise<Page<SourceAttemptView>> {
    return this.collections.attempts(owner, id, query);
  }
}
