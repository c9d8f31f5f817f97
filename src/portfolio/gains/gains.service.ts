import { Injectable } from '@nestjs/common';
import type { OwnerId } from '../../shared/ids.js';
import { convertedGain } from '../domain/cost-conversion.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { rangeOf } from '../range.js';
import { UsdRates } from '../valuation/usd-rates.js';
import type { GainsQuery, GainsView } from './gains.schemas.js';
import { gainsView } from './gains.views.js';

@Injectable()
export class GainsService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly rates: UsdRates,
  ) {}

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async view(ownerId: OwnerId, portfolioId: string, query: GainsQuery): Promise<GainsView> {
    const { gains, income } = await this.ledger.lotsOf(ownerId, portfolioId, query.method);
    const foreign = gains.filter(({ currency, costCurrency, cost }) => cost !== null && currency !== costCurrency);
    const currencies = foreign.flatMap(({ currency, costCurrency }) => [currency, costCurrency]);
    const usdRateAt = await this.rates.of(currencies, ownerId, Date.now());
    const converted = gains.map((gain) => convertedGain(gain, usdRateAt));
    return gainsView(portfolioId, query.method, rangeOf(query), { gains: converted, income });
  }
}
