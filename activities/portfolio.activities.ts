import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import { beat } from '../src/platform/temporal/heartbeat.js';
import type {
  PortfolioActivities,
  ScheduledSnapshotsReport,
  SnapshotInput,
  SnapshotReport,
} from '../src/portfolio/performance/performance.contract.js';
import { PortfolioSnapshots } from '../src/portfolio/performance/portfolio-snapshots.js';
import { SnapshotStarter } from '../src/portfolio/performance/snapshot-starter.js';

@Injectable()
export class PortfolioActivitiesProvider implements PortfolioActivities {
  constructor(
    private readonly snapshots: PortfolioSnapshots,
    private readonly starter: SnapshotStarter,
  ) {}

  snapshotPortfolioDays(input: SnapshotInput): Promise<SnapshotReport> {
    const { cancellationSignal: signal } = Context.current();
    return this.snapshots.refresh(input, Date.now(), { signal, onProgress: (note) => beat({ note }) });
  }

  async startSnapshots(): Promise<ScheduledSnapshotsReport> {
    return { started: await this.starter.startAll((note) => beat({ note })) };
  }
}
