import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { CurrentOwner } from '../../platform/http/current-owner.js';
import type { OwnerId } from '../../shared/ids.js';
import {
  btcCorrelationsSchema,
  correlationMatrixSchema,
  correlationsQuery,
  correlationsSchema,
  dashboardCorrelationQuery,
  dashboardCorrelationSchema,
  diversificationQuery,
  diversificationSchema,
  oldCorrelationsQuery,
  selectionQuery,
  selectionSchema,
  type BtcCorrelationsView,
  type CorrelationMatrixView,
  type CorrelationsQuery,
  type CorrelationsView,
  type DashboardCorrelationQuery,
  type DashboardCorrelationView,
  type DiversificationQuery,
  type DiversificationView,
  type OldCorrelationsQuery,
  type SelectionQuery,
  type SelectionView,
} from './correlations.schemas.js';
import { CorrelationsService } from './correlations.service.js';
import { OldCorrelationsService } from './old-correlations.service.js';

const busy = 'Not there in time: fewer assets or days, or later';

@ApiTags('risk')
@Controller('api/v1/correlations')
export class CorrelationsController {
  constructor(private readonly correlations: CorrelationsService) {}

  @ApiOperation({
    summary: 'How assets move together, with the observations behind each number',
    description:
      'Of daily simple returns; `pairwise` takes each pair over the dates that both have, every other estimator takes the dates that all have.',
  })
  @Get()
  @ApiOkResponse({ standardSchema: correlationsSchema })
  @ApiServiceUnavailableResponse({ description: busy })
  matrix(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: correlationsQuery }) query: CorrelationsQuery,
  ): Promise<CorrelationsView> {
    return this.correlations.matrix(viewer, query);
  }

  @ApiOperation({
    summary: 'Assets that move little with BTC, or another anchor, and with each other',
    description:
      'Chosen one after the other: first the lowest correlation with the anchor, then the lowest with those chosen; whoever is above the limit is left out.',
  })
  @Get('selection')
  @ApiOkResponse({ standardSchema: selectionSchema })
  @ApiServiceUnavailableResponse({ description: busy })
  selection(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: selectionQuery }) query: SelectionQuery,
  ): Promise<SelectionView> {
    return this.correlations.selection(viewer, query);
  }
}

/** As the prototype served them. */
@ApiTags('risk')
@Controller('api')
export class OldCorrelationsController {
  constructor(private readonly correlations: OldCorrelationsService) {}

  @ApiOperation({
    summary: 'Correlation of each symbol with BTC',
    description: 'As the prototype served it; `GET /api/v1/correlations` replaces it.',
  })
  @Get('correlation/btc')
  @ApiOkResponse({ standardSchema: btcCorrelationsSchema })
  @ApiServiceUnavailableResponse({ description: busy })
  withBtc(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: oldCorrelationsQuery }) query: OldCorrelationsQuery,
  ): Promise<BtcCorrelationsView> {
    return this.correlations.withBtc(viewer, query);
  }

  @ApiOperation({
    summary: 'Correlations by pair of symbols',
    description: 'As the prototype served it; `GET /api/v1/correlations` replaces it.',
  })
  @Get('correlation/matrix')
  @ApiOkResponse({ standardSchema: correlationMatrixSchema })
  @ApiServiceUnavailableResponse({ description: busy })
  matrix(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: oldCorrelationsQuery }) query: OldCorrelationsQuery,
  ): Promise<CorrelationMatrixView> {
    return this.correlations.matrix(viewer, query);
  }

  @ApiOperation({
    summary: 'Correlations for the dashboard',
    description: 'As the prototype served it; `GET /api/v1/correlations` replaces it.',
  })
  @Get('dashboard/correlation')
  @ApiOkResponse({ standardSchema: dashboardCorrelationSchema })
  @ApiServiceUnavailableResponse({ description: busy })
  dashboard(
    @CurrentOwner() viewer: OwnerId,
    @Query({ schema: dashboardCorrelationQuery }) query: DashboardCorrelationQuery,
  ): Promise<DashboardCorrelationView> {
    return this.correlations.dashboard(viewer, query);
  }

  @ApiOperation({
    summary: 'How many kinds of assets there are among the symbols',
    description:
      'As the prototype served it; `GET /api/v1/correlations/selection` and `concentration` of the risk report say more.',
  })
  @Get('diversification/score')
  @ApiOkResponse({ standardSchema: diversificationSchema })
  diversification(@Query({ schema: diversificationQuery }) query: DiversificationQuery): Promise<DiversificationView> {
    return this.correlations.diversification(query);
  }
}
