import type { LedgerService } from '../portfolio/ledger/ledger.service.js';
import type { PricedPortfolio } from '../portfolio/valuation/valuation.service.js';
import type { AssetId } from '../shared/ids.js';
import type { EpochMs } from '../shared/time.js';
import { tradingRecord, type TradingRecord } from './domain/trading-record.js';

const usd = 'USD' as AssetId;

/** How trading of a portfolio went until `asOf`, in US dollars, first in first out. */
export async function tradingRecordOf(
  ledger: LedgerService,
  { valuation, usdPriceOf, allAccounts: accounts, transactions }: PricedPortfolio,
  asOf: EpochMs,
): Promise<TradingRecord> {
  const { gains } = await ledger.lotsIn({ accounts, transactions }, 'fifo');
  return tradingRecord(gains, {
    asOf,
    valueUsd: Number(valuation.totalUsd),
    usdOf: (currency) => {
      const price = currency === usd ? '1' : usdPriceOf(currency);
      return price === undefined ? undefined : Number(price);
    },
  });
}

/** Shares of what has a price, of all that is held and worth something. */
export function heldWeights({ valuation }: PricedPortfolio): Map<AssetId, number> {
  const weights = new Map<AssetId, number>();
  for (const { assetId, weightOfPriced: weight } of valuation.holdings) {
    if (weight !== null && weight > 0) weights.set(assetId, weight);
  }
  return weights;
}
