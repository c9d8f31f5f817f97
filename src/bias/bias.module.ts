import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DataModule } from '../data/data.module.js';
import { ComputeModule } from '../platform/compute/compute.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { BiasController, OldBiasController } from './bias.controller.js';
import { BiasService } from './bias.service.js';
import { OldBiasService } from './old-bias.service.js';

@Module({
  imports: [AuditModule, ComputeModule, DataModule, PoliciesModule, PortfolioModule],
  controllers: [BiasController, OldBiasController],
  providers: [BiasService, OldBiasService],
  exports: [BiasService],
})
export class BiasModule {}
