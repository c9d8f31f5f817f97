import type { AssetClass } from '../../data/domain/asset.js';
import type { AssetId } from '../../shared/ids.js';

/** How somebody comes by a price of an asset: currencies are no market that is collected. */
export const howToPrice = (assetId: AssetId, assetClass: AssetClass | undefined): string =>
  assetClass === 'cash'
    ? `import its rate in USD: POST /api/v1/data/imports with asset=${assetId}`
    : 'collect or import it first';

interface Noted {
  readonly assetId: AssetId;
  /** Of the series that its price is from; undefined without a price. */
  readonly adjustment: string | undefined;
  readonly hasDividends: boolean;
}

/** What a reader has to know of prices that are adjusted for dividends, a sentence for each asset. */
export const dividendNotes = (assets: readonly Noted[]): string[] =>
  assets.flatMap(({ assetId, adjustment, hasDividends }) => {
    if (adjustment !== 'total_return') return [];
    const values = `${assetId} is valued at closes that are adjusted for dividends: past values are lower than the market's`;
    return [hasDividends ? `${values}, and returns count its recorded dividends twice` : values];
  });
