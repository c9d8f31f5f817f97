import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DecisionRepository } from './decision.repository.js';
import { GuidanceController } from './guidance.controller.js';
import { GuidanceService } from './guidance.service.js';

@Module({
  imports: [AuditModule],
  controllers: [GuidanceController],
  providers: [DecisionRepository, GuidanceService],
  exports: [DecisionRepository, GuidanceService],
})
export class GuidanceModule {}
