import { Injectable } from '@nestjs/common';
import { instantIfGiven } from '../../platform/http/instant.js';
import { isoDuration } from '../../shared/durations.js';
import { DomainError, refusedFor } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import type { LotSize } from '../domain/lot-size.js';
import { EntryPlanner } from './entry-planner.js';
import type { EntryPlanQuery, EntryPlanView } from './entry-plans.schemas.js';
import { SignalOpinionRepository } from '../opinions/signal-opinion.repository.js';
import { SignalRepository } from '../signal.repository.js';

/** How one stored signal is entered. */
@Injectable()
export class EntryPlansService {
  constructor(
    private readonly signals: SignalRepository,
    private readonly opinions: SignalOpinionRepository,
    private readonly planner: EntryPlanner,
  ) {}

  /** @throws DomainError `not_found`; `invalid` naming a level or an instant */
  async view(ownerId: OwnerId, id: string, query: EntryPlanQuery): Promise<EntryPlanView> {
    const signal = await this.signals.signalOf(ownerId, id);
    if (!signal) throw new DomainError('not_found', `there is no signal ${id}`);
    const opinion = (await this.opinions.of([id])).get(id);
    const now = Date.now();
    const { rehearsal } = signal;
    const asOf = instantIfGiven('as_of', query.as_of, now) ?? (rehearsal ? signal.asOf.getTime() : now);
    const portfolioId = query.portfolio_id ?? signal.portfolioId;
    const planned = {
      assetId: signal.assetId as AssetId,
      direction: signal.direction,
      entryPrice: query.entry_price ?? signal.entryPrice,
      stopLoss: query.stop_loss ?? signal.stopLoss,
      positionSizePct: opinion?.servedSizeFraction ?? signal.positionSizePct,
      riskFraction: query.risk_fraction ?? signal.evidence.riskFraction,
      series: signal.series,
      expiresAt: signal.expiresAt.getTime(),
    };
    const planOf = await this.planner.at(asOf, { ownerId, portfolioId, rehearsal }, [planned]);
    const { market, currentPriceUsd, size, sizeMissing, refused, notes } = planOf(planned);
    if (refused.length > 0) throw refusedFor(refused);
    return {
      signal_id: id,
      asset_id: signal.assetId,
      portfolio_id: portfolioId,
      as_of: toIso(asOf),
      direction: signal.direction,
      entry_price: planned.entryPrice,
      stop_loss: planned.stopLoss,
      quote_currency: signal.series.quoteCurrency,
      current_price_usd: currentPriceUsd,
      order_type: market.orderType,
      market: {
        is_open: market.isOpen,
        opens_at: market.opensAt === null ? null : toIso(market.opensAt),
        closes_at: market.closesAt === null ? null : toIso(market.closesAt),
        wait: isoDuration(market.waitMs),
      },
      expires_at: toIso(planned.expiresAt),
      lot_size: size && lotSizeView(size),
      lot_size_missing: sizeMissing,
      notes: [
        ...(signal.heldBack ?? []).map(({ by, reason }) => `held back by ${by}: ${reason}`),
        ...(opinion?.servedCancelled ? [`cancelled: ${opinion.reasons.join('; ')}`] : []),
        ...notes,
      ],
      rehearsal,
      simulated: signal.simulated,
    };
  }
}

const lotSizeView = (size: LotSize): NonNullable<EntryPlanView['lot_size']> => ({
  risk_budget_usd: size.riskBudgetUsd,
  risk_usd: size.riskUsd,
  quantity: size.quantity,
  position_usd: size.positionUsd,
  lots: size.lots,
  lot_type: size.lotType,
  limited_by: size.limitedBy,
});
