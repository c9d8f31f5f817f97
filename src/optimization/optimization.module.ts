import { Module } from '@nestjs/common';
import { DataModule } from '../data/data.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ComputeModule } from '../platform/compute/compute.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { FrontierService } from './frontier.service.js';
import { OldOptimizationService } from './old-optimization.service.js';
import { OldOptimizationController, OptimizationController, OptimizersController } from './optimization.controller.js';
import { OptimizationRepository } from './optimization.repository.js';
import { OptimizationService } from './optimization.service.js';
import { OptimizationSolver } from './optimization-solver.js';
import { SnapshotFreezer } from './snapshot-freezer.js';
import { OptimizationRequests } from './optimization-requests.service.js';

@Module({
  imports: [ComputeModule, DataModule, JobsModule, PoliciesModule, PortfolioModule],
  controllers: [OldOptimizationController, OptimizationController, OptimizersController],
  providers: [
    FrontierService,
    OldOptimizationService,
    OptimizationRepository,
    OptimizationRequests,
    OptimizationService,
    OptimizationSolver,
    SnapshotFreezer,
  ],
  exports: [OptimizationService, OptimizationRepository, OptimizationSolver, SnapshotFreezer],
})
export class OptimizationModule {}
