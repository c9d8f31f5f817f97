import type { Lot } from '../../../../src/portfolio/domain/lots.js';
import { soldLots } from '../../../../src/rebalancing/domain/sold-lots.js';
import type { Trade } from '../../../../src/rebalancing/domain/plan.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const btc = 'BTC' as AssetId;
const lot = (transactionId: string, date: string, quantity: string, cost: string | null): Lot => ({
  transactionId,
  accountId: 'account',
  assetId: btc,
  acquiredAt: Date.parse(`${date}T00:00:00Z`),
  quantity,
  cost,
  currency: 'USD' as AssetId,
});
const open = [lot('old', '2020-01-01', '1', '10000'), lot('dear', '2025-01-01', '1', '60000')];
const sale: Trade = {
  assetId: btc,
  side: 'sell',
  quantity: '1.5',
  priceUsd: '50000',
  value: '75000',
  fee: '75',
  spread: '0',
};
const at = Date.parse('2025-06-30T00:00:00Z');
/** A euro was worth 1.25 dollars until 2021 and 1 dollar after; nobody knows a rate of 2020-06. */
const usdRateAt = (currency: AssetId, instant: number) => {
  if (currency !== 'EUR' || new Date(instant).toISOString().startsWith('2020-06')) return undefined;
  return instant < Date.parse('2021-01-01T00:00:00Z') ? '1.25' : '1';
};
const sold = (
  method: 'fifo' | 'hifo' | 'given',
  lots = open,
  given = [] as { transactionId: string; quantity: string }[],
) => soldLots(sale, lots, { method, given, at, usdRateAt });

test('the oldest lots leave first, and the fee lessens the gain', () => {
  const { lots, gain } = sold('fifo');
  expect(lots).toMatchObject([
    { transactionId: 'old', quantity: '1', proceeds: '49950', cost: '10000', gain: '39950', term: 'long' },
    { transactionId: 'dear', quantity: '0.5', proceeds: '24975', cost: '30000', gain: '-5025', term: 'short' },
  ]);
  expect(gain).toBe('34925');
});

test('the dearest lots leave first where that is wanted, which realises less', () => {
  expect(sold('hifo').gain).toBe('9925');
});

test('named lots leave first', () => {
  expect(sold('given', open, [{ transactionId: 'dear', quantity: '1' }]).lots[0]!.transactionId).toBe('dear');
});

test('a lot of unknown cost has no gain, and its units are told', () => {
  const { lots, gain, quantityOfUnknownCost } = sold('fifo', [lot('old', '2020-01-01', '1', null), open[1]!]);
  expect(lots[0]).toMatchObject({ cost: null, gain: null, gainUnknown: 'cost_not_stated' });
  expect([gain, quantityOfUnknownCost]).toEqual(['-5025', '1']);
});

describe('a lot that was paid in another currency', () => {
  const inEuros = (...args: Parameters<typeof lot>): Lot => ({ ...lot(...args), currency: 'EUR' as AssetId });

  test('costs what its currency was worth when it was acquired', () => {
    const { lots, gain } = sold('fifo', [inEuros('old', '2020-01-01', '1', '8000'), open[1]!]);
    expect(lots[0]).toMatchObject({ cost: '10000', costCurrency: 'EUR', usdRate: '1.25', gainUnknown: null });
    expect(gain).toBe('34925');
  });

  test('is the dearest only when it is so in dollars', () => {
    // 9,000 euros were 11,250 dollars then; 10,000 dollars are the greater number and the smaller cost
    const two = [lot('dollars', '2020-01-01', '1', '10000'), inEuros('euros', '2020-02-01', '1', '9000')];
    expect(sold('hifo', two).lots.map(({ transactionId }) => transactionId)).toEqual(['euros', 'dollars']);
  });

  test('without a rate of that day has no gain and says why', () => {
    const { lots, gain, quantityOfUnknownCost } = sold('fifo', [inEuros('old', '2020-06-01', '1', '8000'), open[1]!]);
    expect(lots[0]).toMatchObject({ cost: null, usdRate: null, gain: null, gainUnknown: 'no_exchange_rate' });
    expect([gain, quantityOfUnknownCost]).toEqual(['-5025', '1']);
  });
});
