import { convert, valuate } from '../../../../src/portfolio/domain/valuation.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const [btc, eth, spy, usd] = ['BTC', 'ETH', 'SPY', 'USD'] as AssetId[] as [AssetId, AssetId, AssetId, AssetId];
const prices = new Map<AssetId, string>([
  [btc, '50000'],
  [eth, '2500.5'],
  [usd, '1'],
]);
const priceOf = (id: AssetId) => prices.get(id);

describe('the value of holdings', () => {
  it('is quantity times price, in dollars and in the numeraire', () => {
    const { holdings, total, totalUsd, unpriced } = valuate(
      [
        { assetId: btc, quantity: '0.5' },
        { assetId: eth, quantity: '10' },
      ],
      priceOf,
      btc,
    );
    expect(totalUsd).toBe('50005');
    expect(total).toBe('1.0001');
    expect(unpriced).toEqual([]);
    expect(holdings).toEqual([
      {
        assetId: btc,
        quantity: '0.5',
        priceUsd: '50000',
        price: '1',
        valueUsd: '25000',
        value: '0.5',
        weight: 25000 / 50005,
        weightOfPriced: 25000 / 50005,
      },
      {
        assetId: eth,
        quantity: '10',
        priceUsd: '2500.5',
        price: '0.05001',
        valueUsd: '25005',
        value: '0.5001',
        weight: 25005 / 50005,
        weightOfPriced: 25005 / 50005,
      },
    ]);
  });

  it('names what has no price, counts it nowhere, and knows no shares of the whole then', () => {
    const { holdings, totalUsd, unpriced } = valuate(
      [
        { assetId: btc, quantity: '1' },
        { assetId: spy, quantity: '3' },
      ],
      priceOf,
      usd,
    );
    expect(unpriced).toEqual([spy]);
    expect(totalUsd).toBe('50000');
    expect(holdings[0]).toMatchObject({ weight: null, weightOfPriced: 1 });
    expect(holdings[1]).toMatchObject({ priceUsd: null, value: null, weight: null, weightOfPriced: null });
  });

  it('is unknown in a numeraire that has no price, and known in dollars', () => {
    const { total, totalUsd } = valuate([{ assetId: btc, quantity: '2' }], priceOf, spy);
    expect([total, totalUsd]).toEqual([null, '100000']);
  });

  it('of nothing is nothing, without shares', () => {
    expect(valuate([], priceOf, usd)).toEqual({ holdings: [], totalUsd: '0', total: '0', unpriced: [] });
  });

  it('keeps every digit of a product', () => {
    const { totalUsd } = valuate(
      [{ assetId: btc, quantity: '12345678901234567890.123456789012345678' }],
      () => '98765.4321098765',
      usd,
    );
    expect(totalUsd).toBe('1219326311370217418792871.741879287174098917895888767');
  });
});

test('a conversion goes through the prices of both', () => {
  expect(convert('3', '2500.5', '50000')).toBe('0.15003');
  expect(convert('1', '1', '3')).toBe('0.333333333333333333333333');
});
