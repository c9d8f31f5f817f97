import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentOwner } from '../platform/http/current-owner.js';
import type { OwnerId } from '../shared/ids.js';
import {
  allocationChart,
  allocationChartQuery,
  allocationChartSchema,
  type AllocationChartQuery,
  type AllocationChartView,
} from './allocation-chart.js';
import {
  dashboardRiskQuery,
  dashboardRiskSchema,
  reportIdParam,
  riskPortfolioIdParam,
  riskQuery,
  riskReportSchema,
  type DashboardRiskQuery,
  type DashboardRiskView,
  type RiskQuery,
  type RiskReportView,
} from './risk.schemas.js';
import { RiskService } from './risk.service.js';
import { defaultWeights } from '../portfolio/domain/default-weights.js';

const stillMade = 'The report is still being made: `detail` names the job, Retry-After says when to ask again';

@ApiTags('risk')
@Controller('api/v1')
export class RiskController {
  constructor(private readonly risk: RiskService) {}

  @ApiOperation({
    summary: "The risk of a portfolio's weights, in BTC and in US dollars",
    description:
      "Today's weights are held constant over the past of the lookback. Answers a stored report, or has one made and waits for it, eight seconds at most; judged by the thresholds of the portfolio's policy.",
  })
  @Get('portfolios/:id/risk')
  @ApiOkResponse({ standardSchema: riskReportSchema })
  @ApiNotFoundResponse({ description: 'There is no such portfolio' })
  @ApiServiceUnavailableResponse({ description: stillMade })
  ofPortfolio(
    @CurrentOwner() owner: OwnerId,
    @Param('id', { schema: riskPortfolioIdParam }) id: string,
    @Query({ schema: riskQuery }) query: RiskQuery,
  ): Promise<RiskReportView> {
    return this.risk.ofPortfolio(owner, id, query);
  }

  @ApiOperation({ summary: 'A risk report as it was made' })
  @Get('risk-reports/:id')
  @ApiOkResponse({ standardSchema: riskReportSchema })
  @ApiNotFoundResponse({ description: 'There is no such report' })
  get(@CurrentOwner() owner: OwnerId, @Param('id', { schema: reportIdParam }) id: string): Promise<RiskReportView> {
    return this.risk.get(owner, id);
  }
}

@ApiTags('risk')
@Controller('api/dashboard')
export class DashboardRiskController {
  constructor(private readonly risk: RiskService) {}

  @ApiOperation({ summary: 'Weights for a chart, scaled to a sum of 1' })
  @Get('charts/allocation')
  @ApiOkResponse({ standardSchema: allocationChartSchema })
  allocation(@Query({ schema: allocationChartQuery }) query: AllocationChartQuery): AllocationChartView {
    return allocationChart(query, defaultWeights, Date.now());
  }

  @ApiOperation({
    summary: 'Risk of the default portfolio, with losses as negative numbers',
    description:
      'As the prototype served it; `GET /api/v1/portfolios/{id}/risk` replaces it, where losses are positive.',
  })
  @Get('risk')
  @ApiOkResponse({ standardSchema: dashboardRiskSchema })
  @ApiServiceUnavailableResponse({ description: stillMade })
  dashboard(
    @CurrentOwner() owner: OwnerId,
    @Query({ schema: dashboardRiskQuery }) query: DashboardRiskQuery,
  ): Promise<DashboardRiskView> {
    return this.risk.dashboard(owner, query);
  }
}
