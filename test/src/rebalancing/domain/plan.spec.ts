import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { planRebalancing, type PlannedAsset, type PlanRules } from '../../../../src/rebalancing/domain/plan.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const asset = (id: string, quantity: string, priceUsd: string, target: number, over: Partial<PlannedAsset> = {}) => ({
  assetId: id as AssetId,
  quantity,
  priceUsd,
  target,
  lot: '0.00000001',
  minNotional: '0',
  feeRate: '0',
  spreadRate: '0',
  ...over,
});
const rules = (over: Partial<PlanRules> = {}): PlanRules => ({
  cash: '0',
  cashKept: '0',
  turnoverLimit: null,
  noTradeBand: 0,
  ...over,
});

describe('a rebalancing plan', () => {
  it('sells what is too much and buys what is missing, to the cent', () => {
    // 60,000 of BTC and 40,000 of ETH, wanted half and half
    const { trades, totals } = planRebalancing(
      [asset('BTC', '1', '60000', 0.5), asset('ETH', '20', '2000', 0.5)],
      rules(),
    );
    expect(trades).toMatchObject([
      { assetId: 'BTC', side: 'sell', quantity: '0.16666666', value: '9999.9996' },
      { assetId: 'ETH', side: 'buy', quantity: '4.9999998', value: '9999.9996' },
    ]);
    expect(totals).toMatchObject({ value: '100000', remainder: '0', cashAfter: '0' });
  });

  it('pays fees and spread out of the sales', () => {
    const costs = { feeRate: '0.001', spreadRate: '0.0005' };
    const { totals, trades } = planRebalancing(
      [asset('BTC', '1', '60000', 0.5, costs), asset('ETH', '20', '2000', 0.5, costs)],
      rules(),
    );
    expect(trades[1]!.side).toBe('buy');
    const { sells, buys, fees, spread, remainder, cashAfter } = totals;
    expect(new Decimal(sells).minus(buys).minus(fees).minus(spread).toFixed()).toBe(remainder);
    expect(new Decimal(cashAfter).gte(0)).toBe(true);
    expect(Number(fees)).toBeCloseTo(20, 0);
  });

  it('trades whole lots and names what they leave over', () => {
    const { trades, totals } = planRebalancing(
      [asset('BTC', '0', '60000', 0.6), asset('SPY', '0', '610', 0.4, { lot: '1' })],
      rules({ cash: '10000' }),
    );
    expect(trades).toMatchObject([
      { assetId: 'BTC', quantity: '0.1' },
      { assetId: 'SPY', quantity: '6' },
    ]);
    expect(totals.cashAfter).toBe('340');
  });

  it('buys a further lot where the money that is left over reaches for it', () => {
    // 995 dollars want 9.95 shares of 100: nine and, since more than half of the tenth is lacking, the tenth
    const { trades, totals } = planRebalancing(
      [asset('SPY', '0', '100', 0.995, { lot: '1' })],
      rules({ cash: '1000' }),
    );
    expect(trades[0]).toMatchObject({ quantity: '10' });
    expect(totals.cashAfter).toBe('0');
  });

  it('sells all of what is no longer wanted, odd lots too', () => {
    const { trades } = planRebalancing(
      [asset('SPY', '3.7', '100', 0, { lot: '1' }), asset('BTC', '0', '50000', 1)],
      rules(),
    );
    expect(trades[0]).toMatchObject({ side: 'sell', quantity: '3.7' });
  });

  it('leaves an order alone that is smaller than the venue takes', () => {
    const { trades, leftAlone } = planRebalancing(
      [asset('BTC', '1', '50000', 0.9999), asset('ETH', '0', '2000', 0.0001, { minNotional: '10' })],
      rules(),
    );
    expect(trades.map(({ side }) => side)).toEqual(['sell']);
    expect(leftAlone).toEqual([{ assetId: 'ETH', difference: '5', why: 'below_minimum' }]);
  });

  it('leaves what lies within the band', () => {
    const { trades, leftAlone } = planRebalancing(
      [asset('BTC', '0.51', '100000', 0.5), asset('ETH', '49', '1000', 0.5)],
      rules({ noTradeBand: 0.01 }),
    );
    expect(trades).toEqual([]);
    expect(leftAlone.map(({ why }) => why)).toEqual(['within_band', 'within_band']);
  });

  it('trades no more than the limit on turnover lets it, all by the same part', () => {
    const { totals, isLimited, weights } = planRebalancing(
      [asset('BTC', '1', '60000', 0.5), asset('ETH', '20', '2000', 0.5)],
      rules({ turnoverLimit: 0.05 }),
    );
    expect(isLimited).toBe(true);
    expect(totals.turnover).toBeCloseTo(0.05, 8);
    expect(weights[0]!.after).toBeCloseTo(0.55, 8);
  });

  it('buys no further lot beyond the limit on turnover', () => {
    // 27.8 % of 360 dollars are 100: one lot of 190 is nearer to its target and not allowed
    const { totals, trades } = planRebalancing(
      [asset('SPY', '0', '190', 1, { lot: '1' })],
      rules({ cash: '360', turnoverLimit: 0.278 }),
    );
    expect(trades).toEqual([]);
    expect(totals.turnover).toBe(0);
  });

  it('tells all shares of one whole, so that what is at its target differs by nothing while cash is kept', () => {
    const { weights, trades } = planRebalancing(
      [asset('BTC', '0.6', '60000', 0.6), asset('ETH', '12', '2000', 0.4)],
      rules({ cash: '50000', cashKept: '50000' }),
    );
    expect(trades).toEqual([]);
    for (const { before, target, after } of weights) expect([before, after]).toEqual([target, target]);
  });

  it('keeps cash', () => {
    const { totals } = planRebalancing([asset('BTC', '1', '50000', 1)], rules({ cashKept: '5000' }));
    expect(totals).toMatchObject({ cashAfter: '5000', sells: '5000' });
  });

  it('of a portfolio of BTC alone sells nothing into nowhere', () => {
    expect(planRebalancing([asset('BTC', '1', '50000', 1)], rules()).trades).toEqual([]);
  });

  it('of nothing is nothing', () => {
    expect(planRebalancing([], rules()).totals).toMatchObject({ value: '0', turnover: 0 });
  });
});

describe('for any holdings, targets and rules', () => {
  const cases = fc
    .array(
      fc.record({
        quantity: fc.double({ min: 0, max: 1_000, noNaN: true }),
        price: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
        mass: fc.double({ min: 0, max: 1, noNaN: true }),
        lot: fc.constantFrom('1', '0.1', '0.001', '0.00000001'),
        minNotional: fc.constantFrom('0', '10', '1000'),
        feeRate: fc.constantFrom('0', '0.001', '0.02'),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((drawn) => {
      const mass = drawn.reduce((sum, one) => sum + one.mass, 0) || 1;
      return drawn.map((one, i) =>
        asset(`A${i}`, one.quantity.toFixed(8), one.price.toFixed(2), one.mass / mass, {
          lot: one.lot,
          minNotional: one.minNotional,
          feeRate: one.feeRate,
          spreadRate: '0.0005',
        }),
      );
    });
  const anyRules = fc.record({
    cash: fc.constantFrom('0', '123.45', '100000'),
    cashKept: fc.constantFrom('0', '50'),
    turnoverLimit: fc.constantFrom(null, 0, 0.1, 0.278),
    noTradeBand: fc.constantFrom(0, 0.02),
  });

  it('the sums are exact, nothing is sold that is not held and nothing spent that is not there', () => {
    fc.assert(
      fc.property(cases, anyRules, (assets, given) => {
        const { trades, totals } = planRebalancing(assets, given);
        const sum = (side: string, field: 'value' | 'fee' | 'spread') =>
          trades
            .filter((one) => side === '' || one.side === side)
            .reduce((all, one) => all.plus(one[field]), new Decimal(0));
        expect(sum('sell', 'value').toFixed()).toBe(totals.sells);
        expect(sum('buy', 'value').toFixed()).toBe(totals.buys);
        const left = new (Decimal.clone({ precision: 100 }))(totals.sells)
          .minus(totals.buys)
          .minus(totals.fees)
          .minus(totals.spread);
        expect(left.toFixed()).toBe(totals.remainder);
        for (const { assetId, side, quantity, value } of trades) {
          const of = assets.find((one) => one.assetId === assetId)!;
          expect(side === 'buy' || new Decimal(quantity).lte(of.quantity)).toBe(true);
          expect(new Decimal(value).gte(of.minNotional)).toBe(true);
        }
        expect(totals.turnover).toBeLessThanOrEqual((given.turnoverLimit ?? Infinity) + 1e-12);
        const floor = Decimal.min(given.cash, given.cashKept);
        const buysNothing = trades.every(({ side }) => side === 'sell');
        expect(buysNothing || new Decimal(totals.cashAfter).gte(floor)).toBe(true);
      }),
      { seed: 20261125, numRuns: 400 },
    );
  });

  it('planning again after the trades finds next to nothing to do', () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        const assets = drawn.map((one) => ({
          ...one,
          lot: '0.00000001',
          minNotional: '0',
          feeRate: '0',
          spreadRate: '0',
        }));
        const first = planRebalancing(assets, rules());
        const after = assets.map((one) => {
          const trade = first.trades.find(({ assetId }) => assetId === one.assetId);
          const signed = trade ? new Decimal(trade.quantity).times(trade.side === 'buy' ? 1 : -1) : 0;
          return { ...one, quantity: new Decimal(one.quantity).plus(signed).toFixed() };
        });
        const again = planRebalancing(after, rules({ cash: first.totals.cashAfter }));
        expect(again.totals.turnover).toBeLessThan(1e-3);
      }),
      { seed: 20261125, numRuns: 100 },
    );
  });
});
