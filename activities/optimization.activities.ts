import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import { AssetRegistry } from '../src/data/assets/asset-registry.js';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import { canSplit } from '../src/data/domain/asset.js';
import { revisionsFor, type SeriesRef } from '../src/data/domain/candle.js';
import { splitAdjustedTexts } from '../src/data/domain/split-adjustment.js';
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
import { AssetSplits } from '../src/portfolio/ledger/asset-splits.js';
import type { SnapshotId } from '../src/shared/ids.js';
import { dayMs } from '../src/shared/time.js';

@Injectable()
export class OptimizationActivitiesProvider implements OptimizationActivities {
  constructor(
    private readonly solver: OptimizationSolver,
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly splits: AssetSplits,
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
    const splits = await this.splits.of(
      ownerId,
      series.map(({ assetId }) => assetId),
      knownAtOf(input).knownAt,
    );
    const catalogue = await this.assets.catalogue();
    const inputs = [];
    for (const one of series) {
      const revisions = revisionsFor(one, input.rehearsal);
      const bars = await this.candles.closedBars(one, asOf, { since, revisions, ...knownAtOf(input) });
      const asset = catalogue.of(one.assetId);
      inputs.push({
        series: one,
        ...splitAdjustedTexts(one, bars, splits.get(one.assetId) ?? [], asset !== undefined && canSplit(asset)),
      });
    }
    return this.optimizations.keepSnapshot(key, ownerId, frozenMarket(asOf, input.lookbackDays, inputs));
  }

  solve(input: SolveInput): Promise<OptimizationSummary> {
    return this.solver.solve(input, Context.current().cancellationSignal);
  }
}
