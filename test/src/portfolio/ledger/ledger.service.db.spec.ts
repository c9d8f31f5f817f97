import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { accountsOf, foldLedger, holdingsOf } from '../../../../src/portfolio/domain/ledger.js';
import type { Transaction } from '../../../../src/portfolio/domain/transaction.js';
import { LedgerRepository } from '../../../../src/portfolio/ledger/ledger.repository.js';
import { LedgerService, type OfferedLine } from '../../../../src/portfolio/ledger/ledger.service.js';
import { Account, Portfolio } from '../../../../src/portfolio/portfolio.entity.js';
import { PortfolioRepository } from '../../../../src/portfolio/portfolio.repository.js';
import type { OwnerId } from '../../../../src/shared/ids.js';
import { toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { offeredTransactions, someAccounts } from '../../../support/ledger.js';

const db = useDatabase();
const ownerId = 'owner' as OwnerId;

function services() {
  const em = db.orm.em.fork();
  const portfolios = new PortfolioRepository(em);
  return { em, portfolios, ledger: new LedgerService(portfolios, new LedgerRepository(em), new AssetRegistry(em)) };
}

/** A portfolio with the accounts of the random histories, which are called as they are there. */
async function aPortfolio(): Promise<string> {
  const { em } = services();
  const id = uuidv7();
  const at = new Date();
  await em.insert(Portfolio, {
    id,
    ownerId,
    name: 'P',
    numeraire: 'USD',
    isDefault: false,
    createdAt: at,
    updatedAt: at,
  });
  for (const account of someAccounts) {
    await em.insert(Account, {
      id: uuidv7(),
      portfolioId: id,
      ownerId,
      name: account.id,
      type: 'personal_trading',
      currency: account.currency,
      tracksCash: account.tracksCash,
      isDefault: account.id === 'plain',
      createdAt: at,
    });
  }
  return id;
}

const lineOf = (one: Transaction, line: number): OfferedLine => ({
  line,
  stated: {
    kind: one.kind,
    executed_at: toIso(one.executedAt),
    asset: one.assetId,
    account: one.accountId,
    external_id: one.id,
    ...(one.quantity !== null && { quantity: one.quantity }),
    ...(one.amount !== null && { amount: one.amount }),
    ...(one.fee !== null && { fee: one.fee }),
    ...(one.toAccountId !== null && { to_account: one.toAccountId }),
    ...(one.ratio && { ratio: `${one.ratio.numerator}:${one.ratio.denominator}` }),
  },
});

const record = (portfolioId: string, lines: readonly OfferedLine[]) => {
  const { em, ledger } = services();
  return em.transactional((tx) => ledger.record(tx, ownerId, portfolioId, lines, { areKeyed: false }));
};

async function projectionAndFold(id: string) {
  const { portfolios, ledger } = services();
  const { holdings } = await portfolios.get(ownerId, id);
  const { accounts, transactions } = await ledger.stateOf(ownerId, id);
  return { holdings, folded: holdingsOf(foldLedger(accountsOf(accounts), transactions)), transactions };
}

test('however a history comes in pieces, what is held is the fold of all that is recorded; again, it changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(offeredTransactions, fc.integer({ min: 1, max: 12 }), async (offered, size) => {
      const id = await aPortfolio();
      const lines = offered.map(lineOf);
      for (let at = 0; at < lines.length; at += size) await record(id, lines.slice(at, at + size));
      const { holdings, folded, transactions } = await projectionAndFold(id);
      expect(holdings).toEqual(folded);

      const recorded = new Set(transactions.map(({ externalId }) => externalId));
      const again = await record(
        id,
        lines.filter((one) => 'stated' in one && recorded.has(one.stated.external_id!)),
      );
      expect(again.every(({ status }) => status === 'already_recorded')).toBe(true);
      expect(await projectionAndFold(id)).toEqual({ holdings, folded, transactions });
    }),
    { numRuns: 25, seed: 31 },
  );
}, 120_000);

test('as known at an earlier instant, what was recorded or reversed since is not', async () => {
  const id = await aPortfolio();
  const buy = { kind: 'buy', executed_at: '2024-01-01', asset: 'BTC', quantity: '1', amount: '1' } as const;
  const [first] = await record(id, [{ line: 1, stated: buy }]);
  if (first?.status !== 'recorded') throw new Error('the line was not recorded');
  const between = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await record(id, [{ line: 1, stated: { ...buy, quantity: '3' } }]);
  const { em, ledger } = services();
  await em.transactional((tx) => ledger.reverse(tx, ownerId, id, first.transactionId, 'wrong'));
  const held = async (asOf: { before?: number; knownAt?: number }) => {
    const { accounts, transactions } = await ledger.stateOf(ownerId, id, asOf);
    return holdingsOf(foldLedger(accountsOf(accounts), transactions)).map(({ quantity }) => quantity);
  };
  expect(await held({})).toEqual(['3']);
  expect(await held({ knownAt: between })).toEqual(['1']);
  expect(await held({ before: Date.parse('2024-01-01T00:00:00Z') })).toEqual([]);
  expect((await ledger.lotsOf(ownerId, id, 'fifo')).open.map(({ cost }) => cost)).toEqual(['1']);
  await expect(ledger.stateOf('other' as OwnerId, id)).rejects.toThrow('there is no portfolio');
});

test('lots that a sale names are there as it says, and nothing that is recorded later takes them', async () => {
  const id = await aPortfolio();
  const at = (day: number) => `2024-01-0${day}`;
  const line = (stated: object): OfferedLine => ({
    line: 1,
    stated: { asset: 'BTC', amount: '1', ...stated } as never,
  });
  const one = async (stated: object) => (await record(id, [line(stated)]))[0]!;
  const old = await one({ kind: 'buy', executed_at: at(1), quantity: '1' });
  await one({ kind: 'buy', executed_at: at(2), quantity: '1' });
  if (old.status !== 'recorded') throw new Error('the line was not recorded');
  const lots = [{ transactionId: old.transactionId, quantity: '1' }];
  expect((await one({ kind: 'sell', executed_at: at(5), quantity: '1', lots })).status).toBe('recorded');
  // it would take the oldest lot first
  const earlier = await one({ kind: 'sell', executed_at: at(4), quantity: '0.5' });
  expect(earlier).toMatchObject({ status: 'refused', errors: [{ field: 'kind', value: 'sell' }] });
  const { em, ledger } = services();
  const reversal = em.transactional((tx) => ledger.reverse(tx, ownerId, id, old.transactionId, 'x'));
  await expect(reversal).rejects.toThrow('would name a lot that is not there');
});
