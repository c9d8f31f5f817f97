import { InvariantViolation, refusedFor } from '../../../shared/errors.js';

/** One price of an order book and what is offered there, both in the source's units. */
interface BookLevel {
  readonly price: number;
  readonly quantity: number;
}

/** Bids from the highest price down, asks from the lowest up. */
export interface OrderBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/**
 * Imbalance of the best `depth` levels, (bids - asks) / (bids + asks) of their quantities: 1 is bids alone, -1 asks
 * alone. Null for a book that has nothing in it; a side that is empty while the other is not is a true extreme.
 *
 * Cartea, Jaimungal & Penalva, Algorithmic and High-Frequency Trading, 2015. A crossed or unsorted book is refused.
 */
export function orderBookImbalance({ bids, asks }: OrderBook, depth = 10): number | null {
  if (!Number.isInteger(depth) || depth < 1) {
    throw refusedFor([{ field: 'depth', value: depth, message: 'is not a whole number from 1 on' }]);
  }
  const [bid, ask] = [quantity('bid', bids, depth, -1), quantity('ask', asks, depth, 1)];
  const [bestBid, bestAsk] = [bids[0]?.price, asks[0]?.price];
  if (bestBid !== undefined && bestAsk !== undefined && bestBid >= bestAsk) {
    throw new InvariantViolation(`the best bid of ${bestBid} is not below the best ask of ${bestAsk}`);
  }
  return bid + ask === 0 ? null : (bid - ask) / (bid + ask);
}

function quantity(side: string, levels: readonly BookLevel[], depth: number, order: 1 | -1): number {
  let sum = 0;
  let previous = order * -Infinity;
  for (const [i, level] of levels.slice(0, depth).entries()) {
    const { price } = level;
    if (!(price > 0 && price < Infinity && order * (price - previous) > 0)) {
      throw new InvariantViolation(`${side} ${i}: a price of ${price} after ${previous}`);
    }
    if (!(level.quantity >= 0 && level.quantity < Infinity)) {
      throw new InvariantViolation(`${side} ${i}: a quantity of ${level.quantity}`);
    }
    previous = price;
    sum += level.quantity;
  }
  return sum;
}
