import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import { DomainError, refusedFor } from '../../shared/errors.js';
import type { AssetId, OwnerId, PortfolioId } from '../../shared/ids.js';
import { dayMs, minuteMs, utcDate, type EpochMs } from '../../shared/time.js';
import { measurePerformance } from '../domain/performance.js';
import { performanceInput, type PortfolioDay } from '../domain/portfolio-days.js';
import { PortfolioService } from '../portfolio.service.js';
import type { SnapshotInput } from './performance.contract.js';
import type { PerformanceQuery, PerformanceView } from './performance.schemas.js';
import { measuresView, nothingMeasured } from './performance.views.js';
import { PortfolioDaysRepository, type SnapshotState } from './portfolio-days.repository.js';
import { lastWholeDay } from './portfolio-snapshots.js';
import { SnapshotStarter } from './snapshot-starter.js';

const btc = 'BTC' as AssetId;
const usd = 'USD' as AssetId;

/** How long a request waits for the days to be brought up to date. */
const longestWaitMs = 8_000;
const pollEveryMs = 100;
/** A snapshot that read the ledger before its last change is followed by another one. */
const startAgainEveryMs = 2_000;
/** Prices may have been revised since; the next one who asks hears of it. */
const freshForMs = 5 * minuteMs;

interface Freshness {
  readonly state: SnapshotState;
  readonly isCurrent: boolean;
  readonly note: string | null;
}

/** Returns of portfolios, chained from their stored days. */
@Injectable()
export class PerformanceService {
  constructor(
    private readonly portfolios: PortfolioService,
    private readonly assets: AssetRegistry,
    private readonly closes: DailyCloses,
    private readonly rows: PortfolioDaysRepository,
    private readonly starter: SnapshotStarter,
  ) {}

  /**
   * @throws DomainError `not_found`; `invalid` naming the parameter; `conflict` for a numeraire that has no price on some
   *   day; `unavailable` while nothing is stored yet
   */
  async view(ownerId: OwnerId, portfolioId: string, query: PerformanceQuery): Promise<PerformanceView> {
    const portfolio = await this.portfolios.withHoldings(ownerId, portfolioId);
    const numeraire =
      query.numeraire === undefined ? portfolio.numeraire : (await this.assets.known(query.numeraire, 'numeraire')).id;
    const now = Date.now();
    refuseDisorder(query, utcDate(lastWholeDay(now)));
    const { state, isCurrent, note } = await this.upToDate({ ownerId, portfolioId: portfolioId as PortfolioId }, now);
    const about = {
      portfolio_id: portfolioId,
      numeraire,
      complete_until: state.completeUntil,
      current: isCurrent,
    };
    const from = query.from === undefined ? undefined : utcDate(Date.parse(`${query.from}T00:00:00Z`) - dayMs);
    const days = await this.rows.days(portfolioId, from, query.to);
    if (days.length < 2) {
      return {
        ...nothingMeasured,
        ...about,
        note: note ?? 'no day that is over lies between the first transaction, from and to',
      };
    }
    const btcPrices = beginningWithMoney(
      Float64Array.from(days, (day) => day.btc),
      days,
    );
    const hasBtc = !btcPrices.some(Number.isNaN);
    const unit = await this.numerairePrices(ownerId, numeraire, days, btcPrices);
    const { assets, input } = performanceInput(days, unit, hasBtc ? btcPrices : unit);
    const performance = measurePerformance(input);
    return { ...about, note, ...measuresView({ days, assets, performance, hasBtc }) };
  }

  /** US dollars for one unit of the numeraire at the end of each day. */
  private async numerairePrices(
    viewer: OwnerId,
    numeraire: AssetId,
    days: readonly PortfolioDay[],
    btcPrices: Float64Array,
  ): Promise<Float64Array> {
    if (numeraire === usd) return new Float64Array(days.length).fill(1);
    const prices = numeraire === btc ? btcPrices : await this.dailyPrices(viewer, numeraire, days);
    const missing = prices.findIndex(Number.isNaN);
    if (missing < 0) return prices;
    const day = utcDate(days[missing]!.day);
    throw new DomainError(
      'conflict',
      `no price of ${numeraire} is stored for ${day}; collect or import it, or begin later`,
    );
  }

  private async dailyPrices(viewer: OwnerId, assetId: AssetId, days: readonly PortfolioDay[]): Promise<Float64Array> {
    const history = (await this.closes.of([assetId], { viewer, before: days.at(-1)!.day + dayMs })).get(assetId);
    let at = -1;
    const prices = Float64Array.from(days, ({ day }) => {
      if (!history) return Number.NaN;
      while (at + 1 < history.openTimes.length && history.openTimes[at + 1]! <= day) at++;
      return at < 0 ? Number.NaN : history.usd[at]!;
    });
    return beginningWithMoney(prices, days);
  }

  /** Waits a bounded time until every transaction and every day that is over is in the stored days. */
  private async upToDate(input: SnapshotInput, now: EpochMs): Promise<Freshness> {
    const end = now + longestWaitMs;
    let startedAt = -Infinity;
    for (;;) {
      const version = await this.rows.ledgerVersion(input);
      const state = await this.rows.snapshot(input.portfolioId);
      if (state && state.ledgerVersion === version && state.completeUntil >= utcDate(lastWholeDay(now))) {
        if (now - state.refreshedAt > freshForMs) await this.startIfPossible(input);
        return { state, isCurrent: true, note: null };
      }
      let away: string | undefined;
      if (Date.now() - startedAt > startAgainEveryMs) {
        away = await this.startIfPossible(input);
        startedAt = Date.now();
      }
      if (away !== undefined || Date.now() > end) {
        const why = away ?? 'the days of the portfolio are still being derived';
        if (!state) throw new DomainError('unavailable', why, { retryAfterSeconds: 2 });
        return { state, isCurrent: false, note: `${why}; newer transactions or days are not in it` };
      }
      await sleep(pollEveryMs);
    }
  }

  /** @returns why it could not be started */
  private async startIfPossible(input: SnapshotInput): Promise<string | undefined> {
    try {
      await this.starter.start(input);
      return undefined;
    } catch (error) {
      // what is stored can be read without it
      if (error instanceof DomainError && error.kind === 'unavailable') return error.message;
      throw error;
    }
  }
}

/** On a day before anything is held no price is needed; where there is none, the next day's stands for it. */
function beginningWithMoney(prices: Float64Array, days: readonly PortfolioDay[]): Float64Array {
  if (days[0]!.assets.length === 0 && Number.isNaN(prices[0]!)) prices[0] = prices[1]!;
  return prices;
}

function refuseDisorder({ from, to }: PerformanceQuery, lastDay: string): void {
  const refuse = (field: string, value: string, message: string) => {
    throw refusedFor([{ field, value, message }]);
  };
  if (from !== undefined && from > lastDay) refuse('from', from, `is later than the last day that is over, ${lastDay}`);
  if (from !== undefined && to !== undefined && to < from) refuse('to', to, `is before from, ${from}`);
}
