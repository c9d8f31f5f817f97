import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import { revisionsFor, type SeriesRef } from '../src/data/domain/candle.js';
import { frozenMarket } from '../src/optimization/domain/market-snapshot.js';
import { knownAtOf, OptimizationSolver } from '../src/optimization/optimization-solver.js';
import type {
  ChooseSeriesInput,
  FreezeSnapshotInput,
  OptimizationActivities,
  OptimizationSummary,
  SolveInput,
} from '../src/optimization/optimization.contract.js';
import { OptimizationRepository } from '../src/optimization/optimization.repository.js';
import type { SnapshotId } from '../src/shared/ids.js';
import { dayMs } from '../src/shared/time.js';

@Injectable()
export class OptimizationActivitiesProvider implements OptimizationActivities {
  constructor(
    private readonly solver: OptimizationSolver,
    private readonly candles: CandleRepository,
    private readonly optimizations: OptimizationRepository,
  ) {}

  chooseSeries(input: ChooseSeriesInput): Promise<SeriesRef[]> {
    return this.solver.chooseSeries(input);
  }

  async freezeMarketSnapshot({ key, ownerId, series, ...input }: FreezeSnapshotInput): Promise<SnapshotId> {
    const frozen = await this.optimizations.snapshotIdByKey(key);
    if (frozen) return frozen;

    const asOf = Date.parse(input.asOf);
    const since = asOf - input.lookbackDays * dayMs;
    const inputs = [];
    for (const one of series) {
      const revisions = revisionsFor(one, input.rehearsal);
      const closes = await this.candles.closedBars(one, asOf, { since, revisions, ...knownAtOf(input) });
      inputs.push({ series: one, closes });
    }
    return this.optimizations.keepSnapshot(key, ownerId, frozenMarket(asOf, input.lookbackDays, inputs));
  }

  solve(input: SolveInput): Promise<OptimizationSummary> {
    return this.solver.solve(input, Context.current().cancellationSignal);
  }
}
