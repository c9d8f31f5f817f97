import { Injectable } from '@nestjs/common';
import type { PipelineActivities, ScheduledRuns } from '../src/pipelines/pipelines.contract.js';
import type { IsoInstant } from '../src/shared/time.js';
import { PipelinesService } from '../src/pipelines/pipelines.service.js';

@Injectable()
export class PipelineActivitiesProvider implements PipelineActivities {
  constructor(private readonly pipelines: PipelinesService) {}

  recordCollection({ pipelineId, report }: Parameters<PipelineActivities['recordCollection']>[0]): Promise<void> {
    return this.pipelines.recordCollection(pipelineId, report);
  }

  async requestScheduledRuns(input: { scheduledTime: IsoInstant }): Promise<ScheduledRuns> {
    return { jobIds: await this.pipelines.requestScheduled(input.scheduledTime) };
  }
}
