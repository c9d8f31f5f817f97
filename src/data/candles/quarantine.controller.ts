import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentAdmin, CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  closeDisputeBody,
  closeDisputesBody,
  disputeIdParam,
  quarantineQuery,
  type CloseDisputeBody,
  type CloseDisputesBody,
  type QuarantineQuery,
} from './quarantine.schemas.js';
import { QuarantineService } from './quarantine.service.js';
import { closedDisputesSchema, disputePage, disputeSchema, type DisputeView } from './quarantine.views.js';
import type { Ending } from '../domain/consensus.js';

const path = '/api/v1/data/quarantine';
const act: Readonly<Record<Ending, string>> = { released: 'release', discarded: 'discard' };

@ApiTags('data')
@Controller('api/v1/data/quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineService) {}

  @ApiOperation({ summary: 'Bars that sources disagree about, the newest dispute first' })
  @Get()
  @ApiOkResponse({ standardSchema: disputePage })
  list(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: quarantineQuery }) query: QuarantineQuery,
  ): Promise<Page<DisputeView>> {
    return this.quarantine.list(viewer, query);
  }

  @ApiOperation({ summary: 'One disputed bar with the votes' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: disputeSchema })
  @ApiNotFoundResponse({ description: 'There is no such dispute' })
  get(@Param('id', { schema: disputeIdParam }) id: string): Promise<DisputeView> {
    return this.quarantine.get(id);
  }

  /** An act of an admin: all of them or none. */
  @ApiOperation({ summary: 'Gives the disputed bars of a window to readers again' })
  @Post('release')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: closedDisputesSchema })
  releaseAll(
    @CurrentAdmin() admin: OwnerId,
    @Body({ schema: closeDisputesBody }) body: CloseDisputesBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.closeAll('released', { admin, body, key }, response);
  }

  /** An act of an admin: all of them or none. */
  @ApiOperation({ summary: 'Takes the disputed bars of a window from readers for good' })
  @Post('discard')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: closedDisputesSchema })
  discardAll(
    @CurrentAdmin() admin: OwnerId,
    @Body({ schema: closeDisputesBody }) body: CloseDisputesBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.closeAll('discarded', { admin, body, key }, response);
  }

  /** An act of an admin. Where several sources are held back, it says whose bar is right. */
  @ApiOperation({ summary: 'Gives disputed bars to readers again' })
  @Post(':id/release')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: disputeSchema })
  @ApiNotFoundResponse({ description: 'There is no such dispute' })
  @ApiConflictResponse({ description: 'The dispute has ended' })
  release(
    @CurrentAdmin() admin: OwnerId,
    @Param('id', { schema: disputeIdParam }) id: string,
    @Body({ schema: closeDisputeBody }) body: CloseDisputeBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.close('released', { admin, id, body, key }, response);
  }

  /** An act of an admin. What the sources said of the bar is never read again; a later revision of theirs is. */
  @ApiOperation({ summary: 'Takes disputed bars from readers for good' })
  @Post(':id/discard')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: disputeSchema })
  @ApiNotFoundResponse({ description: 'There is no such dispute' })
  @ApiConflictResponse({ description: 'The dispute has ended' })
  discard(
    @CurrentAdmin() admin: OwnerId,
    @Param('id', { schema: disputeIdParam }) id: string,
    @Body({ schema: closeDisputeBody }) body: CloseDisputeBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    return this.close('discarded', { admin, id, body, key }, response);
  }

  private async close(
    ending: Ending,
    { admin: ownerId, id, body, key }: { admin: OwnerId; id: string; body: CloseDisputeBody; key: string | undefined },
    response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${id}/${act[ending]}`, key, body };
    sendStored(response, await this.quarantine.close(request, id, ending, body));
  }

  private async closeAll(
    ending: Ending,
    { admin: ownerId, body, key }: { admin: OwnerId; body: CloseDisputesBody; key: string | undefined },
    response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${act[ending]}`, key, body };
    sendStored(response, await this.quarantine.closeAll(request, ending, body));
  }
}
