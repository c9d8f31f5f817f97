import { Injectable } from '@nestjs/common';
import type { SignalId } from '../src/shared/ids.js';
import type {
  AskForOpinionsInput,
  OpinionActivities,
  OpinionOnSignalInput,
  OpinionPlan,
  RecordedOpinion,
  RecordOpinionInput,
} from '../src/signals/opinions/opinions.contract.js';
import { SignalOpinions } from '../src/signals/opinions/signal-opinions.js';

@Injectable()
export class OpinionActivitiesProvider implements OpinionActivities {
  constructor(private readonly opinions: SignalOpinions) {}

  signalsToAskAbout({ signalIds, rehearsals }: AskForOpinionsInput): Promise<SignalId[]> {
    return this.opinions.toAskAbout(signalIds, rehearsals, Date.now());
  }

  planOpinion({ signalId }: OpinionOnSignalInput): Promise<OpinionPlan> {
    return this.opinions.plan(signalId, Date.now());
  }

  recordOpinion(input: RecordOpinionInput): Promise<RecordedOpinion> {
    return this.opinions.keep(input, Date.now());
  }
}
