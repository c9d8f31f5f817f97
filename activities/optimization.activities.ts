import { Injectable } from '@nestjs/common';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import { revisionsFor } from '../src/data/domain/candle.js';
import { btcBandPolicy } from '../src/optimization/domain/constraints.js';
import { frozenMarket, isSimulated } from '../src/optimization/domain/market-snapshot.js';
import { optimizeSnapshot } from '../src/optimization/domain/optimize.js';
import type {
  FreezeSnapshotInput,
  OptimizationActivities,
  OptimizationSummary,
  SolveInput,
} from '../src/optimization/optimization.contract.js';
import type { Optimization } from '../src/optimization/optimization.entity.js';
import { OptimizationRepository } from '../src/optimization/optimization.repository.js';
import type { OptimizationId, SnapshotId } from '../src/shared/ids.js';
import { dayMs } from '../src/shared/time.js';

@Injectable()
export class OptimizationActivitiesProvider implements OptimizationActivities {
  constructor(
    private readonly candles: CandleRepository,
    private readonly optimizations: OptimizationRepository,
  ) {}

  async freezeMarketSnapshot({ key, ownerId, series, ...input }: FreezeSnapshotInput): Promise<SnapshotId> {
    const frozen = await this.optimizations.snapshotIdByKey(key);
    if (frozen) return frozen;

    const asOf = Date.parse(input.asOf);
    const since = asOf - input.lookbackDays * dayMs;
    const inputs = [];
    for (const one of series) {
      const revisions = revisionsFor(one, input.rehearsal);
      inputs.push({ series: one, closes: await this.candles.closedBars(one, asOf, { since, revisions }) });
    }
    return this.optimizations.keepSnapshot(key, ownerId, frozenMarket(asOf, input.lookbackDays, inputs));
  }

  async solve(input: SolveInput): Promise<OptimizationSummary> {
    const solved = await this.optimizations.optimization(input.optimizationId);
    if (solved) return summaryOf(solved);

    const snapshot = await this.optimizations.snapshot(input.snapshotId);
    const { outcome, limits, statistics } = optimizeSnapshot(snapshot, btcBandPolicy, input.optimizer);
    const isSolved = outcome.kind === 'solved';
    return summaryOf(
      await this.optimizations.keepOptimization({
        id: input.optimizationId,
        ownerId: input.ownerId,
        portfolioId: input.portfolioId,
        snapshotId: input.snapshotId,
        state: outcome.kind,
        reason: isSolved ? null : outcome.reason,
        optimizerId: outcome.optimizer.id,
        optimizerVersion: outcome.optimizer.version,
        constraints: [...limits],
        weights: isSolved ? [...outcome.weights] : [],
        certificate: isSolved ? outcome.certificate : null,
        statistics,
        asOf: new Date(input.asOf),
        rehearsal: input.rehearsal,
        simulated: isSimulated(snapshot.series),
      }),
    );
  }
}

const summaryOf = ({ id, snapshotId, state, reason, weights }: Optimization): OptimizationSummary => ({
  optimizationId: id as OptimizationId,
  snapshotId: snapshotId as SnapshotId,
  outcome: state,
  ...(reason && { reason }),
  weights: weights.map(({ assetId, weight }) => ({ assetId, weight })),
});
