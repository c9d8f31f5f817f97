import type { Asset } from '../../src/data/domain/asset.js';
import { intervalMs, type Interval } from '../../src/data/domain/candle.js';
import { session } from '../../src/data/domain/exchange-calendar.js';
import { assetsBySpelling } from './asset-spellings.js';
import { joined, joinedBy, type Bar, type BarSource, type Dividend, type PartMinutes, type Split } from './bar.js';
import { distortionOf, type DataFault, type Distortion } from './faults.js';
import { decimalsOf } from './price-model.js';
import { SeededNoise, type NoiseStream } from './random.js';
import type { SourceName } from './source-names.js';
import { dayMs, hourMs, minuteMs, type EpochMs } from '../../src/shared/time.js';

/** Where prices come from, and when it is. */
export interface Market {
  readonly bars: BarSource;
  readonly now: EpochMs;
  /** Of the small differences between the sources; undefined where every source tells the same. */
  readonly spreadSeed: number | undefined;
}

/** Two sources are apart by at most twice this fraction. */
const spread = 5e-4;
/** What perpetual futures cost more than the coin: a slow wave around a premium. */
const premium = { mean: 8e-4, amplitude: 1.5e-3, days: 45 } as const;

/** How a source quotes: in Tether where it is an exchange of coins, with history adjusted for splits or as traded. */
interface Manner {
  readonly inTether: boolean;
  readonly adjusted: boolean;
  readonly perpetual: boolean;
}

const plain: Manner = { inTether: false, adjusted: true, perpetual: false };
const manners: Readonly<Record<SourceName, Manner>> = {
  binance: { ...plain, inTether: true },
  yahoofinance: plain,
  coingecko: plain,
  polygon: plain,
  alphavantage: { ...plain, adjusted: false },
  coinmarketcap: plain,
  fks_data: { ...plain, inTether: true, perpetual: true },
};

const startOfDay = (instant: EpochMs) => Math.floor(instant / dayMs) * dayMs;
const startOfWeek = (day: EpochMs) => day - ((day / dayMs + 3) % 7) * dayMs;

/** One source's view of the market during one request: its own prices, and what faults make of them. */
export class Feed {
  private readonly manner: Manner;

  constructor(
    private readonly source: SourceName,
    private readonly market: Market,
    private readonly faults: readonly DataFault[],
  ) {
    this.manner = manners[source];
  }

  get now(): EpochMs {
    return this.market.now;
  }

  /** The asset behind this source's spelling of it. */
  asset(spelling: string): Asset | undefined {
    return assetsBySpelling[this.source].get(spelling);
  }

  /** The stamp that the source prints for an instant. */
  stamp(asset: Asset, instant: EpochMs): EpochMs {
    return instant + this.distortion(asset).shiftMs;
  }

  /** Whether the source knows what happens within a day. */
  get knowsParts(): boolean {
    return this.market.bars.parts !== undefined;
  }

  /**
   * Its bars, oldest first, that start in `[from, to]` and have traded; the last one may be running. Within a day there
   * are some only where the source knows them.
   */
  async bars(
    asset: Asset,
    interval: Interval,
    from: EpochMs = -Infinity,
    to: EpochMs = Infinity,
    { adjusted = this.manner.adjusted }: { adjusted?: boolean } = {},
  ): Promise<Bar[]> {
    const shown = await this.shown(asset, adjusted);
    if (interval !== '1w') return (await this.trueBars(asset, interval, from, to)).map(shown);
    const days = (await this.trueBars(asset, '1d', -Infinity, Infinity)).map(shown);
    return weeks(days).filter(within(from, to));
  }

  /** The newest daily bar, which may be running; undefined for an asset that it does not have. */
  async last(asset: Asset): Promise<Bar | undefined> {
    const last = (await this.trueBars(asset, '1d', -Infinity, Infinity)).at(-1);
    return last && (await this.shown(asset, this.manner.adjusted))(last);
  }

  /** When the last trade was that the source has seen. */
  lastTrade(asset: Asset, last: Bar): EpochMs {
    const now = this.seenUntil(asset);
    return asset.assetClass === 'crypto' ? Math.min(now, last.start + dayMs) : Math.min(now, session(last.start).close);
  }

  async has(asset: Asset): Promise<boolean> {
    return (await this.market.bars.daily(asset, this.now)).length > 0;
  }

  async firstDay(asset: Asset): Promise<EpochMs | undefined> {
    return (await this.market.bars.daily(asset, this.now))[0]?.start;
  }

  /** Splits that have happened, as the source tells them. */
  splits(asset: Asset): readonly Split[] {
    return [...this.market.bars.splits(asset), ...this.distortion(asset).announced]
      .filter(({ on }) => on <= this.now)
      .sort((a, b) => a.on - b.on);
  }

  dividends(asset: Asset): readonly Dividend[] {
    return this.market.bars.dividends(asset).filter(({ on }) => on <= this.now);
  }

  private distortion({ id }: Asset): Distortion {
    return distortionOf(this.faults, id);
  }

  private seenUntil(asset: Asset): EpochMs {
    return Math.min(this.now, this.distortion(asset).stoppedAt);
  }

  private async trueBars(asset: Asset, interval: Exclude<Interval, '1w'>, from: EpochMs, to: EpochMs): Promise<Bar[]> {
    const now = this.seenUntil(asset);
    const daily = await this.market.bars.daily(asset, now);
    const days = daily.filter(within(interval === '1d' ? from : startOfDay(from), to));
    if (interval === '1d') return this.traded(asset, days, now);
    const bars = days.flatMap((day) => this.partsOf(asset, day, interval, now));
    return bars.filter(within(from, to));
  }

  /** The days that have begun, the running one as far as it has come. */
  private async traded(asset: Asset, days: readonly Bar[], now: EpochMs): Promise<Bar[]> {
    const last = days.at(-1);
    if (!last || last.start + dayMs <= now) return [...days];
    const { parts } = this.market.bars;
    const seen = parts ? parts.until(asset, last, now) : hasOpened(asset, last, now) ? last : undefined;
    return seen ? [...days.slice(0, -1), seen] : days.slice(0, -1);
  }

  private partsOf(asset: Asset, day: Bar, interval: Interval, now: EpochMs): Bar[] {
    const { parts } = this.market.bars;
    if (!parts) return [];
    const minutes = intervalMs[interval] / minuteMs;
    const unit: PartMinutes = minutes >= 60 ? 60 : minutes >= 5 ? 5 : 1;
    const opened = parts.of(asset, day, unit).filter(({ start }) => start < now);
    const running = opened.at(-1);
    const seen =
      running && running.start + unit * minuteMs > now ? this.seenOf(asset, day, running.start, now) : running;
    const units = running && seen ? [...opened.slice(0, -1), seen] : opened;
    return grouped(units, minutes / unit);
  }

  /** What has been seen of a part that is running. */
  private seenOf(asset: Asset, day: Bar, start: EpochMs, now: EpochMs): Bar | undefined {
    const minutes = this.market.bars.parts!.of(asset, day, 1).filter((bar) => bar.start >= start && bar.start < now);
    return minutes.length === 0 ? undefined : joined(minutes);
  }

  /** How this source prints bars of the asset. */
  private async shown(asset: Asset, adjusted: boolean): Promise<(bar: Bar) => Bar> {
    const distortion = this.distortion(asset);
    const splits = this.splits(asset);
    const tether = this.manner.inTether ? await this.tetherCloses() : undefined;
    const own = this.ownDifference(asset);
    // a day and its parts are rounded alike
    const closes = new Map((await this.market.bars.daily(asset, this.now)).map(({ start, close }) => [start, close]));
    return (bar) => {
      const day = startOfDay(bar.start);
      const shares = splits
        .filter(({ on }) => adjusted || on <= day)
        .reduce((product, { ratio }) => product * ratio, 1);
      const factor = (own(day) * distortion.factorAt(bar.start)) / (tether?.get(day) ?? 1);
      const finer = shares === 1 ? 0 : Math.ceil(Math.abs(Math.log10(shares)));
      const decimals = decimalsOf(asset, closes.get(day) ?? bar.close) + finer;
      const price = (value: number) =>
        factor === 1 && shares === 1
          ? value
          : Math.max(10 ** -decimals, Number(((value * factor) / shares).toFixed(decimals)));
      return {
        start: bar.start,
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: bar.volume === null || shares === 1 ? bar.volume : Math.round(bar.volume * shares),
      };
    };
  }

  private async tetherCloses(): Promise<ReadonlyMap<EpochMs, number> | undefined> {
    const tether = assetsBySpelling.coingecko.get('tether');
    if (!tether || this.market.spreadSeed === undefined) return undefined;
    const bars = await this.market.bars.daily(tether, this.now);
    return new Map(bars.map(({ start, close }) => [start, close]));
  }

  /** The same the whole day long, so that the parts of a day are still the day. */
  private ownDifference(asset: Asset): (day: EpochMs) => number {
    const seed = this.market.spreadSeed;
    if (seed === undefined) return () => 1;
    const stream: NoiseStream = new SeededNoise(seed).stream(`${this.source}/${asset.id}`);
    return (day) => {
      const n = day / dayMs;
      const own = 1 + spread * (2 * stream.uniform(n, 0) - 1);
      if (!this.manner.perpetual) return own;
      return own * (1 + premium.mean + premium.amplitude * Math.sin((2 * Math.PI * n) / premium.days));
    };
  }
}

const within =
  (from: EpochMs, to: EpochMs) =>
  ({ start }: Bar): boolean =>
    start >= from && start <= to;

/** Nobody has seen a session's prices before it opens. */
const hasOpened = ({ assetClass }: Asset, day: Bar, now: EpochMs): boolean =>
  (assetClass === 'crypto' ? day.start : session(day.start).open) < now;

function grouped(bars: readonly Bar[], size: number): Bar[] {
  if (size === 1) return [...bars];
  return Array.from({ length: Math.ceil(bars.length / size) }, (_, i) => joined(bars.slice(i * size, (i + 1) * size)));
}

const weeks = (days: readonly Bar[]): Bar[] => joinedBy(days, startOfWeek);

/** Hours by the clock rather than from a session's opening on. */
export const byTheClock = (bars: readonly Bar[]): Bar[] =>
  joinedBy(bars, (start) => Math.floor(start / hourMs) * hourMs);
