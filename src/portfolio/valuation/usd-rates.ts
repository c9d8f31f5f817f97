import { Injectable } from '@nestjs/common';
import { isStale } from '../../data/domain/price-basis.js';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import type { UsdRateAt } from '../domain/cost-conversion.js';
import { Exact } from '../domain/exact.js';

const usd = 'USD' as AssetId;

/** What currencies were worth in US dollars, day by day. */
@Injectable()
export class UsdRates {
  constructor(private readonly closes: DailyCloses) {}

  /** Daily rates of currencies before an instant: that of a day counts for whatever came after it ended. */
  async of(currencies: Iterable<AssetId>, viewer: OwnerId, asOf: EpochMs): Promise<UsdRateAt> {
    const others = [...new Set(currencies)].filter((currency) => currency !== usd);
    if (others.length === 0) return () => undefined;
    const daily = await this.closes.of(others, { viewer, before: asOf - dayMs + 1 });
    return (currency, at) => {
      const rates = daily.get(currency);
      if (!rates) return undefined;
      const index = lastAtOrBefore(rates.openTimes, at - dayMs);
      if (index < 0 || isStale({ time: rates.openTimes[index]! + dayMs }, at)) return undefined;
      return new Exact(rates.usd[index]!).toFixed();
    };
  }
}

/** Index of the last of ascending instants that is not after one; -1 for none. */
function lastAtOrBefore(instants: Float64Array, at: EpochMs): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
