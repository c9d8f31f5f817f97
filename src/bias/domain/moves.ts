import type { SplitHistory } from '../../portfolio/domain/splits.js';
import type { Transaction, TransactionKind } from '../../portfolio/domain/transaction.js';
import type { Accounts } from '../../portfolio/domain/ledger.js';
import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { Move } from './trading-history.js';

export interface MoveContext {
  readonly accounts: Accounts;
  readonly isCash: (assetId: AssetId) => boolean;
  /** What one unit of a currency was worth in US dollars at an instant. */
  readonly usdRateAt: (currency: AssetId, at: EpochMs) => string | undefined;
  readonly splits: SplitHistory;
  /** Until when splits count for the prices of an asset: those that are adjusted already know of later ones. */
  readonly splitsUntil: (assetId: AssetId) => EpochMs;
}

const kinds: Readonly<Record<TransactionKind, 'buy' | 'sell' | 'in' | 'out' | 'signed' | null>> = {
  buy: 'buy',
  sell: 'sell',
  deposit: 'in',
  staking_reward: 'in',
  adjustment: 'signed',
  withdrawal: 'out',
  fee: 'out',
  // within the portfolio
  transfer: null,
  // no units
  dividend: null,
  // units are those after all splits
  split: null,
};

/** What transactions moved, as the tests want it; the order is kept. */
export function movesFrom(transactions: readonly Transaction[], context: MoveContext): Move[] {
  const { accounts, isCash, usdRateAt, splits, splitsUntil } = context;
  return transactions.flatMap((transaction): Move[] => {
    const { kind: of, assetId, accountId, executedAt: at, quantity, amount, fee } = transaction;
    const kind = kinds[of];
    const currency = accounts.get(accountId)?.currency;
    if (kind === null || quantity === null || currency === undefined || isCash(assetId) || assetId === currency)
      return [];
    const rate = currency === 'USD' ? 1 : Number(usdRateAt(currency, at) ?? Number.NaN);
    const inUsd = (text: string | null): number | null =>
      text === null || Number.isNaN(rate) ? null : Number(text) * rate;
    const units = Number(quantity) * splits.factor(assetId, at, splitsUntil(assetId)).toNumber();
    return [
      {
        assetId,
        at,
        kind: kind !== 'signed' ? kind : units < 0 ? 'out' : 'in',
        units: Math.abs(units),
        usd: inUsd(amount),
        feeUsd: inUsd(fee),
      },
    ];
  });
}
