import { Inject, Injectable } from '@nestjs/common';
import { Fault } from '../shared/errors.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { CandleRepository } from './candle.repository.js';
import type { AssetCollection, CollectAssetInput, CollectionReceipt, SourceAttempt } from './data.contract.js';
import { assetOf } from './domain/assets.js';
import {
  askedSource,
  isSimulatedSource,
  simulatedSource,
  type Interval,
  type RefusedRow,
  type SeriesRef,
} from './domain/candle.js';
import {
  firstMissing,
  firstWanted,
  isComplete,
  isStale,
  lastEnd,
  preferredSeries,
  whyNotOffered,
} from './domain/source-choice.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceIo,
  SourceOutcome,
} from './sources/market-data-source.js';
import { limitedIo, RateLimiter } from './sources/rate-limiter.js';

/** The configured sources, in the order in which they are asked. */
export const SOURCES = Symbol('market data sources');

const refusedShown = 20;

/** The as-of is never later than now. */
type Asked = Pick<CollectAssetInput, 'assetId' | 'interval'> & { asOf: EpochMs };

/** The answer that is stored when no better one comes. */
interface Found {
  readonly source: MarketDataSource;
  readonly answer: CandleAnswer;
  /** End of its last bar that was over at the as-of; -Infinity without one. */
  readonly end: EpochMs;
}

interface Search {
  readonly found: Found | undefined;
  /** Whether it reaches the as-of. */
  readonly isFresh: boolean;
  readonly attempts: SourceAttempt[];
  /** What each source that could not be asked said about when to ask again. */
  readonly waits: readonly (number | undefined)[];
  readonly rowsRefused: number;
  readonly refused: RefusedRow[];
}

@Injectable()
export class PriceCollector {
  private readonly limiters = new Map<string, RateLimiter>();

  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly candles: CandleRepository,
  ) {}

  /**
   * Asks one source after the other until one has the asset's bars up to the as-of, and stores them; when all that have
   * any ended long before, the one that goes furthest. What is stored already answers for a source that could not be
   * asked, if it leaves nothing to ask for.
   *
   * That no source has the asset is an outcome; that a source which may have it could not be asked is not: then another
   * attempt may find more. A second attempt at what was stored answers what the first one did.
   * @throws Fault `RateLimited` or `SourceUnavailable` when no source delivered and one could not be asked
   */
  async collect(input: CollectAssetInput, io: SourceIo, onProgress: (note: string) => void): Promise<AssetCollection> {
    const receipt = await this.candles.receiptOf(input);
    if (receipt) return this.withExtent(receipt);
    const { assetId, interval } = input;
    const asked: Asked = { assetId, interval, asOf: Math.min(Date.parse(input.asOf), io.now()) };
    const search = await this.search(asked, io, onProgress);
    const { found, attempts, rowsRefused, refused } = search;
    const keep = async (series: SeriesRef, candles: CandleAnswer['candles'], publicationLagMs: number) => {
      const kept = await this.candles.storeSeriesOnce(input, series, candles, publicationLagMs, (counts) => ({
        assetId,
        series,
        simulated: isSimulatedSource(series.source),
        rowsRead: candles.length,
        ...counts,
        attempts,
        rowsRefused,
        refused,
      }));
      return this.withExtent(kept);
    };
    const complete = search.isFresh ? undefined : await this.completeSeries(asked, attempts);
    if (complete) {
      explain(attempts, complete.source, 'what is stored of it leaves nothing to ask for');
      return keep(complete, [], 0);
    }
    if (found) {
      const { source, answer } = found;
      onProgress(`storing ${answer.candles.length} bars of ${source.id}`);
      return keep(seriesOf(source, asked, answer), answer.candles, source.offers.publicationLagMs);
    }
    if (search.waits.length > 0) throw couldNotAsk(asked, attempts, search.waits);
    return { ...nothingOf(asked), attempts, rowsRefused, refused };
  }

  /** Asks in order until an answer reaches the as-of; of answers that end long before, the one that goes furthest. */
  private async search(asked: Asked, io: SourceIo, onProgress: (note: string) => void): Promise<Search> {
    const attempts: SourceAttempt[] = [];
    const waits: (number | undefined)[] = [];
    const refused: RefusedRow[] = [];
    let rowsRefused = 0;
    let found: Found | undefined;
    let isFresh = false;
    for (const source of this.sources) {
      onProgress(`asking ${source.id}`);
      const begin = performance.now();
      const outcome = await this.ask(source, asked, this.limited(source, io, onProgress));
      attempts.push({ ...attemptOf(source, outcome), milliseconds: Math.round(performance.now() - begin) });
      if (outcome.kind === 'rateLimited') waits.push(outcome.retryAfterMs);
      if (outcome.kind === 'unavailable') waits.push(undefined);
      if (outcome.kind !== 'ok') continue;
      const { value: answer } = outcome;
      refused.push(...answer.refused);
      rowsRefused += answer.rowsRefused;
      if (answer.candles.length === 0) continue;
      const end = lastEnd(answer.candles, asked.interval, asked.asOf) ?? -Infinity;
      if (!found || end > found.end) found = { source, answer, end };
      isFresh = !isStale(end, asked.asOf);
      if (isFresh) break;
      explain(attempts, source.id, endsAt(end));
    }
    return { found, isFresh, attempts, waits, rowsRefused, refused: refused.slice(0, refusedShown) };
  }

  private limited(source: MarketDataSource, io: SourceIo, onProgress: (note: string) => void): SourceIo {
    const { id, limits } = source;
    const limiter = this.limiters.get(id) ?? new RateLimiter(limits.requestsPerMinute);
    this.limiters.set(id, limiter);
    return limitedIo(io, limiter, (ms) => onProgress(`waiting ${Math.ceil(ms / 1000)} s for the limit of ${id}`));
  }

  /** The stored real series of a source that could not be asked, when it leaves nothing to ask for. */
  private async completeSeries(
    { assetId, interval, asOf }: Asked,
    attempts: readonly SourceAttempt[],
  ): Promise<SeriesRef | undefined> {
    const asset = assetOf(assetId);
    const away = attempts.filter(({ outcome }) => outcome === 'unavailable' || outcome === 'rateLimited');
    const order = this.sources
      .filter(({ id, offers }) => !offers.wholeHistory && away.some(({ source }) => source === id))
      .map(({ id }) => id);
    if (!asset || order.length === 0) return undefined;
    const complete = [];
    for (const one of await this.candles.seriesOfAsset(assetId, interval)) {
      if (!order.includes(one.series.source)) continue;
      const coverage = await this.candles.coverage(one.series, firstWanted(asOf), asOf);
      if (isComplete(coverage, asset.assetClass, interval, asOf)) complete.push(one);
    }
    return preferredSeries(complete, order)?.series;
  }

  private async ask(source: MarketDataSource, asked: Asked, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { assetId, interval, asOf: to } = asked;
    const asset = assetOf(assetId);
    if (!asset) return { kind: 'unknownAsset' };
    const why = whyNotOffered(source.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    // a file is read to its end anyway, and what lies after the as-of is history, too
    if (source.offers.wholeHistory) return source.candles({ assetId, interval, from: null, to: io.now() }, io);
    const request: CandleRequest = { assetId, interval, from: await this.firstMissing(source, asked), to };
    const outcome = await source.candles(request, io);
    if (outcome.kind !== 'ok' || request.from === firstWanted(to)) return outcome;
    // what is stored was found under another basis (simulated, adjustment): this one begins earlier
    const series = seriesOf(source, asked, outcome.value);
    const from = firstMissing(await this.candles.coverage(series, firstWanted(to), to), interval, to);
    return request.from !== null && from < request.from ? source.candles({ ...request, from }, io) : outcome;
  }

  /**
   * First open time to ask for, by the best stored series of the source: which one answers is known only afterwards.
   *
   * Adjusted prices of the past change with every split: all of them are asked for, and what changed becomes a revision.
   */
  private async firstMissing(source: MarketDataSource, { assetId, interval, asOf: to }: Asked): Promise<EpochMs> {
    const stored = await this.candles.seriesOfAsset(assetId, interval);
    const own = stored.filter(({ series }) => askedSource(series.source) === source.id);
    if (own.some(({ series }) => series.adjustment !== 'raw')) return firstWanted(to);
    const firsts = [];
    for (const { series } of own) {
      firsts.push(firstMissing(await this.candles.coverage(series, firstWanted(to), to), interval, to));
    }
    return Math.max(firstWanted(to), ...firsts);
  }

  private async withExtent(receipt: CollectionReceipt): Promise<AssetCollection> {
    const { rows, first, last } = await this.candles.extent(receipt.series);
    return {
      ...receipt,
      rowsStored: rows,
      firstOpenTime: first === null ? null : toIso(first),
      lastOpenTime: last === null ? null : toIso(last),
    };
  }
}

function seriesOf({ id }: MarketDataSource, { assetId, interval }: Asked, answer: CandleAnswer): SeriesRef {
  const { quoteCurrency, adjustment, simulatedSeed } = answer;
  const source = simulatedSeed === null ? id : simulatedSource(id, simulatedSeed);
  return { assetId, interval, source, quoteCurrency, adjustment };
}

const endsAt = (end: EpochMs) =>
  Number.isFinite(end) ? `the last bar ended ${toIso(end)}` : 'no bar ended by the as-of';

/** Adds a remark to what is reported of a source. */
function explain(attempts: SourceAttempt[], id: string, remark: string): void {
  const attempt = attempts.find(({ source }) => source === id);
  if (attempt) attempt.detail = attempt.detail === undefined ? remark : `${attempt.detail}; ${remark}`;
}

function attemptOf(
  source: MarketDataSource,
  outcome: SourceOutcome<CandleAnswer>,
): Pick<SourceAttempt, 'source' | 'outcome' | 'detail'> {
  const detail = detailOf(outcome);
  // an answer whose every row was refused is no answer
  const isWorthless = outcome.kind === 'ok' && outcome.value.candles.length === 0;
  return {
    source: source.id,
    outcome: isWorthless ? 'badAnswer' : outcome.kind,
    ...(detail !== undefined && { detail }),
  };
}

function detailOf(outcome: SourceOutcome<CandleAnswer>): string | undefined {
  switch (outcome.kind) {
    case 'ok': {
      const { candles, rowsRefused } = outcome.value;
      return rowsRefused > 0 ? `${candles.length} bars, ${rowsRefused} rows refused` : undefined;
    }
    case 'rateLimited':
      return outcome.retryAfterMs === undefined
        ? undefined
        : `asks to wait ${Math.ceil(outcome.retryAfterMs / 1000)} s`;
    case 'missingKey':
      return `${outcome.variable} is not set`;
    case 'unavailable':
    case 'badAnswer':
    case 'notOffered':
      return outcome.why;
    case 'empty':
    case 'unknownAsset':
      return undefined;
  }
}

function couldNotAsk(
  { assetId }: Asked,
  attempts: readonly SourceAttempt[],
  waits: readonly (number | undefined)[],
): Fault {
  const said = attempts.map(({ source, outcome, detail }) => `${source} ${outcome}${detail ? ` (${detail})` : ''}`);
  const known = waits.filter((wait) => wait !== undefined);
  const isLimited = attempts.every(({ outcome }) => outcome !== 'unavailable');
  return new Fault(isLimited ? 'RateLimited' : 'SourceUnavailable', `no prices of ${assetId}: ${said.join('; ')}`, {
    // the first source to be free again is worth another attempt; a source that is away says no time
    ...(isLimited && known.length > 0 && { retryAfterMs: Math.min(...known) }),
  });
}

const nothingOf = ({ assetId }: { assetId: CollectAssetInput['assetId']; interval: Interval }) => ({
  assetId,
  series: null,
  simulated: false,
  rowsRead: 0,
  rowsNew: 0,
  rowsRevised: 0,
  rowsStored: 0,
  firstOpenTime: null,
  lastOpenTime: null,
});
