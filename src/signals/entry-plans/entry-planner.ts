import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import { ValuationService } from '../../portfolio/valuation/valuation.service.js';
import { InvariantViolation, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { entryPlan, type EntryPlan } from '../domain/entry-plan.js';
import { lotSize, usualContract, type LotSize } from '../domain/lot-size.js';
import type { Direction, SignalSeries } from '../domain/signal.js';

const usd = 'USD' as AssetId;

/** What of a signal an entry is planned by. */
export interface PlannedSignal {
  readonly assetId: AssetId;
  readonly direction: Direction;
  /** Decimal texts in the quote currency of the series. */
  readonly entryPrice: string;
  readonly stopLoss: string;
  /** Fractions of the portfolio. */
  readonly positionSizePct: number;
  readonly riskFraction: number;
  readonly series: SignalSeries;
  readonly expiresAt: EpochMs;
}

export interface PlannedEntry {
  readonly market: EntryPlan;
  /** Of one unit, US dollars; null where no price is stored. */
  readonly currentPriceUsd: string | null;
  readonly size: LotSize | null;
  /** Why there is no size. */
  readonly sizeMissing: string | null;
  /** Levels that allow no size, each with its field. */
  readonly refused: readonly FieldError[];
  /** What has to be known of these numbers, a sentence each. */
  readonly notes: readonly string[];
}

/** How signals are entered: when their markets open, and how much of them an account can carry. */
@Injectable()
export class EntryPlanner {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly prices: DatedPrices,
    private readonly valuations: ValuationService,
  ) {}

  /**
   * Entries from an instant on, on the account of a portfolio with its value then; without one there are no sizes. Reads
   * once for all of the signals. `rehearsal` reads prices as a run at that instant would have.
   *
   * @throws DomainError `not_found` for a portfolio that the owner does not have
   */
  async at(
    asOf: EpochMs,
    { ownerId, portfolioId, rehearsal }: { ownerId: OwnerId; portfolioId: string | null; rehearsal: boolean },
    signals: readonly PlannedSignal[],
  ): Promise<(signal: PlannedSignal) => PlannedEntry> {
    const catalogue = await this.assets.catalogue();
    const needed = new Set(
      signals.flatMap(({ assetId, series }) => [assetId, series.quoteCurrency as string as AssetId]),
    );
    const prices = await this.prices.of([...needed], { asOf, viewer: ownerId, asThen: rehearsal });
    const account = portfolioId === null ? null : await this.accountOf(ownerId, portfolioId, asOf, rehearsal);
    return (signal) => {
      const asset = catalogue.of(signal.assetId);
      if (!asset) throw new InvariantViolation(`a signal of ${signal.assetId}, which is no asset`);
      const market = entryPlan(asset.assetClass, asOf, signal.expiresAt);
      const { quoteCurrency } = signal.series;
      const rate = quoteCurrency === usd ? '1' : prices.get(quoteCurrency as string as AssetId)?.usd;
      const about = {
        market,
        currentPriceUsd: prices.get(signal.assetId)?.usd ?? null,
        notes: [
          ...(market.isTooLate ? ['the signal expires before it can be entered'] : []),
          ...(rate === undefined ? [`no price of ${quoteCurrency} is stored: it is taken for one US dollar`] : []),
          ...(account?.notes ?? []),
        ],
      };
      if (!account || !(Number(account.valueUsd) > 0)) {
        const sizeMissing = account ? 'nothing of the portfolio has a value' : 'there is no portfolio';
        return { ...about, size: null, sizeMissing, refused: [] };
      }
      const size = lotSize({
        direction: signal.direction,
        entryPrice: signal.entryPrice,
        stopLoss: signal.stopLoss,
        accountValueUsd: account.valueUsd,
        riskFraction: signal.riskFraction,
        mostOfAccount: signal.positionSizePct,
        contract: usualContract(asset.assetClass, quoteCurrency),
        usdPerQuote: rate ?? '1',
      });
      if (size.kind === 'sized') return { ...about, size, sizeMissing: null, refused: [] };
      const sizeMissing = size.errors.map(({ field, message }) => `${field} ${message}`).join('; ');
      return { ...about, size: null, sizeMissing, refused: size.errors };
    };
  }

  private async accountOf(ownerId: OwnerId, portfolioId: string, asOf: EpochMs, rehearsal: boolean) {
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, {
      asOf,
      asThen: rehearsal,
      numeraire: usd,
    });
    const { totalUsd, unpriced } = valuation;
    const notes =
      unpriced.length > 0 ? [`the account is counted without ${unpriced.join(', ')}, which has no price`] : [];
    return { valueUsd: totalUsd, notes };
  }
}
