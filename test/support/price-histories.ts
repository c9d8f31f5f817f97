import type { MikroORM } from '@mikro-orm/postgresql';
import { CandleRepository } from '../../src/data/candles/candle.repository.js';
import { seededRandom } from '../../src/risk/domain/random.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';

/** Midnight of today, in UTC: the bar of the day before has just ended. */
export const today = (): number => Math.floor(Date.now() / dayMs) * dayMs;

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

/** Stores made-up daily closes until yesterday; what moves all assets is the same in every call. */
export async function storeHistories(orm: MikroORM, histories: Readonly<Record<string, HistoryOf>>): Promise<void> {
  const candles = new CandleRepository(orm.em.fork());
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
    await candles.storeSeries(
      { assetId: assetId as AssetId, interval: '1d', source, quoteCurrency: 'USD', adjustment: 'raw' },
      closes.reverse().map(([openTime, close]) => ({
        openTime,
        open: null,
        high: null,
        low: null,
        close: close.toFixed(8),
        volume: null,
      })),
    );
  }
}
