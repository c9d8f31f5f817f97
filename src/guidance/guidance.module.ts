import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DecisionReconciler } from './decision-reconciler.js';
import { DecisionRepository } from './decision.repository.js';
import { GuidanceController } from './guidance.controller.js';
import { GuidanceService } from './guidance.service.js';

@Module({
  imports: [AuditModule, JobsModule],
  controllers: [GuidanceController],
  providers: [DecisionReconciler, DecisionRepository, GuidanceService],
  exports: [DecisionReconciler, DecisionRepository, GuidanceService],
})
export class GuidanceModule {}
