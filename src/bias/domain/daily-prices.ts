import type { AssetId } from '../../shared/ids.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import type { Closes } from './trading-history.js';

/** UTC days, counted from a history's first. */
export type Day = number;

/** A price counts for so many days when no newer one is there: weekends and holidays. */
const longestAgeDays = 7;

/** Closes by day, the last one carried over days without trading. */
export class DailyPrices {
  readonly days: number;
  private readonly rows = new Map<AssetId, Float64Array>();

  constructor(
    closes: ReadonlyMap<AssetId, Closes>,
    private readonly first: EpochMs,
    end: EpochMs,
  ) {
    this.days = Math.max(0, Math.floor((end - first) / dayMs));
    for (const [assetId, { openTimes, closes: own }] of closes) {
      const row = new Float64Array(this.days).fill(Number.NaN);
      let at = 0;
      for (let day = 0; day < this.days; day++) {
        const opens = first + day * dayMs;
        while (at + 1 < openTimes.length && openTimes[at + 1]! <= opens) at++;
        const age = (opens - openTimes[at]!) / dayMs;
        if (age >= 0 && age <= longestAgeDays) row[day] = own[at]!;
      }
      this.rows.set(assetId, row);
    }
  }

  get assets(): readonly AssetId[] {
    return [...this.rows.keys()];
  }

  dayOf(at: EpochMs): Day {
    return Math.floor((at - this.first) / dayMs);
  }

  /** Start of the UTC month that a day lies in, as a key. */
  monthOf(day: Day): string {
    return new Date(this.first + day * dayMs).toISOString().slice(0, 7);
  }

  /** NaN where nobody knows. */
  close(assetId: AssetId, day: Day): number {
    return this.rows.get(assetId)?.[day] ?? Number.NaN;
  }

  /** Return over some days until the end of a day; NaN where nobody knows. */
  returnUntil(assetId: AssetId, day: Day, days: number): number {
    return this.close(assetId, day) / this.close(assetId, day - days) - 1;
  }
}
