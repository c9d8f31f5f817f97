import fc from 'fast-check';
import {
  lotSize,
  usualContract,
  type ContractSpecification,
  type LotSizeInput,
} from '../../../../src/signals/domain/lot-size.js';

const input = (over: Partial<LotSizeInput> = {}): LotSizeInput => ({
  direction: 'buy',
  entryPrice: '50000',
  stopLoss: '48000',
  accountValueUsd: '10000',
  riskFraction: 0.01,
  mostOfAccount: null,
  contract: usualContract('crypto', 'USD'),
  usdPerQuote: '1',
  ...over,
});
const sized = (over: Partial<LotSizeInput> = {}) => {
  const found = lotSize(input(over));
  if (found.kind === 'refused') throw new Error(JSON.stringify(found.errors));
  return found;
};

test('coins: 100 dollars over a distance of 2,000 are a twentieth of a coin', () => {
  expect(sized()).toEqual({
    kind: 'sized',
    riskBudgetUsd: '100',
    riskUsd: '100',
    contracts: '0.05',
    quantity: '0.05',
    positionUsd: '2500',
    lots: '0.05',
    lotType: 'coin',
    limitedBy: 'risk',
  });
  expect(sized({ direction: 'sell', stopLoss: '52000' })).toMatchObject({ quantity: '0.05', riskUsd: '100' });
});

test('the account is the one that is given, not one of 10,000 dollars', () => {
  expect(sized({ accountValueUsd: '250000', riskFraction: 0.02 })).toMatchObject({ quantity: '2.5', riskUsd: '5000' });
});

test("at most the signal's own share of the account", () => {
  expect(sized({ mostOfAccount: 0.2 })).toMatchObject({ positionUsd: '2000', riskUsd: '80', limitedBy: 'size' });
  expect(sized({ mostOfAccount: 0 })).toMatchObject({ quantity: '0', limitedBy: 'size' });
});

test('whole shares, rounded down; an account that cannot carry the smallest order gets 0 and the reason', () => {
  const shares = { contract: usualContract('etf', 'USD'), entryPrice: '600', stopLoss: '582' };
  // 100 / 18 = 5.55
  expect(sized(shares)).toMatchObject({ quantity: '5', riskUsd: '90', positionUsd: '3000', lotType: 'share' });
  expect(sized({ ...shares, accountValueUsd: '1500' })).toMatchObject({ quantity: '0', limitedBy: 'minimum' });
  // a coin's order is of 10 dollars at least
  expect(sized({ accountValueUsd: '30' })).toMatchObject({ quantity: '0', riskUsd: '0', limitedBy: 'minimum' });
});

test('losses in another currency are turned into dollars', () => {
  // 1.5 yen of risk a unit, at 150 yen a dollar: 100 dollars carry 10,000 units, a whole mini lot
  const yen = { ...usualContract('cash', 'JPY'), lotStep: '1' };
  const found = sized({ contract: yen, entryPrice: '150', stopLoss: '148.5', usdPerQuote: '0.00666666666666666667' });
  expect(found).toMatchObject({ quantity: '9999', lotType: 'micro', lots: '9.999' });
  expect(sized({ contract: yen, entryPrice: '150', stopLoss: '148.5', usdPerQuote: '0.0066' })).toMatchObject({
    quantity: '10101',
    lotType: 'mini',
    lots: '1.0101',
  });
  expect(sized({ usdPerQuote: '0.5' })).toMatchObject({ quantity: '0.1', positionUsd: '2500' });
});

test('a future counts by its multiplier, and the lot is a contract', () => {
  const future: ContractSpecification = {
    multiplier: '50',
    lotStep: '1',
    minimumValueUsd: '0',
    quoteCurrency: 'USD',
    lots: [{ type: 'contract', contracts: '1' }],
  };
  // 20 points of 50 dollars are 1,000 dollars a contract
  const over = { contract: future, entryPrice: '5000', stopLoss: '4980', accountValueUsd: '250000' };
  expect(sized(over)).toMatchObject({
    contracts: '2',
    quantity: '100',
    riskUsd: '2000',
    positionUsd: '500000',
    lots: '2',
    lotType: 'contract',
  });
});

test('currencies name the lot', () => {
  const euro = { contract: usualContract('cash', 'USD'), entryPrice: '1.1', stopLoss: '1.09' };
  expect(sized({ ...euro, accountValueUsd: '10000' })).toMatchObject({ lots: '1', lotType: 'mini' });
  expect(sized({ ...euro, accountValueUsd: '9999' })).toMatchObject({ lots: '9.999', lotType: 'micro' });
  expect(sized({ ...euro, accountValueUsd: '150000' })).toMatchObject({ lots: '1.5', lotType: 'standard' });
});

test.each<[string, Partial<LotSizeInput>, string, RegExp]>([
  ['a stop above the entry of a buy', { stopLoss: '51000' }, 'stop_loss', /must lie below the entry of 50000/],
  ['a stop below the entry of a sell', { direction: 'sell' }, 'stop_loss', /must lie above the entry/],
  ['a stop at the entry', { stopLoss: '50000.0' }, 'stop_loss', /must lie below/],
  ['an entry of nothing', { entryPrice: '0' }, 'entry_price', /must be more than 0/],
  ['an account that is worth nothing', { accountValueUsd: '0' }, 'account_value_usd', /more than 0/],
  ['a currency that is worth nothing', { usdPerQuote: 'NaN' }, 'usd_per_quote', /more than 0/],
  ['a risk that is no budget', { riskFraction: 0.05 }, 'risk_fraction', /within 0.001 to 0.02/],
])('refuses %s, naming the field and the value', (_name, over, field, message) => {
  expect(lotSize(input(over))).toMatchObject({
    kind: 'refused',
    errors: [{ field, message: expect.stringMatching(message) }],
  });
});

test('the stop never costs more than the budget, and the position is never larger than its share', () => {
  const price = fc.integer({ min: 1, max: 10_000_000 }).map((n) => n / 1_000);
  fc.assert(
    fc.property(
      fc.record({
        entry: price,
        distance: fc.double({ min: 0.0005, max: 0.2, noNaN: true }),
        account: fc.integer({ min: 1, max: 10_000_000 }),
        risk: fc.constantFrom(0.001, 0.01, 0.02),
        most: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        assetClass: fc.constantFrom('crypto', 'stock', 'cash'),
        direction: fc.constantFrom('buy', 'sell'),
      }),
      ({ entry, distance, account, risk, most, assetClass, direction }) => {
        const { riskBudgetUsd, riskUsd, positionUsd, limitedBy } = sized({
          direction,
          entryPrice: String(entry),
          stopLoss: String(entry * (direction === 'buy' ? 1 - distance : 1 + distance)),
          accountValueUsd: String(account),
          riskFraction: risk,
          mostOfAccount: most,
          contract: usualContract(assetClass, 'USD'),
        });
        expect(Number(riskBudgetUsd)).toBeCloseTo(account * risk, 6);
        expect(Number(riskUsd)).toBeLessThanOrEqual(Number(riskBudgetUsd));
        expect(Number(positionUsd)).toBeLessThanOrEqual(account * (most ?? Infinity) * (1 + 1e-12));
        expect(limitedBy === 'minimum' ? Number(positionUsd) : 0).toBe(0);
      },
    ),
    { seed: 20261125, numRuns: 500 },
  );
});
