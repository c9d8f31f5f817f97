import fc from 'fast-check';
import { accountsOf } from '../../../../src/portfolio/domain/ledger.js';
import { assetsTouched, type DailyHistory } from '../../../../src/portfolio/domain/portfolio-days.js';
import type { Transaction } from '../../../../src/portfolio/domain/transaction.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { measureYears, portfolioDays, type DayRow } from '../../../support/performance.js';

const [btc, eth, spy, usd, eur] = ['BTC', 'ETH', 'SPY', 'USD', 'EUR'] as AssetId[] as [
  AssetId,
  AssetId,
  AssetId,
  AssetId,
  AssetId,
];
const start = Date.parse('2025-03-03T00:00:00Z');
/** Noon of a day. */
const on = (day: number) => start + day * dayMs + dayMs / 2;

const accounts = accountsOf([
  { id: 'plain', currency: usd, tracksCash: false },
  { id: 'cash', currency: usd, tracksCash: true },
  { id: 'euro', currency: eur, tracksCash: true },
  { id: 'euro-plain', currency: eur, tracksCash: false },
]);

let made = 0;
const tx = (kind: Transaction['kind'], day: number, over: Partial<Transaction>): Transaction => ({
  id: String(++made).padStart(4, '0'),
  accountId: 'plain',
  kind,
  executedAt: on(day),
  assetId: eth,
  quantity: null,
  amount: null,
  fee: null,
  toAccountId: null,
  ratio: null,
  lots: null,
  ...over,
});

/** One close a day from a day on; null where there is no bar. */
const closes = (from: number, prices: readonly (number | null)[], adjustment = 'raw'): DailyHistory => {
  const bars = prices.flatMap((price, i) => (price === null ? [] : [[start + (from + i) * dayMs, price] as const]));
  return {
    openTimes: Float64Array.from(bars, ([time]) => time),
    usd: Float64Array.from(bars, ([, price]) => price),
    adjustment,
  };
};

const daysOf = (
  transactions: readonly Transaction[],
  prices: readonly (readonly [AssetId, DailyHistory])[],
  last: number,
) => portfolioDays({ accounts, transactions, prices: new Map(prices), lastDay: start + last * dayMs });

/** Rows of a day: asset, quantity, flow, external. */
const rows = ({ assets, quantities, flows, external }: DayRow) =>
  assets.map((assetId, i) => [assetId, quantities[i], flows[i], external[i]]);

const measured = ({ years }: ReturnType<typeof daysOf>) => measureYears(years);

const eths = [eth, closes(-1, [90, 100, 110, 121])] as const;

test('begins on the day before the first transaction, with nothing', () => {
  const days = daysOf([tx('buy', 0, { quantity: '1', amount: '100' })], [eths], 2);
  expect(days.map(({ day }) => (day - start) / dayMs)).toEqual([-1, 0, 1, 2]);
  expect(rows(days[0]!)).toEqual([]);
  expect(days[2]!.prices[0]).toBe(110);
});

describe('flows of one transaction', () => {
  const before = [tx('deposit', 0, { accountId: 'cash', assetId: usd, quantity: '1000' })];
  const holding = [...before, tx('buy', 0, { accountId: 'cash', quantity: '2', amount: '200' })];
  const plain = [tx('buy', 0, { quantity: '2', amount: '200' })];

  test.each<[string, Transaction[], Transaction, unknown[]]>([
    [
      'a buy without cash comes from outside, with its fee',
      [],
      tx('buy', 1, { quantity: '2', amount: '210', fee: '3' }),
      [[eth, 2, 213, 213]],
    ],
    [
      'a buy with cash takes it from there',
      before,
      tx('buy', 1, { accountId: 'cash', quantity: '2', amount: '210', fee: '3' }),
      [
        [eth, 2, 213, 0],
        [usd, 787, -213, 0],
      ],
    ],
    [
      'a sale without cash goes outside, without its fee',
      plain,
      tx('sell', 1, { quantity: '1', amount: '120', fee: '4' }),
      [[eth, 1, -116, -116]],
    ],
    [
      'a sale with cash brings it there',
      holding,
      tx('sell', 1, { accountId: 'cash', quantity: '2', amount: '230', fee: '4' }),
      [
        [eth, 0, -226, 0],
        [usd, 1026, 226, 0],
      ],
    ],
    ['a deposit is worth its amount', [], tx('deposit', 1, { quantity: '3', amount: '300' }), [[eth, 3, 300, 300]]],
    ['or else the price of its day', [], tx('deposit', 1, { quantity: '3' }), [[eth, 3, 330, 330]]],
    [
      'a withdrawal is worth the price of its day',
      plain,
      tx('withdrawal', 1, { quantity: '1' }),
      [[eth, 1, -110, -110]],
    ],
    ['an adjustment down goes outside', plain, tx('adjustment', 1, { quantity: '-1' }), [[eth, 1, -110, -110]]],
    ['a fee is a loss', plain, tx('fee', 1, { quantity: '0.5' }), [[eth, 1.5, 0, 0]]],
    ['a reward is a gain', plain, tx('staking_reward', 1, { quantity: '0.5', amount: '50' }), [[eth, 2.5, 0, 0]]],
    [
      'a dividend leaves its payer for cash',
      holding,
      tx('dividend', 1, { accountId: 'cash', amount: '10', fee: '1' }),
      [
        [eth, 2, -9, 0],
        [usd, 809, 9, 0],
      ],
    ],
    ['or goes outside', plain, tx('dividend', 1, { amount: '10' }), [[eth, 2, -10, -10]]],
    ['a transfer is nothing', plain, tx('transfer', 1, { quantity: '1', toAccountId: 'cash' }), [[eth, 2, 0, 0]]],
    [
      'a fee that outside money pays is lost',
      plain,
      tx('transfer', 1, { quantity: '1', toAccountId: 'cash', fee: '2' }),
      [[eth, 2, 2, 2]],
    ],
  ])('%s', (_name, earlier, transaction, expected) => {
    const days = daysOf([...earlier, transaction], [eths], 1);
    expect(rows(days.at(-1)!)).toEqual(expected);
  });
});

test('a price is carried over days without a bar, and never looked up ahead', () => {
  const days = daysOf([tx('buy', 0, { quantity: '1', amount: '100' })], [[eth, closes(0, [100, null, null, 130])]], 3);
  expect(days.slice(1).map(({ prices }) => prices[0])).toEqual([100, 100, 100, 130]);
});

describe('what has no price', () => {
  const late = [eth, closes(2, [120, 132])] as const;

  test('is left out and named, and enters at its first price without a gain', () => {
    const days = daysOf([tx('buy', 0, { quantity: '2', amount: '200' })], [late], 3);
    expect(days.map(({ unpriced }) => unpriced)).toEqual([[], [eth], [eth], [], []]);
    expect(days.map(rows)).toEqual([[], [], [], [[eth, 2, 240, 240]], [[eth, 2, 0, 0]]]);
    const { timeWeighted, gains } = measured(days);
    expect(timeWeighted.at(-1)).toBeCloseTo(0.1, 12);
    expect(gains[0]).toBeCloseTo(24, 12);
  });

  test('takes cash out of what is measured when it is bought, and brings it back when it is sold', () => {
    const days = daysOf(
      [
        tx('deposit', 0, { accountId: 'cash', assetId: usd, quantity: '1000' }),
        tx('buy', 0, { accountId: 'cash', quantity: '2', amount: '200' }),
        tx('sell', 1, { accountId: 'cash', quantity: '2', amount: '250' }),
      ],
      [],
      1,
    );
    expect(rows(days[1]!)).toEqual([[usd, 800, 800, 800]]);
    expect(rows(days[2]!)).toEqual([[usd, 1050, 250, 250]]);
    expect(measured(days).timeWeighted.at(-1)).toBe(0);
  });

  test('and is bought and sold within a day is measured by its amounts', () => {
    const days = daysOf(
      [tx('buy', 0, { quantity: '2', amount: '200' }), tx('sell', 0, { quantity: '2', amount: '210' })],
      [],
      0,
    );
    expect(rows(days[1]!)).toEqual([[eth, 0, -10, -10]]);
    expect(days[1]!.unpriced).toEqual([]);
  });

  test('a currency without a price is named, and a trade in it counts at the price of the day', () => {
    const days = daysOf([tx('buy', 1, { accountId: 'euro-plain', quantity: '2', amount: '180' })], [eths], 1);
    expect(days.at(-1)!.unpriced).toEqual([eur]);
    expect(rows(days.at(-1)!)).toEqual([[eth, 2, 220, 220]]);
  });
});

test('amounts in another currency count at its price of the day', () => {
  const days = daysOf(
    [
      tx('deposit', 0, { accountId: 'euro', assetId: eur, quantity: '100' }),
      tx('buy', 1, { accountId: 'euro', quantity: '1', amount: '90' }),
    ],
    [eths, [eur, closes(0, [1.1, 1.2])]],
    1,
  );
  expect(rows(days[1]!)).toEqual([[eur, 100, 110.00000000000001, 110.00000000000001]]);
  expect(rows(days[2]!)).toEqual([
    [eth, 1, 108, 0],
    [eur, 10, -108, 0],
  ]);
});

describe('a split', () => {
  const bought = tx('buy', 0, { assetId: spy, quantity: '10', amount: '4000' });
  const split = tx('split', 2, { assetId: spy, ratio: { numerator: '4', denominator: '1' } });
  const after = tx('sell', 3, { assetId: spy, quantity: '40', amount: '4400' });

  test.each([
    ['raw', [400, 404, 101, 110]],
    ['split', [100, 101, 101, 110]],
    ['total_return', [100, 101, 101, 110]],
  ])('changes no value, whatever the adjustment: %s', (adjustment, prices) => {
    const days = daysOf([bought, split, after], [[spy, closes(0, prices, adjustment)]], 3);
    expect(days.map(({ quantities }) => quantities[0])).toEqual([undefined, 10, 10, 40, 0]);
    expect(days.map(({ prices: of }) => of[0])).toEqual([undefined, 400, 404, 101, Number.NaN]);
    const { values, timeWeighted, gains } = measured(days);
    expect([...values]).toEqual([0, 4000, 4040, 4040, 0]);
    expect(timeWeighted.at(-1)).toBeCloseTo(0.1, 12);
    expect(gains[0]).toBeCloseTo(400, 9);
  });

  test('carries a raw price of before it', () => {
    const days = daysOf([bought, split], [[spy, closes(0, [400, 404])]], 3);
    expect(days.map(({ prices }) => prices[0])).toEqual([undefined, 400, 404, 101, 101]);
  });

  test('that two accounts record on one day is one', () => {
    const other = [
      tx('buy', 0, { accountId: 'cash', assetId: spy, quantity: '1', amount: '0' }),
      tx('split', 2, { accountId: 'cash', assetId: spy, ratio: { numerator: '8', denominator: '2' } }),
    ];
    const days = daysOf([bought, split, ...other], [[spy, closes(0, [100, 101, 101], 'split')]], 2);
    expect(days.map(({ quantities, prices }) => quantities[0]! * prices[0]!)).toEqual([Number.NaN, 4400, 4444, 4444]);
  });

  test('does not part the effect of BTC from that of the asset', () => {
    const days = daysOf([bought, split], [[spy, closes(0, [400, 400, 110], 'raw')]], 2);
    const ones = new Float64Array(4).fill(1);
    const prices = { numeraire: ones, btc: Float64Array.of(100, 100, 100, 110) };
    const { assetEffect, btcEffect } = measureYears(days.years, prices);
    expect(btcEffect[0]).toBeCloseTo(400, 9);
    expect(assetEffect[0]).toBeCloseTo(0, 9);
  });
});

describe('for any ledger', () => {
  const assets = [btc, eth, spy];
  const prices = new Map<AssetId, DailyHistory>([
    [btc, closes(-1, [100, 104, 99, 103, 110, 108, 112, 90])],
    [eth, closes(2, [10, 11, 12, 9, 8])],
    [spy, closes(-1, [40, 41, 42, 43, 44, 45, 46, 47], 'split')],
  ]);
  const step = fc.record({
    kind: fc.constantFrom('buy', 'deposit', 'staking_reward', 'dividend', 'split', 'sell', 'withdrawal', 'fee'),
    day: fc.integer({ min: 0, max: 6 }),
    asset: fc.integer({ min: 0, max: 2 }),
    account: fc.constantFrom('plain', 'cash'),
    units: fc.integer({ min: 1, max: 40 }),
    money: fc.integer({ min: 1, max: 500 }),
    fee: fc.integer({ min: 0, max: 3 }),
  });
  /** Enough is there of everything at the beginning for whatever goes. */
  const opening = (account: string) => [
    tx('deposit', 0, { accountId: account, executedAt: start, assetId: usd, quantity: '1000000' }),
    ...assets.map((assetId) =>
      tx('deposit', 0, { accountId: account, executedAt: start, assetId, quantity: '10000', amount: '5000' }),
    ),
  ];
  const ledgers = fc.array(step, { maxLength: 30 }).map((steps) => [
    ...opening('cash'),
    ...opening('plain').slice(1),
    ...steps.map(({ kind, day, asset, account, units, money, fee }) => {
      const isSplit = kind === 'split';
      return tx(kind, day, {
        accountId: account,
        assetId: assets[asset]!,
        quantity: isSplit || kind === 'dividend' ? null : String(units),
        amount: kind === 'buy' || kind === 'sell' || kind === 'dividend' ? String(money) : null,
        fee: kind === 'buy' ? String(fee) : null,
        ratio: isSplit ? { numerator: '2', denominator: '1' } : null,
      });
    }),
  ]);
  const sum = (values: Iterable<number>) => [...values].reduce((all, one) => all + one, 0);
  const of = (transactions: readonly Transaction[]) =>
    portfolioDays({ accounts, transactions, prices, lastDay: start + 6 * dayMs });

  test('what moves is what came from outside', () => {
    fc.assert(
      fc.property(ledgers, (transactions) => {
        for (const { flows, external } of of(transactions)) expect(sum(flows)).toBeCloseTo(sum(external), 6);
      }),
    );
  });

  test('the order in which transactions are given changes nothing', () => {
    fc.assert(
      fc.property(ledgers, fc.infiniteStream(fc.nat()), (transactions, keys) => {
        const shuffled = transactions
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(of(shuffled)).toEqual(of(transactions));
      }),
    );
  });

  test('gains are what the value changed by beside the flows, and contributions the return', () => {
    fc.assert(
      fc.property(ledgers, (transactions) => {
        const { values, external, gains, contributions, timeWeighted } = measured(of(transactions));
        const scale = Math.max(...values);
        expect(sum(gains) / scale).toBeCloseTo((values.at(-1)! - values[0]! - sum(external)) / scale, 9);
        expect(sum(contributions)).toBeCloseTo(timeWeighted.at(-1)!, 9);
      }),
    );
  });

  test('a later transaction leaves the days before it as they were', () => {
    fc.assert(
      fc.property(ledgers, fc.integer({ min: 1, max: 6 }), (transactions, day) => {
        const more = tx('buy', day, { accountId: 'plain', assetId: btc, quantity: '1', amount: '100' });
        expect(of([...transactions, more]).slice(0, day + 1)).toEqual(of(transactions).slice(0, day + 1));
      }),
    );
  });
});

test('knows every asset and currency that prices are needed of', () => {
  const touched = assetsTouched(accounts, [tx('buy', 0, { accountId: 'euro', quantity: '1', amount: '1' })]);
  expect([...touched].sort()).toEqual([eth, eur]);
});
