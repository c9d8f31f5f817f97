import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
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
import { CurrentAdmin, CurrentOwner } from '../../platform/http/current-owner.js';
import { IdempotencyKey, idempotencyKeyHeader } from '../../platform/http/idempotency-key.js';
import type { Page } from '../../platform/http/page.js';
import { sendStored } from '../../platform/http/stored-answer.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  addAssetBody,
  assetPage,
  assetSchema,
  assetsQuery,
  changeAssetBody,
  enabledAssetsSchema,
  symbolParam,
  type AddAssetBody,
  type AssetsQuery,
  type AssetView,
  type ChangeAssetBody,
  type EnabledAssetsView,
} from './assets.schemas.js';
import { AssetsService } from './assets.service.js';

/** Idempotency keys are unique within it, however the request spelled the route. */
const path = '/api/v1/assets';

@ApiTags('data')
@Controller('api/v1/assets')
export class AssetsController {
  constructor(private readonly assets: AssetsService) {}

  @ApiOperation({ summary: 'The assets that are known' })
  @Get()
  @ApiOkResponse({ standardSchema: assetPage })
  list(@Query({ schema: assetsQuery }) query: AssetsQuery): Promise<Page<AssetView>> {
    return this.assets.list(query);
  }

  /** An act of an admin. The same asset again is the same answer. */
  @ApiOperation({ summary: 'Registers an asset' })
  @Post()
  @HttpCode(201)
  @ApiHeader({ name: idempotencyKeyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: assetSchema })
  @ApiConflictResponse({ description: 'The id, or a spelling, is another asset’s' })
  async add(
    @CurrentAdmin() ownerId: OwnerId,
    @Body({ schema: addAssetBody }) body: AddAssetBody,
    @IdempotencyKey() key: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    sendStored(response, await this.assets.add({ ownerId, method: 'POST', path, key, body }, body));
  }

  @ApiOperation({ summary: 'One asset, by any of its spellings' })
  @Get(':symbol')
  @ApiOkResponse({ standardSchema: assetSchema })
  @ApiNotFoundResponse({ description: 'Nobody’s spelling; the nearest assets are named' })
  get(@Param('symbol', { schema: symbolParam }) symbol: string): Promise<AssetView> {
    return this.assets.get(symbol);
  }

  /** An act of an admin; what is not named stays as it is. */
  @ApiOperation({ summary: 'Changes how an asset is collected' })
  @Patch(':symbol')
  @ApiOkResponse({ standardSchema: assetSchema })
  @ApiConflictResponse({ description: 'A spelling is another asset’s' })
  change(
    @CurrentAdmin() admin: OwnerId,
    @Param('symbol', { schema: symbolParam }) symbol: string,
    @Body({ schema: changeAssetBody }) body: ChangeAssetBody,
  ): Promise<AssetView> {
    return this.assets.change(admin, symbol, body);
  }
}

/** As the prototype served it. */
@ApiTags('data')
@Controller('api/assets')
export class EnabledAssetsController {
  constructor(private readonly assets: AssetsService) {}

  @ApiOperation({ summary: 'Enabled assets, the most important first' })
  @Get('enabled')
  @ApiOkResponse({ standardSchema: enabledAssetsSchema })
  enabled(@CurrentOwner() viewer: OwnerId): Promise<EnabledAssetsView> {
    return this.assets.enabled(viewer);
  }
}
