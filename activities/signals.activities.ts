import { Injectable } from '@nestjs/common';
import { beat } from '../src/platform/temporal/heartbeat.js';
import type { SignalId } from '../src/shared/ids.js';
import { SignalRunRequests } from '../src/signals/runs/signal-run-requests.service.js';
import { SignalRunner } from '../src/signals/runs/signal-runner.js';
import { SignalSettler } from '../src/signals/settlements/signal-settler.js';
import { toldOf, type RecordedRun } from '../src/signals/signal.repository.js';
import type {
  FreezeRunInput,
  FrozenRunSummary,
  GenerateSignalsInput,
  JudgedPart,
  RunPart,
  ScheduledSignalRuns,
  SettlementReport,
  SignalActivities,
  SignalsSummary,
} from '../src/signals/signals.contract.js';

type Input<Name extends keyof SignalActivities> = Parameters<SignalActivities[Name]>[0];

@Injectable()
export class SignalActivitiesProvider implements SignalActivities {
  constructor(
    private readonly runner: SignalRunner,
    private readonly requests: SignalRunRequests,
    private readonly settler: SignalSettler,
  ) {}

  async evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary> {
    return summaryOf(await this.runner.runAtOnce(input));
  }

  freezeSignalRun(input: FreezeRunInput): Promise<FrozenRunSummary> {
    return this.runner.freeze(input);
  }

  async requestScheduledSignals({
    category,
    scheduledTime,
  }: Input<'requestScheduledSignals'>): Promise<ScheduledSignalRuns> {
    return { jobIds: await this.requests.requestScheduled(category, scheduledTime) };
  }

  judgeSignals(input: RunPart): Promise<JudgedPart> {
    return this.runner.judge(input);
  }

  settleSignals(): Promise<SettlementReport> {
    return this.settler.settleAll(Date.now(), () => beat({ note: 'settling' }));
  }
}

function summaryOf(recorded: RecordedRun): SignalsSummary {
  const { shown, withheld } = toldOf(recorded);
  return { signalIds: shown.map(({ id }) => id as SignalId), withheld };
}
