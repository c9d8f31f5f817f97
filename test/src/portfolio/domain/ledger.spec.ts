import fc from 'fast-check';
import { Exact, zero } from '../../../../src/portfolio/domain/exact.js';
import { admit, foldLedger, holdingsOf, Ledger, movesOf, scopeOf } from '../../../../src/portfolio/domain/ledger.js';
import { inOrder, type Transaction } from '../../../../src/portfolio/domain/transaction.js';
import { aTransaction, histories, ledgers, offeredTransactions } from '../../../support/ledger.js';

const held = (transactions: readonly Transaction[]) =>
  Object.fromEntries(
    foldLedger(ledgers, transactions).map(({ accountId, assetId, quantity }) => [`${accountId} ${assetId}`, quantity]),
  );
const verdict = (recorded: Transaction[], offered: Transaction[]) => {
  const { refused, broken } = admit(ledgers, recorded, offered);
  return { refused: offered.map(({ id }, i) => (refused.has(id) ? i : -1)).filter((i) => i >= 0), broken };
};

describe('what each kind does to what is held', () => {
  const start = aTransaction('deposit', 'USD', { accountId: 'cash', quantity: '1000' });
  const buy = aTransaction('buy', 'BTC', {
    accountId: 'cash',
    quantity: '2',
    amount: '600',
    fee: '1.5',
    on: '2024-01-02',
  });
  const after = (transaction: Transaction) => held([start, buy, { ...transaction, executedAt: Date.UTC(2024, 0, 3) }]);
  const cash = { accountId: 'cash' };

  test.each<[string, Transaction, Record<string, string>]>([
    [
      'a deposit of money',
      aTransaction('deposit', 'USD', { ...cash, quantity: '10' }),
      { 'cash USD': '408.5', 'cash BTC': '2' },
    ],
    [
      'a sale',
      aTransaction('sell', 'BTC', { ...cash, quantity: '0.5', amount: '200', fee: '1' }),
      { 'cash USD': '597.5', 'cash BTC': '1.5' },
    ],
    [
      'a withdrawal in kind',
      aTransaction('withdrawal', 'BTC', { ...cash, quantity: '0.5', fee: '2' }),
      { 'cash USD': '396.5', 'cash BTC': '1.5' },
    ],
    [
      'a fee in money',
      aTransaction('fee', 'USD', { ...cash, quantity: '8.5' }),
      { 'cash USD': '390', 'cash BTC': '2' },
    ],
    [
      'a fee in units',
      aTransaction('fee', 'BTC', { ...cash, quantity: '0.1' }),
      { 'cash USD': '398.5', 'cash BTC': '1.9' },
    ],
    [
      'a transfer',
      aTransaction('transfer', 'BTC', { ...cash, quantity: '2', toAccountId: 'plain' }),
      { 'cash USD': '398.5', 'plain BTC': '2' },
    ],
    [
      'a split',
      aTransaction('split', 'BTC', { ...cash, ratio: { numerator: '1', denominator: '3' } }),
      { 'cash USD': '398.5', 'cash BTC': '0.666666666666666666' },
    ],
    [
      'a dividend',
      aTransaction('dividend', 'BTC', { ...cash, amount: '5', fee: '1' }),
      { 'cash USD': '402.5', 'cash BTC': '2' },
    ],
    [
      'a reward',
      aTransaction('staking_reward', 'BTC', { ...cash, quantity: '0.25' }),
      { 'cash USD': '398.5', 'cash BTC': '2.25' },
    ],
    ['an adjustment', aTransaction('adjustment', 'BTC', { ...cash, quantity: '-2' }), { 'cash USD': '398.5' }],
  ])('%s', (_name, transaction, expected) => expect(after(transaction)).toEqual(expected));

  test('an account that does not track its cash has none moved by trades, fees and dividends', () => {
    const plain = [
      aTransaction('adjustment', 'USD', { quantity: '50' }),
      aTransaction('buy', 'ETH', { quantity: '3', amount: '9000', fee: '1' }),
      aTransaction('fee', 'USD', { quantity: '7' }),
      aTransaction('dividend', 'SPY', { amount: '3' }),
    ];
    expect(held(plain)).toEqual({ 'plain USD': '50', 'plain ETH': '3' });
  });
});

describe('what cannot stand', () => {
  test('more than is held, said with what is held', () => {
    const buy = aTransaction('buy', 'BTC', { quantity: '1', amount: '1' });
    const sell = aTransaction('sell', 'BTC', { quantity: '2', amount: '1', on: '2024-02-01' });
    const { refused } = admit(ledgers, [buy], [sell]);
    expect(refused.get(sell.id)).toEqual({ accountId: 'plain', assetId: 'BTC', held: '1', wanted: '2' });
  });

  test('what one account holds is not another one’s', () => {
    const buy = aTransaction('buy', 'BTC', { quantity: '1', amount: '1' });
    expect(
      verdict([buy], [aTransaction('sell', 'BTC', { accountId: 'euro', quantity: '1', amount: '1' })]).refused,
    ).toEqual([0]);
  });

  test('a back-dated sale that a recorded one would lack, with the recorded one', () => {
    const buy = aTransaction('buy', 'BTC', { quantity: '2', amount: '1', on: '2024-01-01' });
    const later = aTransaction('sell', 'BTC', { quantity: '1.5', amount: '1', on: '2024-03-01' });
    const between = (quantity: string) => aTransaction('sell', 'BTC', { quantity, amount: '1', on: '2024-02-01' });
    expect(verdict([buy, later], [between('0.5')]).refused).toEqual([]);
    const tooMuch = between('0.6');
    expect(admit(ledgers, [buy, later], [tooMuch]).refused.get(tooMuch.id)).toMatchObject({ later: { id: later.id } });
  });

  test('of several back-dated sales only as many as are too many, the newest', () => {
    const buy = aTransaction('buy', 'BTC', { quantity: '3', amount: '1', on: '2024-01-01' });
    const later = aTransaction('sell', 'BTC', { quantity: '1', amount: '1', on: '2024-06-01' });
    const offered = ['02', '03', '04', '05'].map((month) =>
      aTransaction('sell', 'BTC', { quantity: '1', amount: '1', on: `2024-${month}-01` }),
    );
    expect(verdict([buy, later], offered).refused).toEqual([2, 3]);
  });

  test('what rests on a refused line is refused, too', () => {
    const offered = [
      aTransaction('buy', 'ETH', { accountId: 'cash', quantity: '1', amount: '500', on: '2024-01-02' }),
      aTransaction('sell', 'ETH', { accountId: 'cash', quantity: '1', amount: '900', on: '2024-01-03' }),
      aTransaction('deposit', 'USD', { accountId: 'cash', quantity: '10', on: '2024-01-04' }),
    ];
    expect(verdict([], offered).refused).toEqual([0, 1]);
  });

  test('many lines that starve many recorded ones are all refused, and every recorded one stands', () => {
    const day = (i: number, hour: number) => new Date(Date.UTC(2024, 0, 1 + i, hour)).toISOString();
    const cash = { accountId: 'cash', quantity: '10' };
    const days = Array.from({ length: 40 }, (_, i) => i);
    const recorded = days.flatMap((i) => [
      aTransaction('deposit', 'USD', { ...cash, on: day(i, 0) }),
      aTransaction('buy', 'ETH', { ...cash, amount: '10', on: day(i, 20) }),
    ]);
    const offered = days.map((i) => aTransaction('buy', 'BTC', { ...cash, amount: '10', on: day(i, 10) }));
    expect(verdict(recorded, offered)).toEqual({ refused: days, broken: undefined });
  });

  test('a recorded transaction that lacks something although nothing took it is told, and nothing is blamed', () => {
    const sell = aTransaction('sell', 'BTC', { quantity: '2', amount: '1' });
    expect(verdict([sell], [])).toMatchObject({
      refused: [],
      broken: { held: '0', wanted: '2', later: { id: sell.id } },
    });
  });
});

describe('one instant', () => {
  test('money of a sale pays for what is bought at the same time, in whatever order the lines come', () => {
    const recorded = [
      aTransaction('deposit', 'USD', { accountId: 'cash', quantity: '100', on: '2024-01-01' }),
      aTransaction('buy', 'ETH', { accountId: 'cash', quantity: '1', amount: '100', on: '2024-01-01' }),
    ];
    const buy = aTransaction('buy', 'BTC', { accountId: 'cash', quantity: '1', amount: '150', on: '2024-01-02' });
    const sell = aTransaction('sell', 'ETH', { accountId: 'cash', quantity: '1', amount: '150', on: '2024-01-02' });
    expect(verdict(recorded, [buy, sell]).refused).toEqual([]);
    expect(verdict(recorded, [{ ...buy, amount: '150.01' }, sell]).refused).toEqual([0]);
  });

  test('a split comes before everything, what comes in before what goes out', () => {
    const lines = [
      aTransaction('sell', 'SPY', { quantity: '7', amount: '1', on: '2024-01-02' }),
      aTransaction('transfer', 'SPY', { quantity: '1', toAccountId: 'cash', on: '2024-01-02' }),
      aTransaction('buy', 'SPY', { quantity: '4', amount: '1', on: '2024-01-02' }),
      aTransaction('split', 'SPY', { ratio: { numerator: '2', denominator: '1' }, on: '2024-01-02' }),
      aTransaction('buy', 'SPY', { quantity: '2', amount: '1', on: '2024-01-01' }),
    ];
    expect(verdict([], lines).refused).toEqual([]);
    expect(held(lines)).toEqual({ 'cash SPY': '1' });
    expect(lines.toSorted(inOrder).map(({ kind }) => kind)).toEqual(['buy', 'split', 'buy', 'transfer', 'sell']);
  });
});

/** The same rule, written as simply as it can be: after every transaction, and cash after every instant. */
function isNeverNegative(transactions: readonly Transaction[]): boolean {
  const ordered = transactions.toSorted(inOrder);
  const held = new Map<string, Exact>();
  const at = (key: string) => held.get(key) ?? zero;
  for (const [i, transaction] of ordered.entries()) {
    const { kind, accountId, assetId, ratio } = transaction;
    if (kind === 'split') {
      const key = `${accountId} ${assetId}`;
      held.set(key, at(key).times(ratio!.numerator).div(ratio!.denominator).toDecimalPlaces(18, Exact.ROUND_DOWN));
    }
    for (const move of movesOf(transaction, ledgers)) {
      const key = `${move.accountId} ${move.assetId}`;
      held.set(key, at(key).plus(move.quantity));
    }
    const isEnd = ordered[i + 1]?.executedAt !== transaction.executedAt;
    for (const [key, quantity] of held) {
      const [account = '', asset = ''] = key.split(' ');
      const isCash = ledgers.get(account)!.currency === asset;
      if (quantity.isNegative() && (isEnd || !isCash)) return false;
    }
  }
  return true;
}

describe('over random histories', () => {
  test('what is admitted never holds less than nothing', () => {
    fc.assert(
      fc.property(offeredTransactions, (all) => {
        const { refused, broken } = admit(ledgers, [], all);
        const good = all.filter(({ id }) => !refused.has(id));
        expect(broken).toBeUndefined();
        expect(isNeverNegative(good)).toBe(true);
        expect(admit(ledgers, good, []).broken).toBeUndefined();
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test('offered beside recorded ones, the recorded ones stand in any case', () => {
    fc.assert(
      fc.property(histories, offeredTransactions, (recorded, more) => {
        const offered = more.map((one) => ({ ...one, id: `u${one.id}` }));
        const { refused, broken, positions } = admit(ledgers, recorded, offered);
        const all = [...recorded, ...offered.filter(({ id }) => !refused.has(id))];
        expect(broken).toBeUndefined();
        expect(isNeverNegative(all)).toBe(true);
        expect(new Set(positions)).toEqual(new Set(foldLedger(ledgers, all)));
      }),
      { numRuns: 300, seed: 12 },
    );
  });

  test('judged within the scope of what is offered, the verdict and what is held of its assets are the same', () => {
    fc.assert(
      fc.property(histories, offeredTransactions, (recorded, more) => {
        // few, so that there is something out of scope
        const offered = more.slice(0, 3).map((one) => ({ ...one, id: `u${one.id}` }));
        const scope = scopeOf(ledgers, offered);
        const part = recorded.filter(
          ({ assetId, accountId, toAccountId }) =>
            scope.assets.has(assetId) || scope.accounts.has(accountId) || scope.accounts.has(toAccountId ?? ''),
        );
        const [whole, within] = [admit(ledgers, recorded, offered), admit(ledgers, part, offered, scope)];
        expect(within.refused).toEqual(whole.refused);
        expect(within.broken).toBeUndefined();
        const held = (admission: typeof whole) =>
          holdingsOf(admission.positions).filter(({ assetId }) => scope.assets.has(assetId));
        expect(held(within)).toEqual(held(whole));
      }),
      { numRuns: 500, seed: 15 },
    );
  });

  test('a fold in steps is the fold of the whole, in whatever order the transactions are given', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (history, random) => {
        const ledger = new Ledger(ledgers);
        for (const transaction of history.toSorted(inOrder)) ledger.apply(transaction);
        const shuffled = history
          .map((one) => ({ one, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(foldLedger(ledgers, shuffled)).toEqual(ledger.positions());
      }),
      { numRuns: 200, seed: 13 },
    );
  });

  test('a transfer changes no holding of the portfolio', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { refused } = admit(
          ledgers,
          [],
          history.filter(({ kind }) => kind !== 'transfer'),
        );
        const without = history.filter(({ kind, id }) => kind !== 'transfer' && !refused.has(id));
        if (without.length < history.filter(({ kind }) => kind !== 'transfer').length) return;
        // splits apply to an account's own units, and an account's money may come to one that holds it as an asset
        if (history.some(({ kind }) => kind === 'split')) return;
        expect(holdingsOf(foldLedger(ledgers, history))).toEqual(holdingsOf(foldLedger(ledgers, without)));
      }),
      { numRuns: 300, seed: 14 },
    );
  });
});

test('until an instant, only what was executed by then counts', () => {
  const early = aTransaction('buy', 'BTC', { quantity: '1', amount: '1', on: '2024-01-01' });
  const late = aTransaction('buy', 'BTC', { quantity: '1', amount: '1', on: '2024-01-01T00:00:00.001Z' });
  expect(foldLedger(ledgers, [late, early], early.executedAt)).toEqual([
    { accountId: 'plain', assetId: 'BTC', quantity: '1' },
  ]);
});
