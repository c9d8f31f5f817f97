import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';

export const transactionKinds = [
  'buy',
  'sell',
  'deposit',
  'withdrawal',
  'fee',
  'transfer',
  'split',
  'dividend',
  'staking_reward',
  'adjustment',
] as const;
export type TransactionKind = (typeof transactionKinds)[number];

/** What a ledger has to know of an account. */
export interface LedgerAccount {
  readonly id: string;
  /** In which its prices, amounts and fees are. */
  readonly currency: AssetId;
  /** Whether trades, fees and dividends move its cash. */
  readonly tracksCash: boolean;
}

/** `numerator` units for every `denominator` that were held: 4 and 1 for a share that became four. */
export interface SplitRatio {
  readonly numerator: string;
  readonly denominator: string;
}

/** Units that a sale takes of what one transaction had brought. */
export interface GivenLot {
  readonly transactionId: string;
  readonly quantity: string;
}

/** A fact about one account; decimal texts, money in the account's own currency. */
export interface Transaction {
  readonly id: string;
  readonly accountId: string;
  readonly kind: TransactionKind;
  readonly executedAt: EpochMs;
  /** What it is about; of a dividend, who paid it. */
  readonly assetId: AssetId;
  /** Units, positive; of an adjustment, signed; null for splits and dividends. */
  readonly quantity: string | null;
  /**
   * Money for all units, before the fee: what a trade was made for, what came in as a dividend, what deposited or rewarded
   * units were worth. Null where nobody knows, and where there is none.
   */
  readonly amount: string | null;
  readonly fee: string | null;
  /** Where a transfer goes. */
  readonly toAccountId: string | null;
  readonly ratio: SplitRatio | null;
  /** Which lots a sale takes, when it says so. */
  readonly lots: readonly GivenLot[] | null;
}

const ranks: Readonly<Record<TransactionKind, number>> = {
  split: 0,
  buy: 1,
  deposit: 1,
  staking_reward: 1,
  dividend: 1,
  adjustment: 1,
  transfer: 2,
  sell: 3,
  withdrawal: 3,
  fee: 3,
};

const rankOf = ({ kind, quantity }: Transaction): number =>
  kind === 'adjustment' && quantity!.startsWith('-') ? 3 : ranks[kind];

/**
 * The one order in which transactions take effect: by instant; within one, splits, then what comes in, then transfers,
 * then what goes out; then by id, which is the order of recording. Files that know only dates need no more.
 */
export const inOrder = (a: Transaction, b: Transaction): number =>
  a.executedAt - b.executedAt || rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
