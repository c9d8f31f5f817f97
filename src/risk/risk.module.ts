import { Module } from '@nestjs/common';
import { DataModule } from '../data/data.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ComputeModule } from '../platform/compute/compute.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { CorrelationsController, OldCorrelationsController } from './correlations/correlations.controller.js';
import { CorrelationsService } from './correlations/correlations.service.js';
import { OldCorrelationsService } from './correlations/old-correlations.service.js';
import { RiskAssessor } from './risk-assessor.js';
import { RiskPrices } from './risk-prices.js';
import { DashboardRiskController, RiskController } from './risk.controller.js';
import { RiskService } from './risk.service.js';

@Module({
  imports: [ComputeModule, DataModule, JobsModule, PoliciesModule, PortfolioModule],
  controllers: [CorrelationsController, DashboardRiskController, OldCorrelationsController, RiskController],
  providers: [CorrelationsService, OldCorrelationsService, RiskAssessor, RiskPrices, RiskService],
  exports: [RiskAssessor],
})
export class RiskModule {}
