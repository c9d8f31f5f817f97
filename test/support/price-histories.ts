import type { MikroORM } from '@mikro-orm/postgresql';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { seededRandom } from '../../src/risk/domain/random.js';
import type { AssetId } from '../../src/shared/ids.js';
import type { SeriesRef } from '../../src/data/domain/candle.js';
import { dayMs, startOfUtcDay, type EpochMs } from '../../src/shared/time.js';

/** Midnight of today, in UTC: the bar of the day before has just ended. */
export const today = (): number => startOfUtcDay(Date.now());

export interface HistoryOf {
  readonly days: number;
  /** Daily deviation of its own, and its share of what moves all assets; the last close. */
  readonly own: number;
  readonly common: number;
  readonly last: number;
  /** Without Saturdays and Sundays, as an exchange. */
  readonly weekdaysOnly?: boolean;
  readonly source?: string;
}

/** Stores daily bars that know only their closes: open times and prices, oldest first. */
export async function storeCloses(
  orm: MikroORM,
  assetId: string,
  closes: readonly (readonly [openTime: EpochMs, close: string])[],
  over: Partial<SeriesRef> = {},
): Promise<void> {
  await new CandleRepository(orm.em.fork()).storeSeries(
    {
      assetId: assetId as AssetId,
      interval: '1d',
      source: 'yahoofinance',
      quoteCurrency: 'USD',
      adjustment: 'raw',
      ...over,
    },
    closes.map(([openTime, close]) => ({ openTime, open: null, high: null, low: null, close, volume: null })),
  );
}

/** Stores made-up daily closes until yesterday; what moves all assets is the same in every call. */
export async function storeHistories(orm: MikroORM, histories: Readonly<Record<string, HistoryOf>>): Promise<void> {
  const end = today();
  const common = seededRandom(7);
  const shared = Array.from({ length: 4_000 }, () => common.normal());
  for (const [index, [assetId, history]] of Object.entries(histories).entries()) {
    const { days, own, common: beta, last, weekdaysOnly = false, source = 'yahoofinance' } = history;
    const random = seededRandom(100 + index);
    const closes: [number, number][] = [];
    let price = last;
    for (let back = 1; back <= days; back++) {
      const openTime = end - back * dayMs;
      const weekday = new Date(openTime).getUTCDay();
      if (!weekdaysOnly || (weekday !== 0 && weekday !== 6)) closes.push([openTime, price]);
      price /= Math.exp(own * random.normal() + beta * shared[back]!);
    }
    await storeCloses(
      orm,
      assetId,
      closes.reverse().map(([openTime, close]) => [openTime, close.toFixed(8)]),
      { source },
    );
  }
}
