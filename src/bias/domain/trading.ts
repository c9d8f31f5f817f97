import type { AssetId } from '../../shared/ids.js';
import { startOfUtcDay, dayMs } from '../../shared/time.js';
import { DailyPrices, type Day } from './daily-prices.js';
import type { Move, TradingHistory } from './trading-history.js';

/** Of an asset on a day, all purchases or all sales. */
interface DayTrade {
  readonly day: Day;
  readonly assetId: AssetId;
  units: number;
  /** Before fees; null when that of any is unknown. */
  usd: number | null;
  /** A fee that nobody told of is none. */
  feeUsd: number;
}

/** Sales of an asset on a day, against what the units had cost on average. */
interface Sale extends DayTrade {
  /** Price over average cost, less 1, both with their fees left out; null where the cost is unknown. */
  readonly gain: number | null;
  readonly gainUsd: number | null;
  /** Of one unit, on average, when the day began; null where nobody knows. */
  readonly averageCost: number | null;
  /** The last day on which units were bought before. */
  readonly lastBought: Day | null;
}

/** What was held when a day with a sale began, of known cost. */
interface HeldAtSale {
  readonly assetId: AssetId;
  readonly averageCost: number;
  readonly sold: Sale | undefined;
}

interface SaleDay {
  readonly day: Day;
  readonly held: readonly HeldAtSale[];
  /** Of all sales of the day; null when that of any is unknown. */
  readonly gainUsd: number | null;
}

/** What trading did, by days: several fills of an order are one decision. */
export interface Trading {
  readonly history: TradingHistory;
  readonly prices: DailyPrices;
  /** By days, ascending; only those that are judged. */
  readonly buys: readonly DayTrade[];
  readonly sales: readonly Sale[];
  readonly saleDays: readonly SaleDay[];
  /** Value of what was held, with a price, when the months began in which something was traded. */
  readonly valueAtMonth: ReadonlyMap<string, number>;
}

interface Held {
  units: number;
  cost: number | null;
  lastBought: Day | null;
}

/** Prices before the first judged trade that the tests look back on. */
export const lookBackDays = 400;
/** What rounding leaves of units that all went away, in relation to what was there. */
const dust = 1e-9;

/**
 * Follows a portfolio through its days. Average cost counts what was paid without fees, over all accounts; what came without
 * a known cost makes that of the asset unknown until all of it has gone.
 */
export function tradingOf(history: TradingHistory): Trading {
  const first = startOfUtcDay(history.since) - lookBackDays * dayMs;
  const prices = new DailyPrices(history.closes, first, startOfUtcDay(history.asOf));
  const held = new Map<AssetId, Held>();
  const [buys, sales, saleDays] = [[] as DayTrade[], [] as Sale[], [] as SaleDay[]];
  const valueAtMonth = new Map<string, number>();
  const judgedFrom = prices.dayOf(history.since);
  for (const { day, moves } of byDays(history.moves, prices)) {
    const isJudged = day >= judgedFrom && day < prices.days;
    const month = isJudged ? prices.monthOf(day) : '';
    if (isJudged && !valueAtMonth.has(month)) valueAtMonth.set(month, valueOf(held, prices, day - 1));
    const bought = summed(moves, 'buy', day);
    const boughtToday = new Map(bought.map((one) => [one.assetId, one]));
    const sold = summed(moves, 'sell', day).map((sale) => {
      // what was not held in the morning was bought on the same day
      const today = boughtToday.get(sale.assetId);
      const before = held.get(sale.assetId) ?? (today && { units: today.units, cost: today.usd, lastBought: day });
      return saleOf(sale, before);
    });
    if (isJudged) {
      buys.push(...bought);
      sales.push(...sold);
      if (sold.length > 0) saleDays.push({ day, held: heldAtSale(held, sold), gainUsd: sumOrNull(sold) });
    }
    for (const move of moves) follow(held, move, day);
  }
  return { history, prices, buys, sales, saleDays, valueAtMonth };
}

function* byDays(moves: readonly Move[], prices: DailyPrices): Generator<{ day: Day; moves: Move[] }> {
  let today: Move[] = [];
  for (const move of moves) {
    if (today.length > 0 && prices.dayOf(today[0]!.at) !== prices.dayOf(move.at)) {
      yield { day: prices.dayOf(today[0]!.at), moves: today };
      today = [];
    }
    today.push(move);
  }
  if (today.length > 0) yield { day: prices.dayOf(today[0]!.at), moves: today };
}

function summed(moves: readonly Move[], kind: 'buy' | 'sell', day: Day): DayTrade[] {
  const trades = new Map<AssetId, DayTrade>();
  for (const move of moves) {
    if (move.kind !== kind) continue;
    const known = trades.get(move.assetId);
    const { assetId, units, usd, feeUsd } = move;
    if (!known) trades.set(assetId, { day, assetId, units, usd, feeUsd: feeUsd ?? 0 });
    else {
      known.units += units;
      known.usd = known.usd === null || usd === null ? null : known.usd + usd;
      known.feeUsd += feeUsd ?? 0;
    }
  }
  return [...trades.values()];
}

function saleOf(sale: DayTrade, before: Held | undefined): Sale {
  const { units, usd } = sale;
  const averageCost = before && before.cost !== null && before.units > 0 ? before.cost / before.units : null;
  const isKnown = averageCost !== null && averageCost > 0 && usd !== null && units > 0;
  return {
    ...sale,
    gain: isKnown ? usd / units / averageCost - 1 : null,
    gainUsd: isKnown ? usd - averageCost * units : null,
    averageCost,
    lastBought: before?.lastBought ?? null,
  };
}

function heldAtSale(held: ReadonlyMap<AssetId, Held>, sold: readonly Sale[]): HeldAtSale[] {
  const today = new Map(sold.map((sale) => [sale.assetId, sale]));
  return [...held].flatMap(([assetId, { units, cost }]) =>
    units > 0 && cost !== null && cost > 0 ? { assetId, averageCost: cost / units, sold: today.get(assetId) } : [],
  );
}

const sumOrNull = (sales: readonly Sale[]): number | null =>
  sales.reduce<number | null>((sum, { gainUsd }) => (sum === null || gainUsd === null ? null : sum + gainUsd), 0);

function valueOf(held: ReadonlyMap<AssetId, Held>, prices: DailyPrices, day: Day): number {
  let value = 0;
  for (const [assetId, { units }] of held) {
    const close = prices.close(assetId, day);
    if (close > 0) value += units * close;
  }
  return value;
}

function follow(held: Map<AssetId, Held>, { assetId, kind, units, usd }: Move, day: Day): void {
  const own = held.get(assetId) ?? { units: 0, cost: 0, lastBought: null };
  held.set(assetId, own);
  if (kind === 'buy' || kind === 'in') {
    own.units += units;
    own.cost = own.cost === null || usd === null ? null : own.cost + usd;
    own.lastBought = day;
    return;
  }
  const left = Math.max(0, own.units - units);
  if (left <= own.units * dust) held.delete(assetId);
  else {
    if (own.cost !== null) own.cost *= left / own.units;
    own.units = left;
  }
}
