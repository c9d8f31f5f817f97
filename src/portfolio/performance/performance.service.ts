import { setImmediate as otherWork, setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import { DomainError, refusedFor } from '../../shared/errors.js';
import type { AssetId, OwnerId, PortfolioId } from '../../shared/ids.js';
import { dayMs, minuteMs, utcDate, type EpochMs } from '../../shared/time.js';
import {
  AttributionSum,
  attribute,
  chainDays,
  type PerformanceSeries,
  type UnitPrices,
} from '../domain/performance.js';
import { totalsOf } from '../domain/performance-totals.js';
import { beginningWithMoney, windowOf, type PerformanceWindow, type WindowPart } from '../domain/performance-window.js';
import { barAt } from '../domain/portfolio-days.js';
import { PortfolioService } from '../portfolio.service.js';
import type { SnapshotInput } from './performance.contract.js';
import type { PerformanceQuery, PerformanceView } from './performance.schemas.js';
import { measuresView, nothingMeasured, type Measures } from './performance.views.js';
import { lastWholeDay } from './portfolio-snapshots.js';
import { PortfolioYearsRepository, type SnapshotState, type YearInBrief } from './portfolio-years.repository.js';
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

/** Stored days that are replaced while they are read are read again; so often in a row they never are. */
const mostAttempts = 3;
const noDay = 'no day that is over lies between the first transaction, from and to';

interface Freshness {
  readonly state: SnapshotState;
  readonly isCurrent: boolean;
  readonly note: string | null;
}

type Window = PerformanceWindow<YearInBrief>;

/**
 * Returns of portfolios, chained from their stored days. Who made them is stored for whole years, in dollars and in BTC;
 * only years that count in part, or in another numeraire, are read asset by asset and day by day, one after the other.
 */
@Injectable()
export class PerformanceService {
  constructor(
    private readonly portfolios: PortfolioService,
    private readonly assets: AssetRegistry,
    private readonly closes: DailyCloses,
    private readonly rows: PortfolioYearsRepository,
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
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const measures = await this.measures(ownerId, portfolioId, numeraire, query);
      if (measures === 'changed') continue;
      return { ...about, note, ...measures, ...(measures === nothingMeasured && { note: note ?? noDay }) };
    }
    throw new DomainError('unavailable', 'the days of the portfolio are being derived again', { retryAfterSeconds: 2 });
  }

  /** `changed` when the stored days were replaced while they were read. */
  private async measures(
    ownerId: OwnerId,
    portfolioId: string,
    numeraire: AssetId,
    { from, to }: PerformanceQuery,
  ): Promise<Measures | 'changed'> {
    const begin = from === undefined ? undefined : startOf(from) - dayMs;
    const years = await this.rows.years(portfolioId, begin === undefined ? undefined : utcDate(begin), to);
    const window = windowOf(years, begin ?? -Infinity, to === undefined ? Infinity : startOf(to));
    if (!window) return nothingMeasured;
    const btcPrices = beginningWithMoney(window.totals.btc, window.totals);
    const hasBtc = !btcPrices.some(Number.isNaN);
    const unit = await this.numerairePrices(ownerId, numeraire, window, btcPrices);
    const prices = { numeraire: unit, btc: hasBtc ? btcPrices : unit };
    const series = chainDays(window.totals, prices);
    const sum = new AttributionSum();
    for (const part of window.parts) {
      const { attributions, assets, rows } = part.days;
      const isWhole = part.from === 0 && part.to === rows - 1;
      if (isWhole && (numeraire === usd || numeraire === btc)) {
        sum.add(assets, numeraire === usd ? attributions.usd : attributions.btc, series.growth[part.at]!);
      } else if (!(await this.addDays(portfolioId, part, prices, series, sum))) return 'changed';
    }
    // thousands of days to be written down: others have their turn between
    await otherWork();
    const totals = totalsOf(series, window.times);
    await otherWork();
    return measuresView({ window, series, totals, assets: sum.all, hasBtc });
  }

  /** From what each asset was worth on each day. @returns false when the days were replaced since */
  private async addDays(
    portfolioId: string,
    part: WindowPart<YearInBrief>,
    { numeraire, btc: btcPrices }: UnitPrices,
    { weights }: PerformanceSeries,
    sum: AttributionSum,
  ): Promise<boolean> {
    const days = await this.rows.days(portfolioId, part.days);
    if (!days) return false;
    const own = (all: Float64Array) => all.subarray(part.at, part.at + part.to - part.from + 1);
    const prices = { numeraire: own(numeraire), btc: own(btcPrices) };
    sum.add(days.assets, attribute(days, part, prices, own(weights)), 1);
    await otherWork();
    return true;
  }

  /** US dollars for one unit of the numeraire at the end of each day. */
  private async numerairePrices(
    viewer: OwnerId,
    numeraire: AssetId,
    window: Window,
    btcPrices: Float64Array,
  ): Promise<Float64Array> {
    if (numeraire === usd) return new Float64Array(window.times.length).fill(1);
    const prices = numeraire === btc ? btcPrices : await this.dailyPrices(viewer, numeraire, window);
    const missing = prices.findIndex(Number.isNaN);
    if (missing < 0) return prices;
    const day = utcDate(window.times[missing]!);
    throw new DomainError(
      'conflict',
      `no price of ${numeraire} is stored for ${day}; collect or import it, or begin later`,
    );
  }

  private async dailyPrices(viewer: OwnerId, assetId: AssetId, { times, totals }: Window): Promise<Float64Array> {
    const history = (await this.closes.of([assetId], { viewer, before: times.at(-1)! + dayMs })).get(assetId);
    let at = history ? barAt(history.openTimes, times[0]!) : -1;
    const prices = Float64Array.from(times, (day) => {
      if (!history) return Number.NaN;
      while (at + 1 < history.openTimes.length && history.openTimes[at + 1]! <= day) at++;
      return at < 0 ? Number.NaN : history.usd[at]!;
    });
    return beginningWithMoney(prices, totals);
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

const startOf = (date: string): EpochMs => Date.parse(`${date}T00:00:00Z`);

function refuseDisorder({ from, to }: PerformanceQuery, lastDay: string): void {
  const refuse = (field: string, value: string, message: string) => {
    throw refusedFor([{ field, value, message }]);
  };
  if (from !== undefined && from > lastDay) refuse('from', from, `is later than the last day that is over, ${lastDay}`);
  if (from !== undefined && to !== undefined && to < from) refuse('to', to, `is before from, ${from}`);
}
