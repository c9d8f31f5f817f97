import type { GainUnknown, UsdRateAt } from '../../portfolio/domain/cost-conversion.js';
import { Exact, floored, zero } from '../../portfolio/domain/exact.js';
import { takeLots, termOf, type Lot, type LotMethod } from '../../portfolio/domain/lots.js';
import type { GivenLot } from '../../portfolio/domain/transaction.js';
import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { Trade } from './plan.js';

/** What a planned sale would realise; decimal texts, US dollars. */
export interface SoldLots {
  readonly lots: readonly {
    readonly transactionId: string;
    readonly acquiredAt: EpochMs;
    readonly quantity: string;
    readonly proceeds: string;
    /** Converted at the rate of the day on which the lot was acquired; null where it is unknown. */
    readonly cost: string | null;
    /** What it was paid in, and US dollars for one unit of it then; null where no rate is known. */
    readonly costCurrency: AssetId;
    readonly usdRate: string | null;
    readonly gain: string | null;
    /** Null when there is a gain. */
    readonly gainUnknown: GainUnknown | null;
    readonly term: 'short' | 'long';
  }[];
  /** Sum of the known gains. */
  readonly gain: string;
  /** Units of which nobody knows what they cost in US dollars: their gain is in no sum. */
  readonly quantityOfUnknownCost: string;
}

/**
 * The lots that a sale would take, with the gains after its fee and spread. A cost in another currency is converted at the
 * rate of the acquisition, before lots are chosen: the dearest is the dearest in US dollars. What cannot be converted, and
 * what was never stated, is told lot by lot and is in no sum.
 */
export function soldLots(
  { assetId, quantity, value, fee, spread }: Trade,
  open: readonly Lot[],
  wanted: { method: LotMethod; given: readonly GivenLot[]; at: EpochMs; usdRateAt: UsdRateAt },
): SoldLots {
  const { method, given, at, usdRateAt } = wanted;
  const own = open.filter((lot) => lot.assetId === assetId);
  /** Of each transaction that brought units: how their cost became US dollars. */
  const origins = new Map<string, { currency: AssetId; rate: string | null; unknown: GainUnknown | null }>();
  const inUsd = own.map((lot): Lot => {
    const { transactionId, currency, acquiredAt } = lot;
    const rate = currency === usd ? '1' : (usdRateAt(currency, acquiredAt) ?? null);
    const unknown = lot.cost === null ? 'cost_not_stated' : rate === null ? 'no_exchange_rate' : null;
    origins.set(transactionId, { currency, rate, unknown });
    const cost = lot.cost === null || rate === null ? null : floored(new Exact(lot.cost).times(rate)).toFixed();
    return { ...lot, currency: usd, cost };
  });
  const { taken } = takeLots(inUsd, quantity, method, given);
  const net = new Exact(value).minus(fee).minus(spread);
  let [money, units] = [net, new Exact(quantity)];
  const lots = taken.map(({ transactionId, acquiredAt, quantity: part, cost }) => {
    // the last one takes all that is left, so that nothing is lost by rounding
    const proceeds = units.eq(part) ? money : floored(money.times(part).div(units));
    [money, units] = [money.minus(proceeds), units.minus(part)];
    const { currency, rate, unknown } = origins.get(transactionId)!;
    return {
      transactionId,
      acquiredAt,
      quantity: part,
      proceeds: proceeds.toFixed(),
      cost,
      costCurrency: currency,
      usdRate: rate,
      gain: cost === null ? null : proceeds.minus(cost).toFixed(),
      // the average of lots is unknown when one of them is
      gainUnknown: cost === null ? (unknown ?? 'cost_not_stated') : null,
      term: termOf(acquiredAt, at),
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

const usd = 'USD' as AssetId;
