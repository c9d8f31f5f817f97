import { Inject, Injectable } from '@nestjs/common';
import { Fault } from '../shared/errors.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { CandleRepository } from './candle.repository.js';
import type { AssetCollection, CollectAssetInput, CollectionReceipt, SourceAttempt } from './data.contract.js';
import { assetOf } from './domain/assets.js';
import type { Interval, RefusedRow, SeriesRef } from './domain/candle.js';
import { firstMissing, firstWanted, whyNotOffered } from './domain/source-choice.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceIo,
  SourceOutcome,
} from './sources/market-data-source.js';

/** The configured sources, in the order in which they are asked. */
export const SOURCES = Symbol('market data sources');

const refusedShown = 20;

type Asked = Pick<CollectAssetInput, 'assetId' | 'interval'> & { asOf: EpochMs };

@Injectable()
export class PriceCollector {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly candles: CandleRepository,
  ) {}

  /**
   * Asks one source after the other until one has the asset's bars, and stores them.
   *
   * That no source has the asset is an outcome; that a source which may have it could not be asked is not: then another
   * attempt may find more. A second attempt at what was stored answers what the first one did.
   * @throws Fault `RateLimited` or `SourceUnavailable` when no source delivered and one could not be asked
   */
  async collect(input: CollectAssetInput, io: SourceIo, onProgress: (note: string) => void): Promise<AssetCollection> {
    const receipt = await this.candles.receiptOf(input);
    if (receipt) return this.withExtent(receipt);
    const asked: Asked = { assetId: input.assetId, interval: input.interval, asOf: Date.parse(input.asOf) };
    const attempts: SourceAttempt[] = [];
    const waits: (number | undefined)[] = [];
    const refused: RefusedRow[] = [];
    let rowsRefused = 0;
    for (const source of this.sources) {
      onProgress(`asking ${source.id}`);
      const begin = performance.now();
      const outcome = await this.ask(source, asked, io);
      attempts.push({ ...attemptOf(source, outcome), milliseconds: Math.round(performance.now() - begin) });
      if (outcome.kind === 'rateLimited') waits.push(outcome.retryAfterMs);
      if (outcome.kind === 'unavailable') waits.push(undefined);
      if (outcome.kind !== 'ok') continue;
      refused.push(...outcome.value.refused);
      rowsRefused += outcome.value.rowsRefused;
      if (outcome.value.candles.length === 0) continue;
      onProgress(`storing ${outcome.value.candles.length} bars of ${source.id}`);
      const { candles, simulated } = outcome.value;
      const series = seriesOf(source, asked, outcome.value);
      const lag = source.offers.publicationLagMs;
      const stored = await this.candles.storeSeriesOnce(input, series, candles, lag, (counts) => ({
        assetId: asked.assetId,
        series,
        simulated,
        rowsRead: candles.length,
        ...counts,
        attempts,
        rowsRefused,
        refused: refused.slice(0, refusedShown),
      }));
      return this.withExtent(stored);
    }
    if (waits.length > 0) throw couldNotAsk(asked, attempts, waits);
    return { ...nothingOf(asked), attempts, rowsRefused, refused: refused.slice(0, refusedShown) };
  }

  private async ask(source: MarketDataSource, asked: Asked, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { assetId, interval, asOf } = asked;
    const asset = assetOf(assetId);
    if (!asset) return { kind: 'unknownAsset' };
    const why = whyNotOffered(source.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const now = io.now();
    // a file is read to its end anyway, and what lies after the as-of is history, too
    if (source.offers.wholeHistory) return source.candles({ assetId, interval, from: null, to: now }, io);
    const to = Math.min(asOf, now);
    const request: CandleRequest = { assetId, interval, from: await this.firstMissing(source, asked, to), to };
    const outcome = await source.candles(request, io);
    if (outcome.kind !== 'ok' || request.from === firstWanted(to)) return outcome;
    // what is stored was found under another basis (simulated, adjustment): this one begins earlier
    const series = seriesOf(source, asked, outcome.value);
    const from = firstMissing(await this.candles.coverage(series, firstWanted(to), to), interval, to);
    return request.from !== null && from < request.from ? source.candles({ ...request, from }, io) : outcome;
  }

  /** First open time to ask for, by the best stored series of the source: which one answers is known only afterwards. */
  private async firstMissing(source: MarketDataSource, { assetId, interval }: Asked, to: EpochMs): Promise<EpochMs> {
    const stored = await this.candles.seriesOfAsset(assetId, interval);
    const own = stored.filter(({ series }) => idsOf(source).includes(series.source));
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

/** The names under which a source's bars are stored: what the simulator answers for it is kept apart. */
const idsOf = ({ id }: MarketDataSource) => [id, simulatedId(id)];
const simulatedId = (id: string) => `simulated:${id}`;

function seriesOf(source: MarketDataSource, { assetId, interval }: Asked, answer: CandleAnswer): SeriesRef {
  const { quoteCurrency, adjustment, simulated } = answer;
  return { assetId, interval, source: simulated ? simulatedId(source.id) : source.id, quoteCurrency, adjustment };
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
