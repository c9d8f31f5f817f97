import type { Asset } from '../../src/data/domain/asset.js';
import { session } from '../../src/data/domain/exchange-calendar.js';
import { dayMs, minuteMs, type EpochMs } from '../../src/shared/time.js';
import { joined, type Bar, type DayParts, type PartMinutes } from './bar.js';
import type { NoiseStream, SeededNoise } from './random.js';

/** From the coarsest parts to the finest: each is split into the next. */
const levels = [60, 5, 1] as const;
/** How much of a bar's range one of its parts covers, before their number is counted in. */
const partReach = 0.6;

/** Splits days into hours, hours into five minutes and those into minutes: a path through the day that depends on the seed alone. */
export class ModelParts implements DayParts {
  constructor(private readonly noise: SeededNoise) {}

  of(asset: Asset, day: Bar, minutes: PartMinutes): readonly Bar[] {
    let parts: readonly Bar[] = [day];
    for (const level of levels) {
      parts = parts.flatMap((part) => this.split(asset, part, level, endOf(asset, day, part.start, level)));
      if (level === minutes) break;
    }
    return parts;
  }

  until(asset: Asset, day: Bar, now: EpochMs): Bar | undefined {
    const seen: Bar[] = [];
    let running: Bar | undefined = day;
    for (const level of levels) {
      const end = endOf(asset, day, running.start, level);
      const parts: readonly Bar[] = this.split(asset, running, level, end).filter(({ start }) => start < now);
      running = parts.at(-1);
      if (!running) return undefined;
      // the last minute is taken as a whole: nothing shorter is modelled
      if (level === 1 || partEnd(running, level, end) <= now) return joined([...seen, ...parts], day.start);
      seen.push(...parts.slice(0, -1));
    }
    return undefined;
  }

  /** The bar in parts of so many minutes, the last one up to `end`. */
  private split(asset: Asset, whole: Bar, minutes: PartMinutes, end: EpochMs): Bar[] {
    const step = minutes * minuteMs;
    const first = firstTrade(asset, whole.start, minutes);
    const count = Math.ceil((end - first) / step);
    const stream = this.noise.stream(`${asset.id}/${minutes}m`);
    const starts = Array.from({ length: count }, (_, i) => first + i * step);
    return pathThrough(whole, starts, stream, asset.assetClass === 'crypto');
  }
}

const partEnd = ({ start }: Bar, minutes: PartMinutes, end: EpochMs) => Math.min(start + minutes * minuteMs, end);

/** A day's first hour begins when it opens; every other part begins where the coarser one does. */
const firstTrade = ({ assetClass }: Asset, start: EpochMs, minutes: PartMinutes): EpochMs =>
  minutes === 60 && assetClass !== 'crypto' ? session(start).open : start;

/** Where the bar ends that is to be split into parts of so many minutes. */
function endOf({ assetClass }: Asset, day: Bar, start: EpochMs, minutes: PartMinutes): EpochMs {
  const close = assetClass === 'crypto' ? day.start + dayMs : session(day.start).close;
  return minutes === 60 ? close : Math.min(start + (minutes === 5 ? 60 : 5) * minuteMs, close);
}

/** Parts with these starts that open, reach and close as the whole does, and trade its volume. */
function pathThrough(whole: Bar, starts: readonly EpochMs[], stream: NoiseStream, fractional: boolean): Bar[] {
  const { open, high, low, close } = whole;
  const count = starts.length;
  const keys = starts.map((start) => start / minuteMs);
  const step = (partReach * Math.log(high / low)) / Math.sqrt(count);
  const walk = [0];
  for (const [i, key] of keys.entries()) walk.push(walk[i]! + step * stream.normal(key, 0));
  // a bridge: bent so that it arrives at the close
  const bent = (i: number) => walk[i]! - (i / count) * walk[count]! + (i / count) * Math.log(close / open);
  const within = (price: number) => Math.min(high, Math.max(low, price));
  const points = walk.map((_, i) => (i === 0 ? open : i === count ? close : within(open * Math.exp(bent(i)))));
  const tops = starts.map((_, i) => Math.max(points[i]!, points[i + 1]!));
  const bottoms = starts.map((_, i) => Math.min(points[i]!, points[i + 1]!));
  const [highest, lowest] = [tops.indexOf(Math.max(...tops)), bottoms.indexOf(Math.min(...bottoms))];
  const reach = (i: number, draw: number) => Math.exp(0.5 * step * Math.abs(stream.normal(keys[i]!, draw)));
  const volumes = shares(whole.volume, keys, stream, fractional);
  return starts.map((start, i) => ({
    start,
    open: points[i]!,
    high: i === highest ? high : within(tops[i]! * reach(i, 2)),
    low: i === lowest ? low : within(bottoms[i]! / reach(i, 4)),
    close: points[i + 1]!,
    volume: volumes[i]!,
  }));
}

/** The volume shared out so that its parts sum to it exactly: whole shares, and hundred-thousandths of a dear coin. */
function shares(
  volume: number | null,
  keys: readonly number[],
  stream: NoiseStream,
  fractional: boolean,
): (number | null)[] {
  if (volume === null) return keys.map(() => null);
  const unit = fractional && volume < 1e7 ? 1e5 : 1;
  const weights = keys.map((key) => Math.exp(0.4 * stream.normal(key, 6)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const units = Math.round(volume * unit);
  let sum = 0;
  let given = 0;
  return weights.map((weight) => {
    sum += weight;
    const upTo = Math.round((units * sum) / total);
    const part = upTo - given;
    given = upTo;
    return part / unit;
  });
}
