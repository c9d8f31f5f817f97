import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { Asset } from '../../data/domain/asset.js';
import type { AssetCatalogue } from '../../data/domain/asset-catalogue.js';
import { PortfolioService } from '../../portfolio/portfolio.service.js';
import { ValuationService } from '../../portfolio/valuation/valuation.service.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, startOfUtcDay, utcDate, type EpochMs } from '../../shared/time.js';
import { tradeCategories, type TradeCategory } from '../../shared/trade-categories.js';
import { EntryPlanner, type PlannedSignal } from '../entry-plans/entry-planner.js';
import type {
  EnhancedSignalsView,
  FiledSignalsView,
  FiledSignalView,
  FromFilesQuery,
  GeneratedSignalsView,
  GenerateQuery,
  SignalsSummaryQuery,
  SignalsSummaryView,
} from './old-signals.schemas.js';
import {
  briefOf,
  enhancedOf,
  entryOf,
  filedOf,
  filedPerformance,
  filedSummary,
  summaryOf,
} from './old-signals.views.js';
import { ServedSignals } from './served-signals.repository.js';
import { SettlementRepository } from '../settlements/settlement.repository.js';
import { SignalOpinionRepository } from '../opinions/signal-opinion.repository.js';
import type { SignalRow } from '../signal.repository.js';

/** The prototype's routes, told from the stored signals of the default portfolio: a read computes none. */
@Injectable()
export class OldSignalsService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly valuations: ValuationService,
    private readonly served: ServedSignals,
    private readonly settlements: SettlementRepository,
    private readonly opinions: SignalOpinionRepository,
    private readonly planner: EntryPlanner,
  ) {}

  /** The most confident first, those of equal confidence in the order of the assets. */
  async generated(ownerId: OwnerId, query: GenerateQuery): Promise<GeneratedSignalsView> {
    const category = query.category ?? 'swing';
    const baseline = await this.live(ownerId, category, query.symbols);
    const { signals, isChanged } = query.ai_enhanced
      ? await this.withOpinions(baseline)
      : { signals: baseline, isChanged: false };
    const shown = signals.map((signal) => briefOf(signal, true));
    return { signals: shown, count: shown.length, category, ai_enhanced: isChanged };
  }

  /** As they are served, with what the AI said of each: a read asks nobody. */
  async enhanced(ownerId: OwnerId, query: SignalsSummaryQuery): Promise<EnhancedSignalsView> {
    const category = query.category ?? 'swing';
    const { signals, opinions } = await this.withOpinions(await this.live(ownerId, category, query.symbols));
    const shown = signals.map((signal) => enhancedOf(signal, opinions.get(signal.id)));
    const isAnswered = shown.some(({ ai_answered: answered }) => answered);
    return { signals: shown, count: shown.length, category, ai_enhanced: isAnswered };
  }

  async summary(ownerId: OwnerId, query: SignalsSummaryQuery): Promise<SignalsSummaryView> {
    return summaryOf(await this.live(ownerId, query.category ?? 'swing', query.symbols));
  }

  /** Signals as of a day, with how they are entered and what became of them. */
  async filed(ownerId: OwnerId, query: FromFilesQuery): Promise<FiledSignalsView> {
    const now = Date.now();
    const today = startOfUtcDay(now);
    const day = query.date ?? { text: utcDate(now).replaceAll('-', ''), from: today, before: today + dayMs };
    const categories = query.category === undefined ? tradeCategories : [query.category];
    const catalogue = await this.assets.catalogue();
    const portfolio = await this.portfolios.defaultOf(ownerId);
    const rows = portfolio
      ? await this.served.ofDay(
          {
            ownerId,
            portfolioId: portfolio.id,
            categories,
            assetIds: idsOf(catalogue, query.symbol === undefined ? undefined : [query.symbol]),
          },
          day,
        )
      : [];
    const { signals, opinions } = await this.withOpinions(inOrder(rows, catalogue));
    const settled = await this.settlements.of(signals.map(({ id }) => id));
    const entries = query.include_lot_size
      ? await this.entries(ownerId, portfolio?.id ?? null, signals, now)
      : undefined;
    const shown = signals.map((signal): FiledSignalView => {
      const isLive = signal.expiresAt.getTime() > now && !settled.has(signal.id);
      const asset = catalogue.of(signal.assetId as AssetId);
      const entry = entries && asset && entryOf(signal, entries(plannedOf(signal)), asset.assetClass, now);
      return { ...filedOf(signal, { isLive, opinion: opinions.get(signal.id) }), ...entry };
    });
    const outcomes = signals.flatMap((signal) => {
      const outcome = settled.get(signal.id);
      return outcome ? [[signal, outcome] as const] : [];
    });
    const account =
      outcomes.length === 0 ? null : await this.accountAt(ownerId, portfolio!.id, Math.min(day.before, now));
    return {
      date: day.text,
      signals: Object.fromEntries(
        categories.map((category) => [category, shown.filter((one) => one.category === category)]),
      ),
      summary: filedSummary(shown),
      performance: filedPerformance(outcomes, account),
      lot_size_enabled: query.include_lot_size && shown.some((one) => one.lot_size !== undefined),
    };
  }

  /** As they are served: with what opinions may change of them, and without those that an opinion cancelled. */
  private async withOpinions(baseline: readonly SignalRow[]) {
    const opinions = await this.opinions.of(baseline.map(({ id }) => id));
    const signals = baseline.flatMap((signal) => {
      const opinion = opinions.get(signal.id);
      if (!opinion) return [signal];
      if (opinion.servedCancelled) return [];
      const { servedConfidencePoints: confidencePoints, servedSizeFraction: positionSizePct } = opinion;
      return [{ ...signal, confidencePoints, positionSizePct }];
    });
    const isChanged = [...opinions.values()].some(({ servedBasis }) => servedBasis === 'rules_and_ai');
    return { signals, opinions, isChanged };
  }

  /** The most confident first, those of equal confidence in the order of the assets. */
  private async live(ownerId: OwnerId, category: TradeCategory, symbols: readonly string[] | undefined) {
    const portfolio = await this.portfolios.defaultOf(ownerId);
    if (!portfolio) return [];
    const catalogue = await this.assets.catalogue();
    const assetIds = idsOf(catalogue, symbols?.length ? symbols : undefined);
    const asked = { ownerId, portfolioId: portfolio.id, categories: [category], assetIds };
    return inOrder(await this.served.live(asked, Date.now()), catalogue);
  }

  private entries(ownerId: OwnerId, portfolioId: string | null, signals: readonly SignalRow[], now: EpochMs) {
    return this.planner.at(now, { ownerId, portfolioId, rehearsal: false }, signals.map(plannedOf));
  }

  /** Null when nothing of it has a value. */
  private async accountAt(ownerId: OwnerId, portfolioId: string, asOf: EpochMs): Promise<number | null> {
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, { asOf, numeraire: 'USD' as AssetId });
    return Number(valuation.totalUsd) || null;
  }
}

const plannedOf = (signal: SignalRow): PlannedSignal => ({
  assetId: signal.assetId as AssetId,
  direction: signal.direction,
  entryPrice: signal.entryPrice,
  stopLoss: signal.stopLoss,
  positionSizePct: signal.positionSizePct,
  riskFraction: signal.evidence.riskFraction,
  series: signal.series,
  expiresAt: signal.expiresAt.getTime(),
});

/** All of them where none is named; what nobody knows has no signals. */
const idsOf = (catalogue: AssetCatalogue<Asset>, symbols: readonly string[] | undefined): string[] =>
  (symbols ?? catalogue.assets.map(({ id }) => id)).flatMap((symbol) => {
    const resolved = catalogue.resolve(symbol);
    return resolved.kind === 'known' ? [resolved.assetId] : [];
  });

function inOrder(signals: readonly SignalRow[], { assets }: AssetCatalogue<Asset>): SignalRow[] {
  const position = new Map(assets.map(({ id }, at): [string, number] => [id, at]));
  const at = ({ assetId }: SignalRow) => position.get(assetId) ?? assets.length;
  return signals.toSorted((a, b) => b.confidencePoints - a.confidencePoints || at(a) - at(b));
}
