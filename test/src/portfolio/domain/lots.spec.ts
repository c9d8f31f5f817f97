import fc from 'fast-check';
import { Exact, zero } from '../../../../src/portfolio/domain/exact.js';
import { admit, foldLedger, movesOf } from '../../../../src/portfolio/domain/ledger.js';
import {
  foldLots,
  lotMethods,
  takeLots,
  termOf,
  type Lot,
  type LotMethod,
} from '../../../../src/portfolio/domain/lots.js';
import type { Transaction } from '../../../../src/portfolio/domain/transaction.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { aTransaction, histories, ledgers, offeredTransactions } from '../../../support/ledger.js';

const gainsOf = (transactions: readonly Transaction[], method: LotMethod) =>
  foldLots(ledgers, transactions, method).gains.map(({ quantity, proceeds, cost, gain }) => [
    quantity,
    proceeds,
    cost,
    gain,
  ]);
const openOf = (transactions: readonly Transaction[], method: LotMethod) =>
  foldLots(ledgers, transactions, method).open.map(({ quantity, cost }) => [quantity, cost]);

/** Bought 10 at 10, 10 at 30 and 10 at 20, each with a fee of 1; 15 sold at 40 with a fee of 6. */
const buys = [
  aTransaction('buy', 'SPY', { on: '2023-01-10', quantity: '10', amount: '100', fee: '1' }),
  aTransaction('buy', 'SPY', { on: '2023-06-10', quantity: '10', amount: '300', fee: '1' }),
  aTransaction('buy', 'SPY', { on: '2023-09-10', quantity: '10', amount: '200', fee: '1' }),
];
const sale = aTransaction('sell', 'SPY', { on: '2024-02-01', quantity: '15', amount: '600', fee: '6' });

describe('a table worked out by hand: 594 come in for 15 units', () => {
  test.each<[LotMethod, (string | null)[][], (string | null)[][]]>([
    // 101 for ten, half of 301 for five
    [
      'fifo',
      [
        ['10', '396', '101', '295'],
        ['5', '198', '150.5', '47.5'],
      ],
      [
        ['5', '150.5'],
        ['10', '201'],
      ],
    ],
    // 301 for the ten at 30, half of 201 for five at 20
    [
      'hifo',
      [
        ['10', '396', '301', '95'],
        ['5', '198', '100.5', '97.5'],
      ],
      [
        ['5', '100.5'],
        ['10', '101'],
      ],
    ],
    // 603 for thirty are 20.1 each
    [
      'average',
      [
        ['10', '396', '201', '195'],
        ['5', '198', '100.5', '97.5'],
      ],
      [
        ['5', '100.5'],
        ['10', '201'],
      ],
    ],
  ])('%s', (method, gains, open) => {
    expect(gainsOf([...buys, sale], method)).toEqual(gains);
    expect(openOf([...buys, sale], method)).toEqual(open);
  });

  test('given lots first, then the oldest', () => {
    const named = {
      ...sale,
      lots: [
        { transactionId: buys[2]!.id, quantity: '4' },
        { transactionId: buys[1]!.id, quantity: '8' },
      ],
    };
    expect(gainsOf([...buys, named], 'given')).toEqual([
      ['4', '158.4', '80.4', '78'],
      ['8', '316.8', '240.8', '76'],
      ['3', '118.8', '30.3', '88.5'],
    ]);
    expect(foldLots(ledgers, [...buys, named], 'given').unmet).toEqual([]);
    expect(gainsOf([...buys, named], 'fifo')).toEqual(gainsOf([...buys, sale], 'fifo'));
  });

  test('a named lot that is not there is told, with what is', () => {
    const named = {
      ...sale,
      lots: [
        { transactionId: buys[0]!.id, quantity: '12' },
        { transactionId: 'none', quantity: '1' },
      ],
    };
    expect(foldLots(ledgers, [...buys, named], 'given').unmet).toEqual([
      { transactionId: sale.id, index: 0, available: '10' },
      { transactionId: sale.id, index: 1, available: '0' },
    ]);
  });
});

describe('the examples of tax authorities', () => {
  test('HMRC’s Victoria pays on £258,000 for 50 of her 150 tokens, which cost £84,000 further on', () => {
    // HM Revenue & Customs, Cryptoassets Manual, CRYPTO22251
    const victoria = [
      aTransaction('buy', 'ETH', { on: '2023-04-06', quantity: '100', amount: '1000' }),
      aTransaction('buy', 'ETH', { on: '2023-09-18', quantity: '50', amount: '125000' }),
      aTransaction('sell', 'ETH', { on: '2023-12-01', quantity: '50', amount: '300000' }),
    ];
    const { gains, open } = foldLots(ledgers, victoria, 'average');
    expect(total(gains.map(({ cost }) => cost!)).toFixed()).toBe('42000');
    expect(total(gains.map(({ gain }) => gain!)).toFixed()).toBe('258000');
    expect(total(open.map(({ quantity }) => quantity)).toFixed()).toBe('100');
    expect(total(open.map(({ cost }) => cost!)).toFixed()).toBe('84000');
  });

  // Internal Revenue Service, Publication 564, 2009, table 3: $4,000 at $25, $4,800 at $20, a dividend of $300 at $30
  const fund = [
    aTransaction('buy', 'SPY', { on: '2008-02-06', quantity: '160', amount: '4000' }),
    aTransaction('buy', 'SPY', { on: '2008-08-07', quantity: '240', amount: '4800' }),
    aTransaction('buy', 'SPY', { on: '2008-12-18', quantity: '10', amount: '300' }),
    aTransaction('sell', 'SPY', { on: '2009-10-01', quantity: '210', amount: '6720' }),
  ];

  test('the 210 fund shares of the IRS cost $5,000 if the first bought are sold first', () => {
    expect(total(gainsOf(fund, 'fifo').map(([, , cost]) => cost!)).toFixed()).toBe('5000');
    expect(total(gainsOf(fund, 'fifo').map(([, , , gain]) => gain!)).toFixed()).toBe('1720');
  });

  test('and $4,661 at the average of $22.20', () => {
    const cost = total(gainsOf(fund, 'average').map(([, , one]) => one!));
    expect(cost.toNumber() / 210).toBeCloseTo(22.2, 2);
    expect(Math.round(cost.toNumber())).toBe(4661);
  });
});

test('an unknown cost is not nil: the gain is unknown, and HIFO sells it last', () => {
  const gift = aTransaction('deposit', 'SPY', { on: '2022-01-01', quantity: '10' });
  expect(gainsOf([gift, ...buys, sale], 'fifo')).toEqual([
    ['10', '396', null, null],
    ['5', '198', '50.5', '147.5'],
  ]);
  expect(gainsOf([gift, ...buys, sale], 'hifo')).toEqual(gainsOf([...buys, sale], 'hifo'));
  expect(openOf([gift, ...buys], 'average').every(([, cost]) => cost === null)).toBe(true);
});

test('a reward costs what it was worth when it came, which is income; without a worth both are unknown', () => {
  const known = aTransaction('staking_reward', 'ETH', { quantity: '0.1', amount: '300', on: '2024-01-01' });
  const unknown = aTransaction('staking_reward', 'ETH', { quantity: '0.2', on: '2024-01-02' });
  const { open, income } = foldLots(ledgers, [known, unknown], 'fifo');
  expect(open.map(({ cost }) => cost)).toEqual(['300', null]);
  expect(income).toMatchObject([
    { kind: 'staking_reward', quantity: '0.1', amount: '300', currency: 'USD' },
    { kind: 'staking_reward', quantity: '0.2', amount: null },
  ]);
});

test('a transfer keeps the date and the cost of what moves, and leaves out another currency’s gain', () => {
  const move = aTransaction('transfer', 'SPY', { on: '2023-12-01', quantity: '15', toAccountId: 'euro' });
  const sold = aTransaction('sell', 'SPY', { on: '2024-01-05', accountId: 'euro', quantity: '15', amount: '500' });
  const { open, gains } = foldLots(ledgers, [...buys, move, sold], 'fifo');
  expect(gains).toMatchObject([
    {
      accountId: 'euro',
      acquiredAt: buys[0]!.executedAt,
      lotId: buys[0]!.id,
      cost: '101',
      costCurrency: 'USD',
      currency: 'EUR',
      gain: null,
    },
    { accountId: 'euro', acquiredAt: buys[1]!.executedAt, quantity: '5', cost: '150.5' },
  ]);
  expect(open).toMatchObject([
    { accountId: 'plain', quantity: '5', cost: '150.5' },
    { quantity: '10', cost: '201' },
  ]);
});

test('a split changes units and leaves costs; what rounding takes from a lot is not lost', () => {
  const split = aTransaction('split', 'SPY', { on: '2023-12-01', ratio: { numerator: '4', denominator: '1' } });
  expect(openOf([...buys, split], 'fifo')).toEqual([
    ['40', '101'],
    ['40', '301'],
    ['40', '201'],
  ]);
  const third = { ...split, ratio: { numerator: '1', denominator: '3' } };
  expect(openOf([...buys, third], 'fifo')).toEqual([
    ['3.333333333333333333', '101'],
    ['3.333333333333333333', '301'],
    ['3.333333333333333334', '201'],
  ]);
  const dust = ['0.000000000000000001', '1'].map((quantity, i) =>
    aTransaction('buy', 'ETH', { quantity, amount: '7', on: `2023-01-0${i + 1}` }),
  );
  const tenth = aTransaction('split', 'ETH', { on: '2023-12-01', ratio: { numerator: '1', denominator: '10' } });
  expect(openOf([...dust, tenth], 'fifo')).toEqual([['0.1', '14']]);
  expect(openOf([...dust.map((one, i) => ({ ...one, executedAt: -i })), tenth], 'fifo')).toEqual([['0.1', '14']]);
});

test.each([
  ['2024-02-01', '2025-02-01', 'short'],
  ['2024-02-01', '2025-02-02', 'long'],
  ['2024-02-29', '2025-02-28', 'short'],
  ['2024-02-29', '2025-03-01', 'long'],
])('bought on %s and sold on %s is %s', (bought, sold, term) => {
  expect(termOf(Date.parse(`${bought}T23:00:00Z`), Date.parse(`${sold}T01:00:00Z`))).toBe(term);
});

describe('what a sale would take of open lots', () => {
  const { open } = foldLots(ledgers, buys, 'fifo');
  const costs = (lots: readonly Lot[]) =>
    lots.map(({ transactionId, quantity, cost }) => [transactionId, quantity, cost]);
  const [first, second, third] = buys.map(({ id }) => id);

  test('is what the method says, and the rest stays as it is', () => {
    expect(costs(takeLots(open, '15', 'hifo').taken)).toEqual([
      [second, '10', '301'],
      [third, '5', '100.5'],
    ]);
    expect(costs(takeLots(open, '15', 'hifo').left)).toEqual([
      [third, '5', '100.5'],
      [first, '10', '101'],
    ]);
    expect(costs(takeLots(open, '2', 'given', [{ transactionId: third!, quantity: '1' }]).taken)).toEqual([
      [third, '1', '20.1'],
      [first, '1', '10.1'],
    ]);
  });

  test('and the lots that are given stay untouched', () => {
    const before = JSON.stringify(open);
    takeLots(open, '15', 'average');
    expect(JSON.stringify(open)).toBe(before);
  });

  test('more than there is is a mistake of whoever asks', () => {
    expect(() => takeLots(open, '30.1', 'fifo')).toThrow(InvariantViolation);
    expect(takeLots([], '0', 'fifo')).toEqual({ taken: [], left: [] });
  });
});

const total = (texts: readonly string[]) => texts.reduce((sum, text) => sum.plus(text), zero);

describe.each(lotMethods)('over random histories, %s', (method) => {
  test('open lots add up to what each account holds, but for its own currency', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { open, unmet } = foldLots(ledgers, history, method);
        expect(unmet).toEqual([]);
        expect(open.every(({ quantity }) => new Exact(quantity).gt(0))).toBe(true);
        for (const { accountId, assetId, quantity } of foldLedger(ledgers, history)) {
          if (ledgers.get(accountId)!.currency === assetId) continue;
          const own = open.filter((lot) => lot.accountId === accountId && lot.assetId === assetId);
          expect(total(own.map((lot) => lot.quantity)).toFixed()).toBe(quantity);
        }
      }),
      { numRuns: 200, seed: 21 },
    );
  });

  test('realised and unrealised gains are all that was made: what is held and came out, less what went in', () => {
    // one currency, and costs that are known, so that everything can be added up
    const known = offeredTransactions.map((all) => {
      const some = all
        .filter(({ accountId, toAccountId, assetId }) => ![accountId, toAccountId, assetId].some(isForeign))
        .map((one) => (one.amount === null && bringsUnits(one) ? { ...one, amount: '100' } : one));
      const { refused } = admit(ledgers, [], some);
      return some.filter(({ id }) => !refused.has(id));
    });
    fc.assert(
      fc.property(known, (history) => {
        const unit = new Exact('123.45');
        let worth = zero;
        let made = zero;
        for (const one of history) {
          const amount = new Exact(one.amount ?? 0);
          const fee = new Exact(one.fee ?? 0);
          if (bringsUnits(one)) made = made.minus(amount).minus(fee);
          if (one.kind === 'sell') made = made.plus(amount).minus(fee);
        }
        const { open, gains, departures } = foldLots(ledgers, history, method);
        for (const lot of open) worth = worth.plus(unit.times(lot.quantity));
        const realised = total(gains.map(({ gain }) => gain!));
        const unrealised = open.reduce((sum, { quantity, cost }) => sum.plus(unit.times(quantity)).minus(cost!), zero);
        const left = total(departures.map(({ lot }) => lot.cost!));
        expect(realised.plus(unrealised).toFixed()).toBe(worth.plus(made).plus(left).toFixed());
      }),
      { numRuns: 300, seed: 22 },
    );
  });

  test('in whatever order the transactions are given', () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(foldLots(ledgers, history.toReversed(), method)).toEqual(foldLots(ledgers, history, method));
      }),
      { numRuns: 100, seed: 23 },
    );
  });
});

const isForeign = (text: string | null) => ['euro', 'USD', 'EUR'].includes(text ?? '');
const bringsUnits = (one: Transaction) =>
  ['buy', 'deposit', 'staking_reward'].includes(one.kind) ||
  (one.kind === 'adjustment' && !one.quantity!.startsWith('-'));

test('a decade of an active trader is folded in order of n: 14,400 transactions of 250 assets', () => {
  const history = Array.from({ length: 14_400 }, (_, i) =>
    aTransaction(i % 4 === 3 ? 'sell' : 'buy', `A${i % 250}`, {
      quantity: '1.5',
      amount: '100.25',
      fee: '0.5',
      on: new Date(Date.UTC(2014, 0, 1) + i * 7 * 3_600_000).toISOString(),
    }),
  );
  const ordered = history.filter(({ kind }, i) => kind === 'buy' || i > 2_000);
  const { gains, open } = foldLots(ledgers, ordered, 'hifo');
  expect(gains.length).toBeGreaterThan(0);
  expect(total(open.map(({ quantity }) => quantity)).toFixed()).toBe(
    total(foldLedger(ledgers, ordered).map(({ quantity }) => quantity)).toFixed(),
  );
  expect(ordered.flatMap((one) => movesOf(one, ledgers))).toHaveLength(ordered.length);
});
