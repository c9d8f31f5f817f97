import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import type { SeriesRef } from '../src/data/domain/candle.js';
import { OptimizationSolver } from '../src/optimization/optimization-solver.js';
import type {
  ChooseSeriesInput,
  FreezeSnapshotInput,
  OptimizationActivities,
  OptimizationSummary,
  SolveInput,
} from '../src/optimization/optimization.contract.js';
import { SnapshotFreezer } from '../src/optimization/snapshot-freezer.js';
import type { SnapshotId } from '../src/shared/ids.js';

@Injectable()
export class OptimizationActivitiesProvider implements OptimizationActivities {
  constructor(
    private readonly solver: OptimizationSolver,
    private readonly freezer: SnapshotFreezer,
  ) {}

  chooseSeries(input: ChooseSeriesInput): Promise<SeriesRef[]> {
    return this.solver.chooseSeries(input);
  }

  freezeMarketSnapshot(input: FreezeSnapshotInput): Promise<SnapshotId> {
    return this.freezer.freeze(input);
  }

  solve(input: SolveInput): Promise<OptimizationSummary> {
    return this.solver.solve(input, Context.current().cancellationSignal);
  }
}
