import fc from 'fast-check';
import { accountsOf, admit, type Accounts } from '../../src/portfolio/domain/ledger.js';
import type { LedgerAccount, Transaction, TransactionKind } from '../../src/portfolio/domain/transaction.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';

const asset = (id: string) => id as AssetId;

/** `plain` states quantities alone, `cash` tracks its dollars, `euro` its euros. */
export const someAccounts: readonly LedgerAccount[] = [
  { id: 'plain', currency: asset('USD'), tracksCash: false },
  { id: 'cash', currency: asset('USD'), tracksCash: true },
  { id: 'euro', currency: asset('EUR'), tracksCash: true },
];
export const ledgers: Accounts = accountsOf(someAccounts);

let made = 0;

/** A transaction of `plain` with what a test says of it. */
export function aTransaction(
  kind: TransactionKind,
  assetId: string,
  more: Partial<Omit<Transaction, 'executedAt'>> & { on?: string } = {},
): Transaction {
  const { on = '2024-01-01', ...rest } = more;
  made += 1;
  return {
    id: `t${String(made).padStart(6, '0')}`,
    accountId: 'plain',
    kind,
    executedAt: Date.parse(on.length === 10 ? `${on}T00:00:00Z` : on),
    assetId: asset(assetId),
    quantity: null,
    amount: null,
    fee: null,
    toAccountId: null,
    ratio: null,
    lots: null,
    ...rest,
  };
}

const units = fc.integer({ min: 1, max: 40_000 }).map((n) => (n / 1_000).toString());
const money = fc.integer({ min: 0, max: 9_000_000 }).map((n) => (n / 100).toString());
const account = fc.constantFrom('plain', 'cash', 'euro');
const held = fc.constantFrom('BTC', 'ETH', 'SPY', 'USD', 'EUR');
const ratio = fc.constantFrom(
  { numerator: '3', denominator: '2' },
  { numerator: '1', denominator: '3' },
  { numerator: '4', denominator: '1' },
);
const kind = fc.constantFrom<TransactionKind>(
  'buy',
  'buy',
  'sell',
  'sell',
  'deposit',
  'withdrawal',
  'fee',
  'transfer',
  'split',
  'dividend',
  'staking_reward',
  'adjustment',
);

/** Days are few, so that many transactions fall on one. */
const one = fc.record({
  kind,
  account,
  held,
  units,
  money,
  other: account,
  ratio,
  day: fc.nat(30),
  known: fc.boolean(),
  fee: money,
});

/** Anything that a reader lets through; whether accounts hold enough is another matter. */
const offered: fc.Arbitrary<Transaction[]> = fc.array(one, { minLength: 1, maxLength: 60 }).map((drafts) =>
  drafts.flatMap((draft, i): Transaction[] => {
    const { currency } = ledgers.get(draft.account)!;
    const isMoney = draft.held === currency;
    const cashKinds = ['deposit', 'withdrawal', 'fee', 'transfer', 'dividend', 'adjustment'];
    if (isMoney && !cashKinds.includes(draft.kind)) return [];
    if (draft.kind === 'transfer' && draft.other === draft.account) return [];
    const hasUnits = !['split', 'dividend'].includes(draft.kind);
    const mustCost = ['buy', 'sell', 'dividend'].includes(draft.kind);
    const mayCost = ['deposit', 'staking_reward'].includes(draft.kind) && draft.known && !isMoney;
    const sign = draft.kind === 'adjustment' && !draft.known ? '-' : '';
    return [
      {
        id: `t${String(i).padStart(4, '0')}`,
        accountId: draft.account,
        kind: draft.kind,
        executedAt: Date.UTC(2024, 0, 1) + draft.day * dayMs,
        assetId: asset(draft.held),
        quantity: hasUnits ? sign + draft.units : null,
        amount: mustCost || mayCost ? draft.money : null,
        fee: ['buy', 'sell'].includes(draft.kind) && draft.known ? (Number(draft.fee) / 1e4).toFixed(4) : null,
        toAccountId: draft.kind === 'transfer' ? draft.other : null,
        ratio: draft.kind === 'split' ? draft.ratio : null,
        lots: null,
      },
    ];
  }),
);

/** Histories that can stand: what is left of any list of transactions when the ledger has judged it. */
export const histories: fc.Arbitrary<Transaction[]> = offered.map((all) => {
  const { refused } = admit(ledgers, [], all);
  return all.filter(({ id }) => !refused.has(id));
});
export { offered as offeredTransactions };
