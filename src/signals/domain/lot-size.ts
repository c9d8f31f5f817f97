import { Decimal } from 'decimal.js';
import { defaultLot, type AssetClass } from '../../data/domain/asset.js';
import { usualVenue } from '../../portfolio/domain/venue-costs.js';
import type { FieldError } from '../../shared/errors.js';
import { riskFractionBounds } from './trade-plan.js';
import type { Direction, SignalSeries } from './signal.js';

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_DOWN });

export const lotTypes = ['coin', 'share', 'standard', 'mini', 'micro', 'contract'] as const;
type LotType = (typeof lotTypes)[number];

/** What is traded: how much of the asset one contract holds, in which steps, and in what it is paid. */
export interface ContractSpecification {
  /** Units of the asset in one contract; 1 for what is traded itself. */
  readonly multiplier: string;
  /** Contracts are traded in multiples of it. */
  readonly lotStep: string;
  /** Smallest value of an order, US dollars. */
  readonly minimumValueUsd: string;
  readonly quoteCurrency: SignalSeries['quoteCurrency'] | (string & {});
  /** Names of amounts of contracts, the largest first: a size is told in the first that it fills, else in the last. */
  readonly lots: readonly { readonly type: LotType; readonly contracts: string }[];
}

/** Amounts in which currencies are dealt. */
const currencyLots = [
  { type: 'standard', contracts: '100000' },
  { type: 'mini', contracts: '10000' },
  { type: 'micro', contracts: '1000' },
] as const;

/** What is taken for granted of an asset of a class at the usual venue: it is traded itself, one for one. */
export const usualContract = (
  assetClass: AssetClass,
  quoteCurrency: ContractSpecification['quoteCurrency'],
): ContractSpecification => ({
  multiplier: '1',
  lotStep: defaultLot(assetClass),
  minimumValueUsd: usualVenue(assetClass).minNotional,
  quoteCurrency,
  lots: assetClass === 'cash' ? currencyLots : [{ type: assetClass === 'crypto' ? 'coin' : 'share', contracts: '1' }],
});

export interface LotSizeInput {
  readonly direction: Direction;
  /** Decimal texts in the quote currency, of one unit of the asset. */
  readonly entryPrice: string;
  readonly stopLoss: string;
  /** What the account is worth, US dollars. */
  readonly accountValueUsd: string;
  /** Share of the account that the stop may cost. */
  readonly riskFraction: number;
  /** Largest share of the account that the position may be; null for none. */
  readonly mostOfAccount: number | null;
  readonly contract: ContractSpecification;
  /** Of one unit of the quote currency. */
  readonly usdPerQuote: string;
}

/** What kept the position from being larger. */
export const lotLimits = ['risk', 'size', 'minimum'] as const;

export interface LotSize {
  readonly kind: 'sized';
  /** What the stop may cost, and what it costs at this size; US dollars, as all values here. */
  readonly riskBudgetUsd: string;
  readonly riskUsd: string;
  readonly contracts: string;
  /** Units of the asset. */
  readonly quantity: string;
  readonly positionUsd: string;
  readonly lots: string;
  readonly lotType: LotType;
  /** `minimum`: the account cannot carry the smallest order, and the size is 0. */
  readonly limitedBy: (typeof lotLimits)[number];
}

type Sized = LotSize | { readonly kind: 'refused'; readonly errors: readonly FieldError[] };

/**
 * Fixed-fractional position size (Vince, The Mathematics of Money Management, 1992): contracts whose stop costs the risk
 * budget, at most the largest share of the account, rounded down to the lot. Losses are counted in US dollars, whatever the
 * price is quoted in. Refused with the field at fault: a stop on the wrong side of the entry or at it, a price, an account
 * or a rate that is not positive, a risk that is no budget of ours.
 */
export function lotSize(input: LotSizeInput): Sized {
  const errors = whyRefused(input);
  if (errors.length > 0) return { kind: 'refused', errors };
  const { entryPrice, stopLoss, accountValueUsd, riskFraction, mostOfAccount, contract, usdPerQuote } = input;
  const { multiplier, lotStep, minimumValueUsd } = contract;
  const account = new Exact(accountValueUsd);
  const budget = account.times(riskFraction);
  const usdOfOne = (price: Decimal | string) => new Exact(price).times(multiplier).times(usdPerQuote);
  const lossOfOne = usdOfOne(new Exact(entryPrice).minus(stopLoss).abs());
  const byRisk = budget.div(lossOfOne);
  const bySize = mostOfAccount === null ? null : account.times(mostOfAccount).div(usdOfOne(entryPrice));
  const isBySize = bySize !== null && bySize.lt(byRisk);
  const rounded = (isBySize ? bySize : byRisk).div(lotStep).floor().times(lotStep);
  const isEnough = rounded.gt(0) && rounded.times(usdOfOne(entryPrice)).gte(minimumValueUsd);
  const contracts = isEnough ? rounded : new Exact(0);
  const lot = contract.lots.find((one) => contracts.gte(one.contracts)) ?? contract.lots.at(-1)!;
  return {
    kind: 'sized',
    riskBudgetUsd: budget.toFixed(),
    riskUsd: contracts.times(lossOfOne).toFixed(),
    contracts: contracts.toFixed(),
    quantity: contracts.times(multiplier).toFixed(),
    positionUsd: contracts.times(usdOfOne(entryPrice)).toFixed(),
    lots: contracts.div(lot.contracts).toFixed(),
    lotType: lot.type,
    limitedBy: isBySize && (isEnough || bySize.isZero()) ? 'size' : isEnough ? 'risk' : 'minimum',
  };
}

function whyRefused(input: LotSizeInput): FieldError[] {
  const { direction, entryPrice, stopLoss, accountValueUsd, riskFraction, usdPerQuote } = input;
  const errors: FieldError[] = [];
  const positive = (field: string, value: string) => {
    if (!(Number(value) > 0)) errors.push({ field, value, message: 'must be more than 0' });
  };
  positive('entry_price', entryPrice);
  positive('stop_loss', stopLoss);
  positive('account_value_usd', accountValueUsd);
  positive('usd_per_quote', usdPerQuote);
  const { min, max } = riskFractionBounds;
  if (!(riskFraction >= min && riskFraction <= max)) {
    errors.push({ field: 'risk_fraction', value: riskFraction, message: `must lie within ${min} to ${max}` });
  }
  if (errors.length > 0) return errors;
  const distance = new Exact(entryPrice).minus(stopLoss).times(direction === 'buy' ? 1 : -1);
  if (distance.gt(0)) return [];
  const side = direction === 'buy' ? 'below' : 'above';
  const message = `must lie ${side} the entry of ${entryPrice}, as the stop of a ${direction}`;
  return [{ field: 'stop_loss', value: stopLoss, message }];
}
