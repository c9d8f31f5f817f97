import { Inject, Injectable } from '@nestjs/common';
import { Fault } from '../../shared/errors.js';
import { secondMs, toIso, type EpochMs } from '../../shared/time.js';
import { failuresToOpen, type Rest } from '../../platform/outbound/circuit.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository, type ReceiptKey, type StoredCounts } from '../candles/candle.repository.js';
import type { FetchBarsInput, FetchedBars, SourceFetched } from '../data.contract.js';
import type { Asset } from '../domain/asset.js';
import { intervalMs, isClosed, isSimulatedSource, simulatedSource, type SeriesRef } from '../domain/candle.js';
import { briefly, gaveNothing, longestWaitMs, partsOf, withPart } from '../domain/collecting.js';
import { holesOf, partDays, usualFrom } from '../domain/history-plan.js';
import { isCurrent } from '../domain/source-choice.js';
import { isHundredfold } from '../domain/unit-change.js';
import { SOURCES } from '../sources/configured-sources.js';
import { badAnswer, type FailedOutcome } from '../sources/http-outcome.js';
import type { CandleAnswer, MarketDataSource, SourceIo, SourceOutcome } from '../sources/market-data-source.js';
import { detailOf } from '../sources/outcome-detail.js';
import { SourceGate } from '../sources/source-gate.js';
import { SourceAttempts } from './source-attempts.js';

const refusedShown = 20;
/** So often a source is asked for one part before the next source is; waits for a budget are nobody's failure. */
const mostQuestions = { unavailable: 3, rateLimited: 10 } as const;

/** Who is asked for what, and who hears of it. */
interface Scene {
  readonly source: MarketDataSource;
  readonly asset: Asset;
  readonly io: SourceIo;
  readonly tell: (note: string) => void;
}

/** Asks one source for one part of a history and stores what it gives. */
@Injectable()
export class BarFetcher {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly gate: SourceGate,
    private readonly attempts: SourceAttempts,
  ) {}

  /**
   * What the source has of the part; what it cannot give is an outcome, too. A part that was stored before in the same
   * collection is answered from its receipt, without asking.
   *
   * @throws Fault `RateLimited` (with the wait) or `SourceUnavailable` while another attempt soon is worth it: a few
   * times for one part, then it becomes an outcome
   */
  async fetch(input: FetchBarsInput, io: SourceIo, tell: Scene['tell']): Promise<FetchedBars> {
    const source = this.sources.find(({ id }) => id === input.source);
    if (!source) return gaveNothing({ outcome: 'notOffered', detail: 'is not configured any more' });
    const asset = (await this.assets.catalogue()).of(input.assetId);
    if (!asset) return gaveNothing({ outcome: 'unknownAsset' });
    return this.fetchPart({ source, asset, io, tell }, input);
  }

  private async fetchPart(scene: Scene, input: FetchBarsInput): Promise<FetchedBars> {
    const { source, io, tell } = scene;
    const receipt = await this.candles.receiptOf(keyOf(input));
    if (receipt) return receipt;
    tell(`asking ${source.id}`);
    const counting = this.gate.guard(source, io, (ms) =>
      tell(`waiting ${Math.ceil(ms / secondMs)} s for the budget of ${source.id}`),
    );
    const rest = await this.gate.restingUntil(source);
    const begin = performance.now();
    const outcome = rest ? await this.restOutcome(source, rest) : await this.ask(scene, input, counting);
    const milliseconds = Math.round(performance.now() - begin);
    const fetched =
      outcome.kind === 'ok'
        ? await this.stored(scene, input, outcome.value, milliseconds)
        : gaveNothing(failed(outcome), milliseconds);
    await this.attempts.record(input, fetched, counting.requests, io.now());
    if (!rest || outcome.kind === 'rateLimited') await this.throwIfWorthAnother(input, fetched);
    return fetched;
  }

  private async stored(
    scene: Scene,
    input: FetchBarsInput,
    answer: CandleAnswer,
    milliseconds: number,
  ): Promise<FetchedBars> {
    const { source, asset, io, tell } = scene;
    const { interval } = input;
    const series = seriesOf(source, input, answer);
    const earlier = await this.fetchEarlier(scene, input, series);
    const asOf = Math.min(Date.parse(input.asOf), io.now());
    const last = answer.candles.findLast(({ openTime }) => isClosed(openTime, interval, asOf))?.openTime;
    const detail = remarkOn(asset, answer, input, { last, asOf });
    tell(`storing ${answer.candles.length} bars of ${source.id}`);
    const receiptOf = (counts: StoredCounts): FetchedBars => {
      const part: FetchedBars = {
        outcome: 'ok',
        ...(detail !== undefined && { detail }),
        milliseconds,
        isCurrent: last !== undefined && isCurrent(asset.assetClass, interval, last, asOf),
        series,
        simulated: isSimulatedSource(series.source),
        rowsRead: answer.candles.length,
        ...counts,
        rowsRefused: answer.rowsRefused,
        refused: answer.refused.slice(0, refusedShown),
      };
      return earlier ? withPart(earlier, source.id, part) : part;
    };
    const { publicationLagMs } = source.offers;
    return this.candles.storeSeriesOnce(
      keyOf(input),
      series,
      answer.candles,
      publicationLagMs,
      receiptOf,
      answer.actions,
    );
  }

  /** One question; what came is known to all processes before anybody uses it. */
  private async ask({ source, asset }: Scene, input: FetchBarsInput, io: SourceIo) {
    const { interval, part } = input;
    const from = part.from === null ? null : Date.parse(part.from);
    const answered = await source.candles({ asset, interval, from, to: Date.parse(part.to) }, io);
    const outcome = await this.believed(source, input, answered);
    await this.gate.learn(source, outcome);
    return outcome;
  }

  /** A worthless answer, or one whose prices are of another unit than what is stored, is a bad answer. */
  private async believed(
    source: MarketDataSource,
    input: FetchBarsInput,
    outcome: SourceOutcome<CandleAnswer>,
  ): Promise<SourceOutcome<CandleAnswer>> {
    if (outcome.kind !== 'ok') return outcome;
    const { candles, rowsRefused, refused, actions } = outcome.value;
    if (candles.length === 0) {
      const [first] = refused;
      return first
        ? badAnswer(`all ${rowsRefused} rows refused, the first: ${first.where} ${first.reason}`)
        : { kind: 'empty' };
    }
    // a split of a hundred for one changes all adjusted prices, and the source tells it
    const isSplit = actions.some(
      (one) => one.kind === 'split' && isHundredfold(Number(one.numerator), Number(one.denominator)),
    );
    if (isSplit) return outcome;
    const why = await this.candles.whyUnitChanged(seriesOf(source, input, outcome.value), candles);
    return why === undefined ? outcome : badAnswer(why);
  }

  /** A rest after failures is a source that is away; one that the provider asked for, or a spent budget, is a limit. */
  private async restOutcome(source: MarketDataSource, { leftMs, why }: Rest): Promise<FailedOutcome> {
    const [standing] = await this.gate.state([source]);
    // the address in it is of the question that failed last, maybe another asset's
    if (standing && standing.failures >= failuresToOpen) return { kind: 'unavailable', why: briefly(why) };
    return { kind: 'rateLimited', retryAfterMs: leftMs, why };
  }

  private async throwIfWorthAnother(input: FetchBarsInput, fetched: FetchedBars): Promise<void> {
    const { outcome, retryAfterMs } = fetched;
    if (!input.mayWait || (outcome !== 'unavailable' && outcome !== 'rateLimited')) return;
    if ((retryAfterMs ?? 0) > longestWaitMs) return;
    const most =
      outcome === 'rateLimited' && retryAfterMs === undefined ? mostQuestions.unavailable : mostQuestions[outcome];
    if ((await this.attempts.count(input, outcome)) >= most) return;
    const said = `${input.source} ${outcome}${fetched.detail ? ` (${fetched.detail})` : ''}`;
    throw new Fault(outcome === 'rateLimited' ? 'RateLimited' : 'SourceUnavailable', said, {
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  /**
   * The part was planned for another series than the one that answers (simulated or real, another adjustment): what that
   * one misses before the part is fetched first, each piece with a receipt of its own. Undefined when it misses nothing.
   */
  private async fetchEarlier(
    scene: Scene,
    input: FetchBarsInput,
    series: SeriesRef,
  ): Promise<SourceFetched | undefined> {
    const { source, asset } = scene;
    const { interval, part, completes } = input;
    if (completes === null || completes === series.source || part.from === null) return undefined;
    const from = input.from === null ? usualFrom(interval, Date.parse(input.asOf)) : Date.parse(input.from);
    const before = Date.parse(part.from);
    const stored = await this.candles.openTimes(series, from, before);
    let sum: SourceFetched | undefined;
    for (const hole of holesOf({ assetClass: asset.assetClass, interval, from, asOf: before }, stored)) {
      const window = { from: toIso(hole.from), to: toIso(hole.to) };
      for (const earlier of partsOf(window, partDays(asset.assetClass, interval, source.offers.mostBars?.[interval]))) {
        const fetched = await this.fetchPart(scene, { ...input, part: earlier, completes: null });
        sum = withPart(sum, source.id, fetched);
        // what is left is missing still, and the next collection asks for it
        if (fetched.outcome !== 'ok' && fetched.outcome !== 'empty') return sum;
      }
    }
    return sum;
  }
}

const keyOf = ({ collectionId, assetId, interval, source, part }: FetchBarsInput): ReceiptKey => ({
  collectionId,
  assetId,
  interval,
  source,
  part: part.from === null ? 'all' : `${part.from}/${part.to}`,
});

function seriesOf(
  { id }: MarketDataSource,
  { assetId, interval }: Pick<FetchBarsInput, 'assetId' | 'interval'>,
  { quoteCurrency, adjustment, simulatedSeed }: CandleAnswer,
): SeriesRef {
  const source = simulatedSeed === null ? id : simulatedSource(id, simulatedSeed);
  return { assetId, interval, source, quoteCurrency, adjustment };
}

/** What a report says of an answer that was stored; undefined when there is nothing to say. */
function remarkOn(
  { assetClass }: Asset,
  { candles, rowsRefused }: CandleAnswer,
  { interval, part }: FetchBarsInput,
  { last, asOf }: { last: EpochMs | undefined; asOf: EpochMs },
): string | undefined {
  const remarks = rowsRefused > 0 ? [`${candles.length} bars, ${rowsRefused} rows refused`] : [];
  if (last === undefined) remarks.push('no bar ended by the as-of');
  else if (Date.parse(part.to) >= asOf && !isCurrent(assetClass, interval, last, asOf)) {
    remarks.push(`the last bar ended ${toIso(last + intervalMs[interval])}`);
  }
  return remarks.length > 0 ? remarks.join('; ') : undefined;
}

function failed(outcome: FailedOutcome): Pick<FetchedBars, 'outcome' | 'detail' | 'retryAfterMs'> {
  const { kind } = outcome;
  const detail = detailOf(outcome);
  return {
    outcome: kind,
    ...(detail !== undefined && { detail }),
    ...(kind === 'rateLimited' && outcome.retryAfterMs !== undefined && { retryAfterMs: outcome.retryAfterMs }),
  };
}
