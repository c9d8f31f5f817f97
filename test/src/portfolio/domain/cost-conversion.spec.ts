import { convertedGain } from '../../../../src/portfolio/domain/cost-conversion.js';
import type { RealisedGain } from '../../../../src/portfolio/domain/lots.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const [usd, eur, gbp] = ['USD', 'EUR', 'GBP'] as [AssetId, AssetId, AssetId];
const bought = Date.parse('2024-01-05T00:00:00Z');
const gain = (over: Partial<RealisedGain>): RealisedGain => ({
  transactionId: 'sale',
  lotId: 'lot',
  accountId: 'account',
  assetId: 'BTC' as AssetId,
  acquiredAt: bought,
  disposedAt: Date.parse('2025-01-05T00:00:00Z'),
  quantity: '1',
  proceeds: '50000',
  currency: usd,
  cost: '40000',
  costCurrency: usd,
  gain: null,
  term: 'short',
  ...over,
});
/** A euro was worth 1.25 dollars, a pound 1.5, on the day of the purchase. */
const rates = (currency: AssetId, at: number) =>
  at === bought ? { EUR: '1.25', GBP: '1.5' }[currency as string] : undefined;

test.each<[string, Partial<RealisedGain>, object]>([
  [
    'of one currency needs no rate',
    {},
    { gain: '10000', exchangeRate: '1', convertedCost: '40000', gainUnknown: null },
  ],
  [
    'from another currency takes the rate of the purchase',
    { costCurrency: eur },
    { gain: '0', exchangeRate: '1.25', convertedCost: '50000', cost: '40000', gainUnknown: null },
  ],
  [
    'between two currencies goes through the dollar',
    { costCurrency: gbp, currency: eur, cost: '100' },
    { gain: '49880', exchangeRate: '1.2', convertedCost: '120' },
  ],
  [
    'that was never stated is unknown, whatever the rate',
    { cost: null, costCurrency: eur },
    { gain: null, convertedCost: null, gainUnknown: 'cost_not_stated' },
  ],
  [
    'without a rate of that day is unknown',
    { costCurrency: eur, acquiredAt: bought + 1 },
    { gain: null, exchangeRate: null, convertedCost: null, gainUnknown: 'no_exchange_rate' },
  ],
])('a cost %s', (_name, over, expected) => {
  expect(convertedGain(gain(over), rates)).toMatchObject(expected);
});
