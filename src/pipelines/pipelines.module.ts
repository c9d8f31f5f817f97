import { Module } from '@nestjs/common';
import { GuidanceModule } from '../guidance/guidance.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { OptimizationModule } from '../optimization/optimization.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { SignalsModule } from '../signals/signals.module.js';
import { PipelinesController } from './pipelines.controller.js';
import { PipelinesService } from './pipelines.service.js';

@Module({
  imports: [JobsModule, PortfolioModule, SignalsModule, OptimizationModule, GuidanceModule],
  controllers: [PipelinesController],
  providers: [PipelinesService],
  exports: [PipelinesService],
})
export class PipelinesModule {}
