import { Module } from '@nestjs/common';
import { JobReconciler } from './job-reconciler.js';
import { JobRepository } from './job.repository.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';
import { OutboxRelay } from './outbox-relay.js';

@Module({
  controllers: [JobsController],
  providers: [JobReconciler, JobRepository, JobsService, OutboxRelay],
  exports: [JobReconciler, JobRepository, JobsService],
})
export class JobsModule {}
