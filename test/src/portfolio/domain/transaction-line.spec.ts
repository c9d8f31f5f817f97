import { AssetCatalogue } from '../../../../src/data/domain/asset-catalogue.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import {
  contentOf,
  contradictions,
  readTransaction,
  type StatedTransaction,
  type TransactionLine,
} from '../../../../src/portfolio/domain/transaction-line.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const catalogue = new AssetCatalogue(seedAssets);
const usd = 'USD' as AssetId;
const accounts = [
  { id: 'a1', name: 'Plain', currency: usd, tracksCash: false, isDefault: true },
  { id: 'a2', name: 'Cash', currency: usd, tracksCash: true, isDefault: false },
  { id: 'a3', name: 'Euro', currency: 'EUR' as AssetId, tracksCash: true, isDefault: false },
];
const now = Date.parse('2025-01-01T00:00:00Z');
const read = (line: Partial<TransactionLine>) =>
  readTransaction(
    { kind: 'buy', executed_at: '2024-01-02', asset: 'BTC', ...line },
    { resolve: (text) => catalogue.resolve(text), accounts, now, newId: () => 'id' },
  );
function good(line: Partial<TransactionLine>): StatedTransaction {
  const said = read(line);
  if (said.kind === 'refused') throw new Error(JSON.stringify(said.errors));
  return said.transaction;
}
function errors(line: Partial<TransactionLine>): [string, string][] {
  const said = read(line);
  return said.kind === 'read' ? [] : said.errors.map(({ field, message }) => [field, message]);
}

test.each<[string, Partial<TransactionLine>, Partial<StatedTransaction>]>([
  [
    'a price makes an amount, exactly',
    { quantity: '0.000000000000000001', price: '0.1' },
    { amount: '0.0000000000000000001', price: '0.1' },
  ],
  [
    'zeros and exponents are one number',
    { quantity: '+1.50e1', amount: '10.00' },
    { quantity: '15', amount: '10', price: null },
  ],
  ['a date is its 00:00 UTC', { quantity: '1', amount: '1' }, { executedAt: Date.parse('2024-01-02T00:00:00Z') }],
  [
    'an offset is taken off',
    { executed_at: '2024-01-02T01:30:00+05:30', quantity: '1', amount: '1' },
    { executedAt: Date.parse('2024-01-01T20:00:00Z') },
  ],
  [
    'an account by name',
    { account: 'Euro', quantity: '1', amount: '1' },
    { accountId: 'a3', currency: 'EUR' as AssetId },
  ],
  ['an account by id', { account: 'A2', quantity: '1', amount: '1' }, { accountId: 'a2' }],
  [
    'its own currency said',
    { quantity: '1', amount: '1', currency: 'usd', fee: '0', fee_currency: 'USD' },
    { fee: '0' },
  ],
  ['a ratio of one number', { kind: 'split', ratio: '4' }, { ratio: { numerator: '4', denominator: '1' } }],
  ['a ratio of two', { kind: 'split', ratio: '1:10' }, { ratio: { numerator: '1', denominator: '10' } }],
  ['a reward of unknown worth', { kind: 'staking_reward', quantity: '1' }, { amount: null }],
  ['a deposit with what it had cost', { kind: 'deposit', quantity: '2', price: '3' }, { amount: '6' }],
  ['an adjustment downwards', { kind: 'adjustment', quantity: '-2' }, { quantity: '-2' }],
  ['an adjustment of money', { kind: 'adjustment', asset: 'USD', quantity: '5' }, { assetId: usd }],
  ['interest on money', { kind: 'dividend', asset: 'USD', amount: '5' }, { amount: '5', quantity: null }],
  ['a fee in money where cash is not tracked', { kind: 'fee', asset: 'USD', quantity: '5' }, { quantity: '5' }],
  [
    'a transfer of money between accounts that track it',
    { kind: 'transfer', asset: 'USD', account: 'Cash', to_account: 'Euro', quantity: '5' },
    { toAccountId: 'a3' },
  ],
])('%s', (_name, line, expected) => expect(good(line)).toMatchObject(expected));

test.each<[string, Partial<TransactionLine>, [string, RegExp][]]>([
  [
    'everything that is wrong is told at once',
    { asset: 'NOPE', executed_at: '2024-02-30', quantity: 'x', amount: '-1' },
    [
      ['executed_at', /neither a date/],
      ['asset', /nearest/],
      ['quantity', /38 digits and 18 decimals/],
      ['amount', /negative/],
    ],
  ],
  ['tomorrow', { executed_at: '2025-01-01T00:00:01Z', quantity: '1', amount: '1' }, [['executed_at', /future/]]],
  [
    'a quantity and a price in a split',
    { kind: 'split', ratio: '2', quantity: '1', price: '1' },
    [
      ['quantity', /no place in a split/],
      ['price', /no place/],
    ],
  ],
  ['a split without a ratio', { kind: 'split' }, [['ratio', /missing/]]],
  ['a ratio of nothing', { kind: 'split', ratio: '0:1' }, [['ratio', /no ratio/]]],
  ['a ratio beyond all measure', { kind: 'split', ratio: '1000001' }, [['ratio', /no ratio/]]],
  [
    'a dividend of units',
    { kind: 'dividend', quantity: '1' },
    [
      ['quantity', /no place/],
      ['amount', /missing/],
    ],
  ],
  ['a price for a dividend', { kind: 'dividend', amount: '1', price: '1' }, [['price', /no place/]]],
  [
    'a cost of what is adjusted away',
    { kind: 'adjustment', quantity: '-1', amount: '1' },
    [['amount', /adjusted away/]],
  ],
  ['an adjustment of nothing', { kind: 'adjustment', quantity: '0' }, [['quantity', /adjusts nothing/]]],
  [
    'a price of money',
    { kind: 'deposit', asset: 'USD', account: 'Cash', quantity: '1', price: '1' },
    [['price', /money itself/]],
  ],
  [
    'money that goes where it is not tracked',
    { kind: 'transfer', asset: 'USD', account: 'Cash', to_account: 'Plain', quantity: '1' },
    [['to_account', /does not track/]],
  ],
  [
    'a transfer to itself',
    { kind: 'transfer', account: 'Cash', to_account: 'a2', quantity: '1' },
    [['to_account', /where it comes from/]],
  ],
  [
    'a reward of money',
    { kind: 'staking_reward', asset: 'USD', quantity: '1' },
    [['asset', /there is no staking reward of it/]],
  ],
  [
    'more lots than are sold',
    { kind: 'sell', quantity: '1', amount: '1', lots: [{ transactionId: 'x', quantity: '2' }] },
    [['lots', /more than what is sold, 1/]],
  ],
  [
    'a lot of nothing',
    { kind: 'sell', quantity: '1', amount: '1', lots: [{ transactionId: 'x', quantity: '0' }] },
    [['lots.0.quantity', /more than 0/]],
  ],
  ['lots of a purchase', { quantity: '1', amount: '1', lots: [] }, [['lots', /no place in a buy/]]],
])('refused: %s', (_name, line, expected) => {
  expect(errors(line)).toEqual(expected.map(([field, message]) => [field, expect.stringMatching(message)]));
});

test('two statements contradict each other where they differ, whatever they are called and however they are spelled', () => {
  const first = good({ quantity: '1', price: '2', external_id: 'k', note: 'a' });
  expect(
    contradictions(first, { ...good({ quantity: '1.0', price: '2.00', external_id: 'k', note: 'a' }), id: 'other' }),
  ).toEqual([]);
  const other = good({ kind: 'sell', quantity: '1', amount: '2', external_id: 'k', fee: '1' });
  expect(contradictions(first, other).map(({ field, value }) => [field, value])).toEqual([
    ['kind', 'sell'],
    ['price', null],
    ['fee', '1'],
    ['note', null],
  ]);
});

test('what a line comes to does not depend on how it is written', () => {
  const content = contentOf(good({ quantity: '2', price: '1.5' }));
  const others: Partial<TransactionLine>[] = [
    { quantity: '2.00', price: '1.50' },
    { quantity: '2e0', amount: '3' },
    { quantity: '2', price: '1.5', fee: '0.0' },
    { quantity: '2', price: '1.5', asset: 'btc-usd', executed_at: '2024-01-02T01:00:00+01:00' },
    { quantity: '2', price: '1.5', account: 'Plain', currency: 'usd', note: 'n', external_id: 'k' },
  ];
  for (const other of others) expect(contentOf(good(other))).toEqual(content);
  const differing: Partial<TransactionLine>[] = [
    { quantity: '2.01', price: '1.5' },
    { quantity: '2', price: '1.5', fee: '1' },
    { quantity: '2', price: '1.5', account: 'Cash' },
    { quantity: '2', price: '1.5', executed_at: '2024-01-02T00:00:01Z' },
  ];
  for (const other of differing) expect(contentOf(good(other))).not.toEqual(content);
});
