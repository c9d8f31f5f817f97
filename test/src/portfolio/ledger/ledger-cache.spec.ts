import { LedgerCache } from '../../../../src/portfolio/ledger/ledger-cache.js';

const state = (transactions: number) => ({ transactions: Array<number>(transactions).fill(0) });

test('a ledger is known as long as its version is that', () => {
  const cache = new LedgerCache<{ transactions: number[] }>();
  const first = state(1);
  cache.set('a', '1', first);
  expect(cache.get('a', '1')).toBe(first);
  expect([cache.get('a', '2'), cache.get('b', '1')]).toEqual([undefined, undefined]);
  cache.set('a', '2', state(2));
  expect(cache.get('a', '1')).toBeUndefined();
});

test('too many transactions let go of the ledgers that nobody asked for', () => {
  const cache = new LedgerCache<{ transactions: number[] }>();
  for (const id of ['a', 'b', 'c']) cache.set(id, '1', state(30_000));
  expect(cache.get('a', '1')).toBeDefined();
  cache.set('d', '1', state(30_000));
  expect(['a', 'b', 'c', 'd'].map((id) => cache.get(id, '1') !== undefined)).toEqual([true, false, true, true]);
  cache.set('huge', '1', state(100_001));
  expect(cache.get('huge', '1')).toBeUndefined();
});
