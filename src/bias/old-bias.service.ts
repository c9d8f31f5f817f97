import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { defaultLimits } from '../policies/domain/policy-limits.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import type { OwnerId } from '../shared/ids.js';
import { BiasService } from './bias.service.js';
import type { BiasCheckBody, BiasCheckView } from './bias.schemas.js';
import { biasCheckView } from './bias.views.js';
import { biasFor, type PortfolioBias } from './domain/bias-for.js';

/** Of an owner without a portfolio. */
const nothingKnown: PortfolioBias = {
  findings: [],
  record: { recentLoss: null, winStreak: 0 },
  weights: null,
  limits: defaultLimits,
};

/** The prototype's check of a signal, on what the default portfolio did. */
@Injectable()
export class OldBiasService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly bias: BiasService,
  ) {}

  /** @throws DomainError `invalid` for a symbol that nobody knows */
  async check(ownerId: OwnerId, body: BiasCheckBody): Promise<BiasCheckView> {
    const { id: assetId } = await this.assets.known(body.symbol, 'symbol');
    const portfolio = await this.portfolios.defaultOf(ownerId);
    const known = portfolio ? await this.bias.of(ownerId, portfolio.id, {}) : nothingKnown;
    const { signal_type: direction, position_size_pct: size, stop_loss_pct: stop } = body;
    const flags = biasFor({ assetId, direction, size, stopDistance: stop / 100 }, known);
    return biasCheckView(assetId, portfolio?.id ?? null, flags);
  }
}
