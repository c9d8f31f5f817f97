import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DataModule } from '../data/data.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { PoliciesController, PortfolioPolicyController } from './policies.controller.js';
import { PoliciesService } from './policies.service.js';
import { PolicyEffectService } from './policy-effect.service.js';

@Module({
  imports: [AuditModule, DataModule, PortfolioModule],
  controllers: [PoliciesController, PortfolioPolicyController],
  providers: [PoliciesService, PolicyEffectService],
  exports: [PoliciesService],
})
export class PoliciesModule {}
