import fc from 'fast-check';
import { accountsOf, type Accounts } from '../../../../src/portfolio/domain/ledger.js';
import { changedDays } from '../../../../src/portfolio/domain/performance-window.js';
import type { DailyHistory, PortfolioDays } from '../../../../src/portfolio/domain/portfolio-days.js';
import type { Transaction } from '../../../../src/portfolio/domain/transaction.js';
import { changedYears, type ChangedYear } from '../../../../src/portfolio/performance/changed-years.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const [btc, eth, spy, usd] = ['BTC', 'ETH', 'SPY', 'USD'] as AssetId[] as [AssetId, AssetId, AssetId, AssetId];
const assets = [btc, eth, spy];
/** The days reach over the end of three years. */
const start = Date.parse('2021-12-20T00:00:00Z');
const length = 760;

let made = 0;
const tx = (kind: Transaction['kind'], day: number, over: Partial<Transaction>): Transaction => ({
  id: String(++made).padStart(6, '0'),
  accountId: 'cash',
  kind,
  executedAt: start + day * dayMs + dayMs / 2,
  assetId: btc,
  quantity: null,
  amount: null,
  fee: null,
  toAccountId: null,
  ratio: null,
  lots: null,
  ...over,
});

/** What can change between two snapshots. */
interface World {
  accounts: Accounts;
  transactions: Transaction[];
  prices: Map<AssetId, DailyHistory>;
  lastDay: number;
}

function aWorld(): World {
  const from = (first: number, price: (t: number) => number, adjustment = 'raw'): DailyHistory => ({
    openTimes: Float64Array.from({ length: length - first }, (_, t) => start + (first + t) * dayMs),
    usd: Float64Array.from({ length: length - first }, (_, t) => price(first + t)),
    adjustment,
  });
  return {
    accounts: accountsOf([
      { id: 'cash', currency: usd, tracksCash: true },
      { id: 'plain', currency: usd, tracksCash: false },
    ]),
    transactions: [
      tx('deposit', 0, { assetId: usd, quantity: '1000000' }),
      ...assets.map((assetId) => tx('deposit', 0, { accountId: 'plain', assetId, quantity: '1000.5', amount: '5000' })),
    ],
    prices: new Map([
      [btc, from(-3, (t) => 100 + 20 * Math.sin(t / 9) + t / 50)],
      // held before it has a price
      [eth, from(30, (t) => 10 + Math.cos(t / 5))],
      [spy, from(-3, (t) => 40 + (t % 17) / 3, 'split')],
    ]),
    lastDay: start + 40 * dayMs,
  };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('days' as const), many: fc.integer({ min: 1, max: 200 }) }),
  fc.record({
    kind: fc.constant('transaction' as const),
    of: fc.constantFrom('buy', 'sell', 'split', 'staking_reward', 'dividend'),
    day: fc.integer({ min: 1, max: length - 1 }),
    asset: fc.integer({ min: 0, max: 2 }),
    account: fc.constantFrom('cash', 'plain'),
    units: fc.integer({ min: 1, max: 900_000 }),
  }),
  fc.record({ kind: fc.constant('reversal' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('price' as const),
    asset: fc.integer({ min: 0, max: 2 }),
    at: fc.nat(),
    by: fc.integer({ min: 1, max: 9 }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(world: World, one: Step): void {
  switch (one.kind) {
    case 'days':
      world.lastDay = Math.min(world.lastDay + one.many * dayMs, start + (length - 2) * dayMs);
      return;
    case 'transaction': {
      const bare = one.of === 'split' || one.of === 'dividend';
      world.transactions.push(
        tx(one.of, one.day, {
          accountId: one.account,
          assetId: assets[one.asset]!,
          quantity: bare ? null : (one.units / 1e5).toFixed(5),
          amount: one.of === 'split' ? null : String(one.units / 100),
          fee: one.of === 'buy' ? '1.1' : null,
          ratio: one.of === 'split' ? { numerator: '3', denominator: '2' } : null,
        }),
      );
      return;
    }
    case 'reversal':
      // the deposits of the first day stay
      if (world.transactions.length > 4) world.transactions.splice(4 + (one.at % (world.transactions.length - 4)), 1);
      return;
    case 'price': {
      const history = world.prices.get(assets[one.asset]!)!;
      const closes = Float64Array.from(history.usd);
      closes[one.at % closes.length]! += one.by;
      world.prices.set(assets[one.asset]!, { ...history, usd: closes });
    }
  }
}

const derive = (world: World, known: ReadonlyMap<number, ChangedYear>): ChangedYear[] => [
  ...changedYears({ ...world, simulated: new Set() }, known),
];
const byYear = (years: readonly ChangedYear[]) => new Map(years.map((one) => [one.year, one]));

test('years that were derived one change after the other are those that all are derived to, bit for bit', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const world = aWorld();
      let stored = byYear(derive(world, new Map()));
      for (const one of steps) {
        take(world, one);
        stored = new Map([...stored, ...byYear(derive(world, stored))]);
        expect([...stored.values()]).toEqual(derive(world, new Map()));
      }
    }),
    { seed: 20261125, numRuns: 25 },
  );
});

describe('of three years', () => {
  const world = { ...aWorld(), lastDay: start + 700 * dayMs };
  const known = byYear(derive(world, new Map()));
  const yearsAfter = (change: (changed: World) => void) => {
    const changed = { ...world, transactions: [...world.transactions], prices: new Map(world.prices) };
    change(changed);
    return derive(changed, known).map(({ year }) => year);
  };

  test.each<[string, (changed: World) => void, number[]]>([
    ['nothing new derives none', () => undefined, []],
    ['a new day derives the running one', (w) => (w.lastDay += dayMs), [2023]],
    [
      'a transaction of today derives the running one',
      (w) => w.transactions.push(tx('buy', 700, { quantity: '1', amount: '90' })),
      [2023],
    ],
    [
      'a late one derives those from its own on',
      (w) => w.transactions.push(tx('buy', 100, { quantity: '1', amount: '90' })),
      [2022, 2023],
    ],
    [
      'a corrected price derives the year that counts it alone',
      (w) => take(w, { kind: 'price', asset: 0, at: 100, by: 2 }),
      [2022],
    ],
    [
      'and the price of a last day that of the next one too',
      (w) => take(w, { kind: 'price', asset: 0, at: 14, by: 2 }),
      [2021, 2022],
    ],
    [
      'a split derives all, whose adjusted prices it changes',
      (w) => w.transactions.push(tx('split', 650, { assetId: spy, ratio: { numerator: '2', denominator: '1' } })),
      [2021, 2022, 2023],
    ],
    [
      'an account that is counted otherwise derives all',
      (w) => (w.accounts = accountsOf([...w.accounts.values()].map((one) => ({ ...one, tracksCash: true })))),
      [2021, 2022, 2023],
    ],
  ])('%s', (_name, change, expected) => {
    expect(yearsAfter(change)).toEqual(expected);
  });

  test('the days that a change touches are told', () => {
    const changed = {
      ...world,
      transactions: [...world.transactions, tx('buy', 640, { quantity: '1', amount: '90' })],
    };
    const [after] = derive(changed, known);
    const days = changedDays(known.get(2023)?.days, after!.days);
    expect([utcDate(days[0]!), days.length]).toEqual([utcDate(start + 640 * dayMs), 61]);
    const same: PortfolioDays = known.get(2022)!.days;
    expect(changedDays(same, same)).toEqual([]);
    expect(changedDays(undefined, same)).toHaveLength(365);
  });
});
