import { setImmediate as otherWork } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, startOfUtcDay, utcDate, type EpochMs } from '../../shared/time.js';
import { accountsOf } from '../domain/ledger.js';
import { attributionsOf, changedDays } from '../domain/performance-window.js';
import { assetsTouched, portfolioYears } from '../domain/portfolio-days.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { changedYears } from './changed-years.js';
import type { SnapshotInput, SnapshotReport } from './performance.contract.js';
import { PortfolioYearsRepository } from './portfolio-years.repository.js';

const btc = 'BTC' as AssetId;

/** 00:00 UTC of the last day that is over. */
export const lastWholeDay = (now: EpochMs): EpochMs => startOfUtcDay(now) - dayMs;

/** Who wants a snapshot hears how far it is, and may end it. */
export interface SnapshotWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (note: string) => void;
}

/**
 * Keeps the days of portfolios, a year at a time. A new day derives the running year, a late transaction or a corrected price
 * the years from its own on, as far as they come to differ. What they rest on decides what is derived, and no clock.
 */
@Injectable()
export class PortfolioSnapshots {
  constructor(
    private readonly ledger: LedgerService,
    private readonly closes: DailyCloses,
    private readonly rows: PortfolioYearsRepository,
  ) {}

  /**
   * @throws DomainError `not_found` for a portfolio that the owner does not have
   * @throws the signal's reason when it aborts, between two years at the latest: nothing is stored then
   */
  async refresh(input: SnapshotInput, now: EpochMs, { signal, onProgress }: SnapshotWatch): Promise<SnapshotReport> {
    const { ownerId, portfolioId } = input;
    // read before the ledger: a change that comes in between is at worst derived twice
    const ledgerVersion = await this.rows.ledgerVersion(input);
    if (ledgerVersion === undefined) throw new DomainError('not_found', `there is no portfolio ${portfolioId}`);
    const { accounts: all, transactions } = await this.ledger.stateOf(ownerId, portfolioId);
    const accounts = accountsOf(all);
    const lastDay = lastWholeDay(now);
    const wanted = assetsTouched(accounts, transactions).add(btc);
    const prices = await this.closes.of(wanted, { viewer: ownerId, before: lastDay + dayMs }, () => {
      signal.throwIfAborted();
      onProgress('reading prices');
    });
    const simulated = new Set([...prices.values()].flatMap(({ world, assetId }) => (world === '' ? [] : [assetId])));
    const sources = { accounts, prices, simulated, transactions, lastDay };
    const years = portfolioYears(transactions, lastDay);
    const begin = years[0]?.first;
    const completeUntil = utcDate(lastDay);

    return this.rows.update(input, { ledgerVersion, completeUntil }, async (known, stored) => {
      const changed: EpochMs[] = [];
      for (const one of changedYears(sources, known)) {
        if (one.days.first === begin && known.get(one.year)?.first !== begin) changed.push(begin);
        changed.push(...changedDays(await stored.days(one.year), one.days));
        await stored.put({ ...one, attributions: attributionsOf(one.days) });
        onProgress(`${one.year} derived`);
        await otherWork();
        signal.throwIfAborted();
      }
      const gone = [...known.keys()].filter((year) => !years.some((one) => one.year === year));
      if (gone.length > 0) await stored.remove(gone);
      changed.push(...daysGone([...known.values()], begin));
      const first = changed.reduce((least, day) => Math.min(least, day), Infinity);
      return {
        days: begin === undefined ? 0 : (lastDay - begin) / dayMs + 1,
        written: changed.length,
        from: changed.length === 0 ? null : utcDate(first),
        completeUntil,
      };
    });
  }
}

/** Days that are stored and come no more: those before a later beginning, or all. */
function daysGone(known: readonly { first: EpochMs; rows: number }[], begin: EpochMs = Infinity): EpochMs[] {
  const gone = new Set<EpochMs>();
  for (const { first, rows } of known) {
    for (let day = first; day < Math.min(begin, first + rows * dayMs); day += dayMs) gone.add(day);
  }
  return [...gone];
}
