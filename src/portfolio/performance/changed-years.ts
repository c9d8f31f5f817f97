import { createHash } from 'node:crypto';
import type { AssetId } from '../../shared/ids.js';
import { joined } from '../../shared/doubles.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import type { Position } from '../domain/ledger.js';
import {
  assetsOfYear,
  barAt,
  deriveYear,
  portfolioYears,
  type DerivedYear,
  type PortfolioYear,
  type YearSources,
} from '../domain/portfolio-days.js';
import { SplitHistory } from '../domain/splits.js';
import type { Transaction } from '../domain/transaction.js';

const btc = 'BTC' as AssetId;

/** Changes with what is derived, or how it is packed. */
const derivation = 'portfolio year 1';

/** What a stored year was derived from, and what was held when it ended. */
export interface KnownYear {
  readonly digest: string;
  readonly closing: readonly Position[];
}

export interface ChangedYear extends DerivedYear {
  readonly year: number;
  /** SHA-256 of all that it was derived from. */
  readonly digest: string;
}

/** What all years of a portfolio are derived from. */
export interface PortfolioSources extends Omit<YearSources, 'splits'> {
  /** In effect, in whatever order. */
  readonly transactions: readonly Transaction[];
  /** 00:00 UTC of the last day that is over. */
  readonly lastDay: EpochMs;
}

/**
 * Derives the years of a portfolio that rest on something else than what is known of them: their transactions, their prices,
 * the accounts, the splits, or what is held when they begin. The others are passed over. What comes of it, with what is known,
 * is what deriving all years would give, bit for bit.
 */
export function* changedYears(
  { transactions, lastDay, ...common }: PortfolioSources,
  known: ReadonlyMap<number, KnownYear>,
): Generator<ChangedYear, void, undefined> {
  const sources = { ...common, splits: new SplitHistory(transactions) };
  const shared = sharedText(sources, transactions);
  let opening: readonly Position[] = [];
  for (const year of portfolioYears(transactions, lastDay)) {
    const digest = digestOf(shared, sources, year, opening);
    const before = known.get(year.year);
    if (before?.digest === digest) {
      opening = before.closing;
      continue;
    }
    const derived = deriveYear(sources, year, opening);
    yield { ...derived, year: year.year, digest };
    opening = derived.closing;
  }
}

/** What every year rests on. Transactions never change, so that their ids tell them. */
const sharedText = ({ accounts }: YearSources, transactions: readonly Transaction[]): string =>
  JSON.stringify([
    derivation,
    [...accounts.values()].map(({ id, currency, tracksCash }) => [id, currency, tracksCash]).sort(),
    transactions.flatMap(({ id, kind }) => (kind === 'split' ? [id] : [])).sort(),
  ]);

/** Of all that a year is derived from; of prices, the bars from the last one before it to its end. */
function digestOf(
  shared: string,
  { accounts, prices, simulated }: YearSources,
  year: PortfolioYear,
  opening: readonly Position[],
): string {
  const held = opening.map(({ accountId, assetId, quantity }) => [accountId, assetId, quantity]);
  const told: unknown[] = [shared, year.first, year.last, year.transactions.map(({ id }) => id), held];
  const numbers: Float64Array[] = [];
  for (const assetId of new Set([...assetsOfYear(accounts, year, opening), btc])) {
    const found = prices.get(assetId);
    if (!found) continue;
    const { openTimes, usd, adjustment } = found;
    const [from, to] = [Math.max(0, barAt(openTimes, year.first)), barAt(openTimes, year.last) + 1];
    const times = openTimes.subarray(from, to);
    const isDaily = isEveryDay(times);
    told.push([assetId, adjustment, simulated.has(assetId), to - from, isDaily ? times[0] : null]);
    if (!isDaily) numbers.push(times);
    numbers.push(usd.subarray(from, to));
  }
  // few and long pieces: each one costs, however short it is
  return createHash('sha256').update(JSON.stringify(told)).update(joined(numbers)).digest('hex');
}

function isEveryDay(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (times[i]! - times[i - 1]! !== dayMs) return false;
  return true;
}
