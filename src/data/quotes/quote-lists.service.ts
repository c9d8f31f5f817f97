import { Injectable } from '@nestjs/common';
import type { Page } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import type { Asset } from '../domain/asset.js';
import { atOnce } from '../../shared/at-once.js';
import type { PricesQuery, PricesView, QuotesQuery, QuoteView } from './quotes.schemas.js';
import { QuotesService } from './quotes.service.js';
import { oldPriceView, quoteView } from './quotes.views.js';

const waitMs = 5_000;
/** Callers of the old route wait two seconds at the least; what is stored has to be read, too. */
const oldRouteWaitMs = 900;
/** More names than there are assets are noise. */
const mostSymbols = 200;
const readsAtOnce = 8;
const btc = 'BTC' as AssetId;

/** What the routes about latest prices answer. */
@Injectable()
export class QuoteLists {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly quotes: QuotesService,
  ) {}

  /** @throws DomainError `invalid` naming every text that is nobody's spelling, with the nearest assets */
  async quotePage(viewer: OwnerId, { assets: texts }: QuotesQuery): Promise<Page<QuoteView>> {
    const assets = texts === undefined ? await this.assets.enabled() : await this.allKnown(texts);
    const priced = await this.quotes.latest(assets, { waitMs, viewer });
    return { items: priced.map(quoteView), next_cursor: null };
  }

  /** Assets without a price, and texts that nobody knows, are left out. */
  async prices(viewer: OwnerId, { symbols }: PricesQuery): Promise<PricesView> {
    const catalogue = await this.assets.catalogue();
    const wanted = symbols?.length
      ? symbols.slice(0, mostSymbols).map((text) => {
          const resolved = catalogue.resolve(text);
          return resolved.kind === 'known' ? catalogue.of(resolved.assetId) : undefined;
        })
      : await this.assets.enabled();
    const assets = unique(wanted.filter((asset) => asset !== undefined));
    const bitcoin = catalogue.of(btc);
    const priced = await this.quotes.latest(unique([...assets, ...(bitcoin ? [bitcoin] : [])]), {
      waitMs: oldRouteWaitMs,
      viewer,
    });
    const btcPrice = priced.find(({ asset }) => asset.id === btc)?.price;
    const lines = await atOnce(
      readsAtOnce,
      priced.slice(0, assets.length),
      async ({ asset, price }) =>
        price && oldPriceView(asset.id, price, btcPrice, await this.quotes.changeOverDay(asset, price, viewer)),
    );
    return lines.filter((line) => line !== undefined);
  }

  private async allKnown(texts: readonly string[]): Promise<Asset[]> {
    const catalogue = await this.assets.catalogue();
    const resolved = texts.map((text) => ({ text, ...catalogue.resolve(text) }));
    const errors = resolved.flatMap((one) =>
      one.kind === 'unknown' ? [{ field: 'assets', value: one.text, message: one.message }] : [],
    );
    if (errors.length > 0) {
      const said = errors.map(({ value, message }) => `assets: "${value}" ${message}`);
      throw new DomainError('invalid', said.join('; '), { errors });
    }
    return unique(resolved.flatMap((one) => (one.kind === 'known' ? [catalogue.of(one.assetId)!] : [])));
  }
}

/** Each asset once, at its first place. */
const unique = (assets: readonly Asset[]): Asset[] => [...new Map(assets.map((asset) => [asset.id, asset])).values()];
