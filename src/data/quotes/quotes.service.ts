import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import type { SourceAttempt } from '../data.contract.js';
import type { Asset } from '../domain/asset.js';
import { isDollar } from '../domain/seed-assets.js';
import { isSimulatedSource, simulatedSource, worldOf, type PriceBasis, type QuoteCurrency } from '../domain/candle.js';
import { basisOfSource } from '../domain/price-basis.js';
import { ageOf, converted, isMarketOpen, isStale, percentChange } from '../domain/quote.js';
import { inOrderOf, wantedBasis } from '../domain/source-order.js';
import { SOURCES } from '../sources/configured-sources.js';
import type { MarketDataSource } from '../sources/market-data-source.js';
import { atOnce } from '../../shared/at-once.js';
import { SourceQuotes, type SaidQuote } from './source-quotes.js';
import { StoredCloses, type StoredClosePrice } from './stored-closes.js';

/** What an asset costs, and how that is known. */
export interface AssetPrice {
  /** Decimal text, in the quote currency. */
  readonly price: string;
  readonly quoteCurrency: QuoteCurrency;
  /** Decimal text. */
  readonly priceUsd: string;
  /** How USDT became USD; null for a price in USD. */
  readonly conversion: UsdtRate | null;
  /** When the price was true. */
  readonly time: EpochMs;
  /** Name under which the source's bars are stored, simulated ones with their world; `definition` for cash. */
  readonly source: string;
  /** `close`: nobody could be asked, and this is the last stored close. */
  readonly sourceKind: 'quote' | 'close' | 'definition';
  readonly basis: PriceBasis;
  readonly fetchedAt: EpochMs;
  /** Older than 300 s of its market's time; a closed market ages nothing. */
  readonly isStale: boolean;
  readonly simulated: boolean;
}

export interface UsdtRate {
  /** USD for one USDT, decimal text. */
  readonly rate: string;
  /** `assumed`: nobody tells a price of USDT, and it is taken for one dollar. */
  readonly kind: 'quote' | 'close' | 'assumed';
  readonly source: string | null;
  readonly time: EpochMs | null;
}

export interface PricedAsset {
  readonly asset: Asset;
  readonly isMarketOpen: boolean;
  /** Undefined when there is neither a quote nor a stored close: `attempts` say why. */
  readonly price: AssetPrice | undefined;
  /** The sources that were asked, in this order, and those that could not be. */
  readonly attempts: readonly QuoteAttempt[];
}

export type QuoteAttempt = Omit<SourceAttempt, 'milliseconds'>;

export interface QuoteOptions {
  /** So long sources are waited for, for all assets together; what comes later is there for the next reader. */
  readonly waitMs: number;
  /** Whose stored closes count beside everybody's. */
  readonly viewer: OwnerId;
}

type Unconverted = Omit<AssetPrice, 'priceUsd' | 'conversion'>;

interface Found {
  readonly price: Unconverted | undefined;
  readonly attempts: readonly QuoteAttempt[];
}

/** A pair that is not traded any more still has a last price: another source may have a newer one. */
const oldMs = dayMs;
/** Part of the time left that one of several sources may take. */
const shareOfWait = 0.6;
const assetsAtOnce = 8;
const usdt = 'USDT' as AssetId;

@Injectable()
export class QuotesService {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    @Inject(CONFIG) private readonly config: Config,
    private readonly assets: AssetRegistry,
    private readonly quotes: SourceQuotes,
    private readonly closes: StoredCloses,
  ) {}

  /**
   * The latest price of each asset, in their order: of the first of its sources that has one, at most 300 s old; where
   * nobody could be asked, the last stored close. An asset without either has no price, never zero.
   */
  async latest(assets: readonly Asset[], { waitMs, viewer }: QuoteOptions): Promise<PricedAsset[]> {
    const until = performance.now() + waitMs;
    let rate: Promise<Unconverted | undefined> | undefined;
    const usdtRate = () => (rate ??= this.usdtRate(until, viewer));
    return atOnce(assetsAtOnce, assets, async (asset) => {
      const { price, attempts } = await this.find(asset, until, viewer);
      const priced = price && (await inUsd(price, usdtRate));
      return { asset, isMarketOpen: isMarketOpen(asset.assetClass, Date.now()), price: priced, attempts };
    });
  }

  /**
   * Percent by which a price lies above the last daily close that had ended 24 hours before it, in the same currency and
   * from the same world; undefined when that close is not stored.
   */
  async changeOverDay(asset: Asset, price: AssetPrice, viewer: OwnerId): Promise<number | undefined> {
    if (price.sourceKind === 'definition') return 0;
    const earlier = await this.closes.daily(asset, price.time - dayMs, price, viewer);
    return earlier === undefined ? undefined : percentChange(price.price, earlier);
  }

  private async find(asset: Asset, until: number, viewer: OwnerId): Promise<Found> {
    if (isDollar(asset.id)) return { price: worthOne(Date.now()), attempts: [] };
    const { price: quote, attempts } = await this.fromSources(asset, until);
    if (quote && !isOld(quote, asset)) return { price: quote, attempts };
    const close = await this.closes.newest(asset, Date.now(), { viewer });
    const isNewer = close !== undefined && close.time > (quote?.time ?? -Infinity);
    return { price: isNewer ? closePrice(asset, close) : quote, attempts };
  }

  /** The first quote that is not of another day; otherwise the newest there is. */
  private async fromSources(asset: Asset, until: number): Promise<Found> {
    const attempts: QuoteAttempt[] = [];
    let newest: Unconverted | undefined;
    const asked = this.askedFor(asset);
    for (const [i, source] of asked.entries()) {
      const left = until - performance.now();
      const said = await this.quotes.of(source, asset, i < asked.length - 1 ? left * shareOfWait : left);
      attempts.push(attemptOf(source, said));
      if (said?.kind !== 'quote') continue;
      const price = quotePrice(source, asset, said);
      if (!newest || price.time > newest.time) newest = price;
      if (!isOld(newest, asset)) break;
    }
    return { price: newest, attempts };
  }

  /** Under `spot` a perpetual's price is nobody's; under `perpetual` a spot price is the labelled fallback. */
  private askedFor(asset: Asset): MarketDataSource[] {
    const { cryptoBasis } = this.config.sources;
    const basis = wantedBasis(asset.assetClass, cryptoBasis);
    return inOrderOf(asset, this.sources, cryptoBasis).filter(
      (source) =>
        source.latestQuote !== undefined &&
        source.offers.quotes.includes(asset.assetClass) &&
        (basis === 'perpetual' || source.offers.basis === basis),
    );
  }

  private async usdtRate(until: number, viewer: OwnerId): Promise<Unconverted | undefined> {
    const asset = (await this.assets.catalogue()).of(usdt);
    return asset && (await this.find(asset, until, viewer)).price;
  }
}

/** @param usdtRate asked only where it is needed */
async function inUsd(price: Unconverted, usdtRate: () => Promise<Unconverted | undefined>): Promise<AssetPrice> {
  if (price.quoteCurrency === 'USD') return { ...price, priceUsd: price.price, conversion: null };
  const usdtPrice = await usdtRate();
  // worlds are not mixed: a simulated price of USDT says nothing about a real one
  const isUsable = usdtPrice?.quoteCurrency === 'USD' && worldOf(usdtPrice.source) === worldOf(price.source);
  if (!isUsable)
    return { ...price, priceUsd: price.price, conversion: { rate: '1', kind: 'assumed', source: null, time: null } };
  const { price: rate, sourceKind, source, time } = usdtPrice;
  const kind = sourceKind === 'close' ? 'close' : 'quote';
  return { ...price, priceUsd: converted(price.price, rate), conversion: { rate, kind, source, time } };
}

const isOld = ({ time }: Unconverted, { assetClass }: Asset) => ageOf(time, assetClass, Date.now()) > oldMs;

const worthOne = (now: EpochMs): Unconverted => ({
  price: '1',
  quoteCurrency: 'USD',
  time: now,
  source: 'definition',
  sourceKind: 'definition',
  basis: 'spot',
  fetchedAt: now,
  isStale: false,
  simulated: false,
});

function quotePrice(
  { id, offers }: MarketDataSource,
  { assetClass }: Asset,
  { quote, fetchedAt }: Extract<SaidQuote, { kind: 'quote' }>,
): Unconverted {
  const { price, quoteCurrency, time, simulatedSeed } = quote;
  return {
    price,
    quoteCurrency,
    time,
    source: simulatedSeed === null ? id : simulatedSource(id, simulatedSeed),
    sourceKind: 'quote',
    basis: offers.basis,
    fetchedAt,
    isStale: isStale(time, assetClass, Date.now()),
    simulated: simulatedSeed !== null,
  };
}

function closePrice({ assetClass }: Asset, { series, close, time }: StoredClosePrice): Unconverted {
  const { source, quoteCurrency } = series;
  const now = Date.now();
  return {
    price: close,
    quoteCurrency,
    time,
    source,
    sourceKind: 'close',
    basis: basisOfSource(source),
    fetchedAt: now,
    isStale: isStale(time, assetClass, now),
    simulated: isSimulatedSource(source),
  };
}

function attemptOf({ id }: MarketDataSource, said: SaidQuote | undefined): QuoteAttempt {
  if (!said) return { source: id, outcome: 'unavailable', detail: 'gave no answer in time' };
  if (said.kind === 'quote') return { source: id, outcome: 'ok' };
  const { kind: _kind, ...none } = said;
  return { source: id, ...none };
}
