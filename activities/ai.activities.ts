import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import type { AiActivities, AiHealth, AskedForOpinion, AskForOpinionInput } from '../src/ai/ai.contract.js';
import { AiHealthService } from '../src/ai/ai-health.service.js';
import { OpinionsService } from '../src/ai/opinions.service.js';
import { beat } from '../src/platform/temporal/heartbeat.js';

@Injectable()
export class AiActivitiesProvider implements AiActivities {
  constructor(
    private readonly opinions: OpinionsService,
    private readonly health: AiHealthService,
  ) {}

  askForOpinion(input: AskForOpinionInput): Promise<AskedForOpinion> {
    return this.opinions.askOnce(input, Context.current().cancellationSignal, (note) => beat({ note }));
  }

  async aiHealth(): Promise<AiHealth> {
    const { configured, healthy, why } = await this.health.health(Context.current().cancellationSignal);
    return { configured, healthy, why };
  }
}
