import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { diversificationScore } from '../domain/diversification.js';
import { CorrelationsService } from './correlations.service.js';
import type {
  BtcCorrelationsView,
  CorrelationMatrixView,
  DashboardCorrelationQuery,
  DashboardCorrelationView,
  DiversificationQuery,
  DiversificationView,
  OldCorrelationsQuery,
} from './correlations.schemas.js';

const btc = 'BTC' as AssetId;

/** A symbol as it was asked for, and the asset that it spells. */
interface Spelled {
  readonly symbol: string;
  readonly assetId: AssetId;
}

/** The prototype's routes: symbols that nobody knows are left out, and those that are known are shown as asked for. */
@Injectable()
export class OldCorrelationsService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly correlations: CorrelationsService,
  ) {}

  /** In the order asked for, without BTC itself and without what has no prices. */
  async withBtc(viewer: OwnerId, { symbols, lookback_days: days }: OldCorrelationsQuery): Promise<BtcCorrelationsView> {
    const spelled = await this.spelled(symbols);
    const ids = spelled.map(({ assetId }) => assetId);
    const found = await this.correlations.withAnchor(viewer, btc, ids, days);
    return spelled.flatMap(({ symbol, assetId }) => {
      const correlation = found.get(assetId);
      return correlation === undefined ? [] : [{ symbol, correlation_to_btc: correlation }];
    });
  }

  async matrix(
    viewer: OwnerId,
    { symbols, lookback_days: days }: OldCorrelationsQuery,
  ): Promise<CorrelationMatrixView> {
    return { matrix: await this.matrixOf(viewer, symbols, days), symbols };
  }

  async dashboard(viewer: OwnerId, query: DashboardCorrelationQuery): Promise<DashboardCorrelationView> {
    const symbols = query.symbols?.length ? query.symbols : await this.correlations.firstEnabled(10);
    const matrix = await this.matrixOf(viewer, symbols, query.days);
    return {
      symbols,
      matrix,
      period_days: query.days,
      timestamp: toIso(Date.now()),
      ...(Object.keys(matrix).length === 0 && { error: 'fewer than two of the symbols have stored prices' }),
    };
  }

  async diversification({ symbols }: DiversificationQuery): Promise<DiversificationView> {
    const catalogue = await this.assets.catalogue();
    const held = symbols.map((symbol) => {
      const resolved = catalogue.resolve(symbol);
      return resolved.kind === 'known' ? resolved.assetId : (symbol as AssetId);
    });
    const { score, isDiversified, suggestions } = diversificationScore(held);
    return { score, is_diversified: isDiversified, suggestions: [...suggestions], symbols };
  }

  /** Empty with prices of fewer than two assets. */
  private async matrixOf(viewer: OwnerId, symbols: readonly string[], days: number) {
    const spelled = await this.spelled(symbols);
    const found = await this.correlations.between(
      viewer,
      spelled.map(({ assetId }) => assetId),
      days,
    );
    if (found.size < 2) return {};
    const present = spelled.filter(({ assetId }) => found.has(assetId));
    return Object.fromEntries(
      present.map(({ symbol, assetId }) => [
        symbol,
        Object.fromEntries(present.map((other) => [other.symbol, found.get(assetId)!.get(other.assetId)!])),
      ]),
    );
  }

  private async spelled(symbols: readonly string[]): Promise<Spelled[]> {
    const catalogue = await this.assets.catalogue();
    return symbols.flatMap((symbol) => {
      const resolved = catalogue.resolve(symbol);
      return resolved.kind === 'known' ? [{ symbol, assetId: resolved.assetId }] : [];
    });
  }
}
