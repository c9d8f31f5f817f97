import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentAdmin, CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  importIdParam,
  importPage,
  importSchema,
  importsQuery,
  publishBody,
  type ImportsQuery,
  type ImportView,
  type PublishBody,
} from './imports.schemas.js';
import { ImportsService } from './imports.service.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/data/imports';

const text = (description: string, example: string) => ({ type: 'string', description, example });

@ApiTags('data')
@Controller('api/v1/data/imports')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  /** The same file for the same series again is the same import. */
  @ApiOperation({ summary: 'Stores the bars of a CSV file, for their owner alone' })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['asset', 'file'],
      properties: {
        asset: text('Any spelling that resolves', 'BTC'),
        interval: text('1m, 5m, 15m, 1h, 4h or 1d, which is the default', '1d'),
        quote_currency: text('USD, which is the default, or USDT', 'USD'),
        adjustment: text('raw, split, total_return or unknown, which is the default', 'raw'),
        unit: text(
          'same, which is the default, or corrected, where what is stored is a hundredfold of the right prices or their hundredth',
          'same',
        ),
        file: { type: 'string', format: 'binary', description: 'CSV or CSV packed by gzip, at most 200 MB' },
      },
    },
  })
  @ApiCreatedResponse({ standardSchema: importSchema })
  @ApiOkResponse({ standardSchema: importSchema, description: 'The same file came before: the import that is there' })
  @ApiPayloadTooLargeResponse({ description: 'The file has more than 200 MB' })
  @ApiUnsupportedMediaTypeResponse({ description: 'The body is no multipart form' })
  async add(
    @CurrentOwner() ownerId: OwnerId,
    @IdempotencyKey() key: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    sendStored(response, await this.imports.receive({ ownerId, method: 'POST', path, key }, request));
  }

  @ApiOperation({ summary: 'Imports of the owner, newest first' })
  @Get()
  @ApiOkResponse({ standardSchema: importPage })
  list(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: importsQuery }) query: ImportsQuery,
  ): Promise<Page<ImportView>> {
    return this.imports.list(owner, query);
  }

  @ApiOperation({ summary: 'One import with its report' })
  @Get(':id')
  @ApiOkResponse({ standardSchema: importSchema })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: importIdParam }) id: string): Promise<ImportView> {
    return this.imports.get(owner, id);
  }

  /** An act of an admin: the bars become everybody's, and a vote among the sources. */
  @ApiOperation({ summary: 'Publishes the source that an import went to' })
  @Post(':id/publish')
  @HttpCode(200)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiOkResponse({ standardSchema: importSchema })
  @ApiNotFoundResponse({ description: 'There is no such import' })
  async publish(
    @CurrentAdmin() ownerId: OwnerId,
    @Param('id', { schema: importIdParam }) id: string,
    @Body({ schema: publishBody }) body: PublishBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const request = { ownerId, method: 'POST', path: `${path}/${id}/publish`, key, body };
    sendStored(response, await this.imports.publish(request, id, body.reason));
  }
}
