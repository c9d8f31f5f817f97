import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { Exact, floored } from './exact.js';
import type { RealisedGain } from './lots.js';

/** Why nobody can say what a lot gains: its cost was never stated, or no rate of its currency is known of that day. */
export const gainUnknowns = ['cost_not_stated', 'no_exchange_rate'] as const;
export type GainUnknown = (typeof gainUnknowns)[number];

/** US dollars for one unit of a currency at an instant, decimal text; undefined when no rate of then is known. */
export type UsdRateAt = (currency: AssetId, at: EpochMs) => string | undefined;

/** A gain in the currency of its proceeds. Decimal texts. */
export interface ConvertedGain extends RealisedGain {
  /** Of the proceeds' currency for one unit of the cost's, when the lot was acquired; null where no rate is known. */
  readonly exchangeRate: string | null;
  /** In the currency of the proceeds; null where it is unknown. */
  readonly convertedCost: string | null;
  /** Null when there is a gain. */
  readonly gainUnknown: GainUnknown | null;
}

const digits = 24;

/** A cost in another currency than the proceeds is converted at the rate of the day on which the lot was acquired. */
export function convertedGain(gain: RealisedGain, usdRateAt: UsdRateAt): ConvertedGain {
  const { cost, costCurrency, currency, acquiredAt, proceeds } = gain;
  const rate = exchangeRate(costCurrency, currency, acquiredAt, usdRateAt);
  const exchange = rate?.toSignificantDigits(digits).toFixed() ?? null;
  if (cost === null || rate === null) {
    const gainUnknown = cost === null ? 'cost_not_stated' : 'no_exchange_rate';
    return { ...gain, exchangeRate: exchange, convertedCost: null, gain: null, gainUnknown };
  }
  const converted = costCurrency === currency ? new Exact(cost) : floored(new Exact(cost).times(rate));
  return {
    ...gain,
    exchangeRate: exchange,
    convertedCost: converted.toFixed(),
    gain: new Exact(proceeds).minus(converted).toFixed(),
    gainUnknown: null,
  };
}

function exchangeRate(from: AssetId, to: AssetId, at: EpochMs, usdRateAt: UsdRateAt): Exact | null {
  if (from === to) return new Exact(1);
  const [fromUsd, toUsd] = [from, to].map((currency) => (currency === 'USD' ? '1' : usdRateAt(currency, at)));
  return fromUsd === undefined || toUsd === undefined ? null : new Exact(fromUsd).div(toUsd);
}
