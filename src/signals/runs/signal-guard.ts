import { Injectable } from '@nestjs/common';
import { BiasService } from '../../bias/bias.service.js';
import { biasFor, blockedBy, type BiasFlag } from '../../bias/domain/bias-for.js';
import { ClosedBars } from '../../data/candles/closed-bars.js';
import { revisionsFor, type SeriesRef } from '../../data/domain/candle.js';
import type { OwnerId, PortfolioId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { heldBackBy, type Candidate, type HeldBack, type SignalCheck } from '../domain/held-back.js';
import { protectionChecks } from '../domain/protections/registry.js';
import { SettlementRepository } from '../settlements/settlement.repository.js';
import type { Evaluated } from './signal-evaluator.js';

/** Whose signals are judged, and what may be known of the past. */
export interface GuardContext {
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly asOf: EpochMs;
  readonly rehearsal: boolean;
  readonly knownAt: EpochMs;
}

/** What speaks against a signal. */
export interface Guarded {
  /** Null when nothing holds it back. */
  readonly heldBack: readonly HeldBack[] | null;
  /** Also those that the policy only warns of. */
  readonly biasFlags: readonly BiasFlag[];
}

/** Says what speaks against showing signals that the rules gave. */
@Injectable()
export class SignalGuard {
  constructor(
    private readonly settlements: SettlementRepository,
    private readonly bars: ClosedBars,
    private readonly bias: BiasService,
  ) {}

  /** What speaks against each of them, in their order; nothing for those that are no signals. */
  async guarded(context: GuardContext, evaluated: readonly Evaluated[]): Promise<Guarded[]> {
    const candidates = evaluated.map(candidateOf);
    if (candidates.every((one) => one === null)) return candidates.map(() => nothing);
    const checks = await this.checks(context, evaluated);
    const { ownerId, portfolioId, asOf, knownAt } = context;
    const known = await this.bias.of(ownerId, portfolioId, { asOf, knownAt });
    return candidates.map((one) => {
      if (!one) return nothing;
      const biasFlags = biasFor(tradeOf(one), known);
      const heldBack = [...(heldBackBy(one, checks) ?? []), ...blockedBy(biasFlags)];
      return { heldBack: heldBack.length > 0 ? heldBack : null, biasFlags };
    });
  }

  /** Whatever else may hold a signal back by itself is one more check here. */
  private async checks(context: GuardContext, evaluated: readonly Evaluated[]): Promise<SignalCheck[]> {
    const past = await this.settlements.past(context);
    const disputed = await this.disputed(context, evaluated);
    return protectionChecks({ asOf: context.asOf, past, disputed: ({ series }) => disputed.get(series) ?? [] });
  }

  private async disputed(
    { asOf, rehearsal, knownAt }: GuardContext,
    evaluated: readonly Evaluated[],
  ): Promise<ReadonlyMap<SeriesRef, readonly EpochMs[]>> {
    const newest = new Map<SeriesRef, EpochMs>();
    for (const { outcome, read } of evaluated) {
      if (outcome.kind === 'signal' && read?.newestFrom) newest.set(read.series, read.newestFrom);
    }
    const reads = [...newest].map(([series, since]) => ({
      series,
      options: { since, before: asOf, revisions: revisionsFor(series, rehearsal) },
    }));
    const held = await this.bars.heldBackOfMany(reads, asOf, knownAt);
    return new Map(reads.map(({ series }, i) => [series, held[i]!]));
  }
}

const nothing: Guarded = { heldBack: null, biasFlags: [] };

/** Its size is what the budget of the portfolio makes of its stop: it is not bold by itself. */
const tradeOf = ({ assetId, signal }: Candidate): Parameters<typeof biasFor>[0] => ({
  assetId,
  direction: signal.direction,
  size: signal.positionSizePct,
  stopDistance: null,
});

function candidateOf({ assetId, outcome, read, simulated }: Evaluated): Candidate | null {
  if (outcome.kind === 'withheld' || !read) return null;
  return { assetId, assetClass: read.assetClass, signal: outcome, series: read.series, simulated };
}
