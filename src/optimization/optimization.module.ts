import { Module } from '@nestjs/common';
import { OptimizationController } from './optimization.controller.js';
import { OptimizationRepository } from './optimization.repository.js';
import { OptimizationService } from './optimization.service.js';

@Module({
  controllers: [OptimizationController],
  providers: [OptimizationService, OptimizationRepository],
  exports: [OptimizationService, OptimizationRepository],
})
export class OptimizationModule {}
