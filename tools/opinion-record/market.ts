// Trades on a market without memory, whose mean result is known: what an honest test must not be fooled by.
import type { Random } from '../../src/risk/domain/random.js';
import { dayMs } from '../../src/shared/time.js';
import { loweringBounds } from '../../src/signals/domain/record/arm-tests.js';
import type { DelayedValue } from '../../src/signals/domain/record/sequential-test.js';

export interface Market {
  readonly assets: number;
  /** Days of one signal an asset, every `everyDays`. */
  readonly days: number;
  readonly everyDays: number;
  /** Probability that a day moves an asset as it moves the market; 1: all assets are the same one. */
  readonly common: number;
  /** Probability that a day moves a trade towards its target; 0.5: no trade has any expected result. */
  readonly up: number;
}

const [stop, target, expiryDays] = [-1, 2, 28];
/** R that a day moves a trade. */
const stepOfDay = 0.5;

/**
 * What following an opinion against each trade brings, by R: trades leave at a stop of -1 R, a target of 2 R or after 28
 * days, so that losers are known earlier than winners; an opinion takes away a quarter, a half or all of a trade.
 */
export function opposedTrades({ assets, days, everyDays, common, up }: Market, random: Random): DelayedValue[] {
  const found: DelayedValue[] = [];
  let open: { readonly asset: number; readonly day: number; r: number; readonly weight: number }[] = [];
  for (let day = 0; day < days + expiryDays; day++) {
    if (day < days && day % everyDays === 0) {
      for (let asset = 0; asset < assets; asset++) {
        open.push({ asset, day, r: 0, weight: [0.25, 0.5, 1][Math.floor(random.uniform() * 3)]! });
      }
    }
    const market = random.uniform();
    const moves = Array.from({ length: assets }, () => (random.uniform() < common ? market : random.uniform()));
    const stillOpen: typeof open = [];
    for (const trade of open) {
      trade.r += moves[trade.asset]! < up ? stepOfDay : -stepOfDay;
      const isOver = trade.r <= stop || trade.r >= target || day + 1 - trade.day >= expiryDays;
      if (!isOver) {
        stillOpen.push(trade);
        continue;
      }
      const closed = { at: (day + 1) * dayMs, value: 0 - trade.r };
      found.push({ openedAt: trade.day * dayMs, ...loweringBounds(target), closed, weight: trade.weight });
    }
    open = stillOpen;
  }
  return found;
}
