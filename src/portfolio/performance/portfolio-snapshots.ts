import { setImmediate as otherWork } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DailyCloses, type DailyPrices } from '../../data/prices/daily-closes.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, startOfUtcDay, utcDate, type EpochMs } from '../../shared/time.js';
import { accountsOf } from '../domain/ledger.js';
import { assetsTouched, portfolioDays, type PortfolioHistory } from '../domain/portfolio-days.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { SnapshotInput, SnapshotReport } from './performance.contract.js';
import { PortfolioDaysRepository, type StoredDay } from './portfolio-days.repository.js';

const btc = 'BTC' as AssetId;

/** Days that are computed before others have their turn. */
const daysAtOnce = 50;

/** 00:00 UTC of the last day that is over. */
export const lastWholeDay = (now: EpochMs): EpochMs => startOfUtcDay(now) - dayMs;

/**
 * Keeps the days of portfolios. All of them are derived again from the ledger and the stored prices, which takes
 * milliseconds a year; only those that come out otherwise are written, so that no clock decides what has changed.
 */
@Injectable()
export class PortfolioSnapshots {
  constructor(
    private readonly ledger: LedgerService,
    private readonly closes: DailyCloses,
    private readonly rows: PortfolioDaysRepository,
  ) {}

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async refresh(input: SnapshotInput, now: EpochMs, onProgress: (note: string) => void): Promise<SnapshotReport> {
    const { ownerId, portfolioId } = input;
    // read before the ledger: a change that comes in between is at worst derived twice
    const ledgerVersion = await this.rows.ledgerVersion(input);
    if (ledgerVersion === undefined) throw new DomainError('not_found', `there is no portfolio ${portfolioId}`);
    const { accounts: all, transactions } = await this.ledger.stateOf(ownerId, portfolioId);
    const accounts = accountsOf(all);
    const lastDay = lastWholeDay(now);
    const wanted = assetsTouched(accounts, transactions).add(btc);
    const prices = await this.closes.of(wanted, { viewer: ownerId, before: lastDay + dayMs }, () =>
      onProgress('reading prices'),
    );
    const completeUntil = utcDate(lastDay);
    const days = inTurns({ accounts, transactions, prices, lastDay }, prices, onProgress);
    return { ...(await this.rows.replace(input, { ledgerVersion, completeUntil }, days)), completeUntil };
  }
}

async function* inTurns(
  history: PortfolioHistory,
  prices: ReadonlyMap<AssetId, DailyPrices>,
  onProgress: (note: string) => void,
): AsyncGenerator<StoredDay> {
  let count = 0;
  for (const day of portfolioDays(history)) {
    yield { ...day, simulated: day.assets.some((assetId) => (prices.get(assetId)?.world ?? '') !== '') };
    if (++count % daysAtOnce > 0) continue;
    onProgress(`${count} days derived`);
    await otherWork();
  }
}
