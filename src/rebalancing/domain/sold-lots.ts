import { Exact, floored, zero } from '../../portfolio/domain/exact.js';
import { takeLots, termOf, type Lot, type LotMethod } from '../../portfolio/domain/lots.js';
import type { GivenLot } from '../../portfolio/domain/transaction.js';
import type { EpochMs } from '../../shared/time.js';
import type { Trade } from './plan.js';

/** What a planned sale would realise; decimal texts, US dollars. */
export interface SoldLots {
  readonly lots: readonly {
    readonly transactionId: string;
    readonly acquiredAt: EpochMs;
    readonly quantity: string;
    readonly proceeds: string;
    /** Null where the cost is unknown, or in another currency. */
    readonly cost: string | null;
    readonly gain: string | null;
    readonly term: 'short' | 'long';
  }[];
  /** Sum of the known gains. */
  readonly gain: string;
  /** Units of which nobody knows what they cost in US dollars: their gain is in no sum. */
  readonly quantityOfUnknownCost: string;
}

/** The lots that a sale would take, with the gains after its fee and spread. Account currencies other than USD are not converted. */
export function soldLots(
  { assetId, quantity, value, fee, spread }: Trade,
  open: readonly Lot[],
  { method, given, at }: { method: LotMethod; given: readonly GivenLot[]; at: EpochMs },
): SoldLots {
  const { taken } = takeLots(
    open.filter((lot) => lot.assetId === assetId),
    quantity,
    method,
    given,
  );
  const net = new Exact(value).minus(fee).minus(spread);
  let [money, units] = [net, new Exact(quantity)];
  const lots = taken.map((lot) => {
    // the last one takes all that is left, so that nothing is lost by rounding
    const proceeds = units.eq(lot.quantity) ? money : floored(money.times(lot.quantity).div(units));
    [money, units] = [money.minus(proceeds), units.minus(lot.quantity)];
    const cost = lot.currency === 'USD' ? lot.cost : null;
    return {
      transactionId: lot.transactionId,
      acquiredAt: lot.acquiredAt,
      quantity: lot.quantity,
      proceeds: proceeds.toFixed(),
      cost,
      gain: cost === null ? null : proceeds.minus(cost).toFixed(),
      term: termOf(lot.acquiredAt, at),
    };
  });
  return {
    lots,
    gain: lots.reduce((sum, { gain }) => (gain === null ? sum : sum.plus(gain)), zero).toFixed(),
    quantityOfUnknownCost: lots
      .reduce((sum, { cost, quantity: part }) => (cost === null ? sum.plus(part) : sum), zero)
      .toFixed(),
  };
}
