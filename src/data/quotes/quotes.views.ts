import { toIso, type EpochMs } from '../../shared/time.js';
import { ratio } from '../domain/quote.js';
import type { PricesView, QuoteView } from './quotes.schemas.js';
import type { AssetPrice, PricedAsset, QuoteAttempt, UsdtRate } from './quotes.service.js';

const instant = (at: EpochMs | null) => (at === null ? null : toIso(at));

const conversionView = ({ rate, kind, source, time }: UsdtRate) => ({
  usd_per_usdt: Number(rate),
  kind,
  source,
  time: instant(time),
});

const noPrice = {
  price: null,
  quote_currency: null,
  price_usd: null,
  conversion: null,
  time: null,
  source: null,
  source_kind: null,
  basis: null,
  fetched_at: null,
  stale: null,
  simulated: null,
};

const priceView = (price: AssetPrice) => ({
  price: Number(price.price),
  quote_currency: price.quoteCurrency,
  price_usd: Number(price.priceUsd),
  conversion: price.conversion && conversionView(price.conversion),
  time: toIso(price.time),
  source: price.source,
  source_kind: price.sourceKind,
  basis: price.basis,
  fetched_at: toIso(price.fetchedAt),
  stale: price.isStale,
  simulated: price.simulated,
});

export const quoteView = ({ asset, isMarketOpen, price, attempts }: PricedAsset): QuoteView => ({
  asset_id: asset.id,
  ...(price ? priceView(price) : noPrice),
  market_open: isMarketOpen,
  problem: price ? null : whyNone(attempts),
  attempts: attempts.map(({ source, outcome, detail }) => ({
    source,
    outcome,
    ...(detail !== undefined && { detail }),
  })),
});

function whyNone(attempts: readonly QuoteAttempt[]): string {
  if (attempts.length === 0) return 'no configured source tells its price, and no close is stored';
  const said = attempts.map(({ source, outcome, detail }) => `${source} ${outcome}${detail ? ` (${detail})` : ''}`);
  return `no close is stored, and no source has a price: ${said.join('; ')}`;
}

/** One line of the old route; `btc` is the price of bitcoin. */
export const oldPriceView = (
  symbol: string,
  { priceUsd }: AssetPrice,
  btc: AssetPrice | undefined,
  change: number | undefined,
): PricesView[number] => ({
  symbol,
  price_usd: Number(priceUsd),
  price_btc: symbol === 'BTC' ? 1 : btc ? ratio(priceUsd, btc.priceUsd) : null,
  change_24h: change ?? null,
});
