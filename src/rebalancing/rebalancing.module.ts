import { Module } from '@nestjs/common';
import { DataModule } from '../data/data.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { OptimizationModule } from '../optimization/optimization.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { AllocationController } from './allocation/allocation.controller.js';
import { AllocationService } from './allocation/allocation.service.js';
import { OldPlanService } from './plans/old-plan.service.js';
import { OldPlanController, PlansController } from './plans/plans.controller.js';
import { PlansService } from './plans/plans.service.js';
import { RebalancingPlanner } from './plans/rebalancing-planner.js';

@Module({
  imports: [DataModule, JobsModule, OptimizationModule, PoliciesModule, PortfolioModule],
  controllers: [AllocationController, OldPlanController, PlansController],
  providers: [AllocationService, OldPlanService, PlansService, RebalancingPlanner],
  exports: [RebalancingPlanner],
})
export class RebalancingModule {}
