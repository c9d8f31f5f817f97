import { Exact, zero } from '../../portfolio/domain/exact.js';
import type { AssetId } from '../../shared/ids.js';

/** One asset of a plan: what is held of it, what it is worth and where it should go. */
export interface PlannedAsset {
  readonly assetId: AssetId;
  /** Units held, decimal text; 0 for what is to be bought anew. */
  readonly quantity: string;
  /** US dollars for one unit, decimal text. */
  readonly priceUsd: string;
  /** Share that it should be of the portfolio without the kept cash, 0 to 1. */
  readonly target: number;
  /** Smallest step in which it is traded, units. */
  readonly lot: string;
  /** Smallest value of an order, US dollars. */
  readonly minNotional: string;
  /** Fee of a trade, and what it loses against the middle price, as fractions of its value. */
  readonly feeRate: string;
  readonly spreadRate: string;
}

export interface PlanRules {
  /** What is held in currencies, US dollars. */
  readonly cash: string;
  /** US dollars that stay cash. */
  readonly cashKept: string;
  /** Largest share of the portfolio that may be bought or sold, whichever is more; null without a limit. */
  readonly turnoverLimit: number | null;
  /** An asset this near to its target, in shares of the portfolio, is left as it is. */
  readonly noTradeBand: number;
}

export interface Trade {
  readonly assetId: AssetId;
  readonly side: 'buy' | 'sell';
  /** Units, positive. */
  readonly quantity: string;
  readonly priceUsd: string;
  /** Quantity times price. */
  readonly value: string;
  readonly fee: string;
  readonly spread: string;
}

/** An asset that is not traded though it is not at its target. */
interface LeftAlone {
  readonly assetId: AssetId;
  /** What it lacks (positive) or has too much, US dollars. */
  readonly difference: string;
  readonly why: 'within_band' | 'below_one_lot' | 'below_minimum' | 'no_cash';
}

/** Decimal texts, US dollars; `sells - buys - fees - spread = remainder` exactly. */
interface PlanTotals {
  /** Of all assets and the cash, before. */
  readonly value: string;
  readonly sells: string;
  readonly buys: string;
  readonly fees: string;
  readonly spread: string;
  /** What the cash grows by: money that lots and minimum orders leave over, or what the kept cash lacked. */
  readonly remainder: string;
  readonly cashAfter: string;
  /** Larger of sells and buys, as a share of the value. */
  readonly turnover: number;
}

export interface RebalancingPlan {
  readonly trades: readonly Trade[];
  readonly leftAlone: readonly LeftAlone[];
  readonly totals: PlanTotals;
  /** Shares of the value before costs, kept cash included: as held now, as wanted, and after the trades. */
  readonly weights: readonly {
    readonly assetId: AssetId;
    readonly before: number;
    readonly target: number;
    readonly after: number;
  }[];
  /** Less was traded than the targets ask for, because of the limit on turnover. */
  readonly isLimited: boolean;
}

interface Wanted {
  readonly asset: PlannedAsset;
  readonly value: Exact;
  /** What it should gain (positive) or lose, US dollars. */
  readonly difference: Exact;
}

/** Shares differ from a limit by more than rounding from here on. */
const tolerance = 1e-12;

/**
 * The trades that bring holdings to their targets, as far as lots, minimum orders, the money there is and the rules let
 * them: first what is sold, and from that and the cash what is bought. Never more is sold than held nor spent than there
 * is; what is left over is named. Everything is counted in decimals, so the plan's sums are exact.
 *
 * Targets are shares of the portfolio without the kept cash. A target of 0 sells all that is held, odd lots too. What the
 * last lots leave over buys further lots where most is lacking, never more than half a lot beyond a target, nor beyond the
 * limit on turnover.
 */
export function planRebalancing(assets: readonly PlannedAsset[], rules: PlanRules): RebalancingPlan {
  const cash = new Exact(rules.cash);
  const values = assets.map(({ quantity, priceUsd }) => new Exact(quantity).times(priceUsd));
  const total = values.reduce((sum, value) => sum.plus(value), cash);
  const invested = Exact.max(zero, total.minus(rules.cashKept));
  const all = assets.map((asset, i): Wanted => {
    const value = values[i]!;
    return { asset, value, difference: invested.times(asset.target).minus(value) };
  });
  const leftAlone: LeftAlone[] = [];
  const leave = ({ asset, difference }: Wanted, why: LeftAlone['why']) =>
    leftAlone.push({ assetId: asset.assetId, difference: difference.toFixed(), why });

  const isOutside = ({ difference }: Wanted) =>
    total.gt(0) && difference.abs().div(total).toNumber() > rules.noTradeBand + tolerance;
  const moving = all.filter((one) => !one.difference.isZero() && isOutside(one));
  for (const one of all) if (!one.difference.isZero() && !isOutside(one)) leave(one, 'within_band');

  const { scale, isLimited } = limitOf(moving, total, rules.turnoverLimit);
  const trades: Trade[] = [];
  for (const one of moving.filter(({ difference }) => difference.isNegative())) {
    const { asset, difference } = one;
    const isClosed = asset.target === 0 && scale.eq(1);
    const units = isClosed
      ? new Exact(asset.quantity)
      : Exact.min(inLots(difference.abs().times(scale).div(asset.priceUsd), asset.lot), asset.quantity);
    const trade = tradeOf(asset, 'sell', units);
    if (units.isZero()) leave(one, 'below_one_lot');
    else if (new Exact(trade.value).lt(asset.minNotional)) leave(one, 'below_minimum');
    else trades.push(trade);
  }
  const sums = { sell: zero, buy: zero, fees: zero, spread: zero };
  const count = ({ side, value, fee, spread }: Trade) => {
    sums[side] = sums[side].plus(value);
    sums.fees = sums.fees.plus(fee);
    sums.spread = sums.spread.plus(spread);
  };
  trades.forEach(count);

  const spendable = () =>
    Exact.max(0, cash.plus(sums.sell).minus(sums.buy).minus(sums.fees).minus(sums.spread).minus(rules.cashKept));
  const lacking = moving
    .filter(({ difference }) => difference.gt(0))
    .map((one) => ({ ...one, wanted: one.difference.times(scale), costOf: costOfOne(one.asset) }));
  const needed = lacking.reduce((sum, { wanted, costOf }) => sum.plus(wanted.times(costOf)), zero);
  const money = spendable();
  const share = needed.gt(money) ? money.div(needed) : new Exact(1);
  const bought = lacking.map((one) => ({
    ...one,
    units: inLots(one.wanted.times(share).div(one.asset.priceUsd), one.asset.lot),
  }));
  let left = money.minus(bought.reduce((sum, { asset, units, costOf }) => sum.plus(paid(asset, units, costOf)), zero));
  let buyable = bought.reduce(
    (room, { asset, units }) => room.minus(units.times(asset.priceUsd)),
    rules.turnoverLimit === null ? new Exact(Infinity) : total.times(rules.turnoverLimit),
  );
  // most lacking first, as a share of what is wanted of it in whole lots
  for (const one of bought.toSorted((a, b) => shortfall(b).comparedTo(shortfall(a)))) {
    const ofLot = paid(one.asset, new Exact(one.asset.lot), one.costOf);
    const valueOfLot = new Exact(one.asset.lot).times(one.asset.priceUsd);
    const room = shortfall(one).div(valueOfLot).plus(0.5).floor();
    const more = Exact.max(0, Exact.min(room, left.div(ofLot).floor(), buyable.div(valueOfLot).floor()));
    one.units = one.units.plus(more.times(one.asset.lot));
    left = left.minus(more.times(ofLot));
    buyable = buyable.minus(more.times(valueOfLot));
  }
  for (const one of bought) {
    const trade = tradeOf(one.asset, 'buy', one.units);
    if (one.units.isZero())
      leave(one, money.lt(paid(one.asset, new Exact(one.asset.lot), one.costOf)) ? 'no_cash' : 'below_one_lot');
    else if (new Exact(trade.value).lt(one.asset.minNotional)) leave(one, 'below_minimum');
    else {
      trades.push(trade);
      count(trade);
    }
  }

  const remainder = sums.sell.minus(sums.buy).minus(sums.fees).minus(sums.spread);
  const tradedOf = new Map(
    trades.map(({ assetId, side, value }) => [assetId, new Exact(value).times(side === 'buy' ? 1 : -1)]),
  );
  const shareOf = (value: Exact) => (total.isZero() ? 0 : value.div(total).toNumber());
  return {
    trades,
    leftAlone,
    totals: {
      value: total.toFixed(),
      sells: sums.sell.toFixed(),
      buys: sums.buy.toFixed(),
      fees: sums.fees.toFixed(),
      spread: sums.spread.toFixed(),
      remainder: remainder.toFixed(),
      cashAfter: cash.plus(remainder).toFixed(),
      turnover: shareOf(Exact.max(sums.sell, sums.buy)),
    },
    weights: all.map(({ asset: { assetId, target }, value }) => ({
      assetId,
      before: shareOf(value),
      target: shareOf(invested.times(target)),
      after: shareOf(value.plus(tradedOf.get(assetId) ?? zero)),
    })),
    isLimited,
  };
}

/** How much of the wanted trades a limit on turnover lets through: all are cut by the same part. */
function limitOf(moving: readonly Wanted[], total: Exact, limit: number | null): { scale: Exact; isLimited: boolean } {
  const sumOf = (isWanted: (difference: Exact) => boolean) =>
    moving.reduce((sum, { difference }) => (isWanted(difference) ? sum.plus(difference.abs()) : sum), zero);
  const turnover = Exact.max(
    sumOf((difference) => difference.gt(0)),
    sumOf((difference) => difference.lt(0)),
  );
  if (limit === null || total.isZero() || turnover.lte(total.times(limit))) {
    return { scale: new Exact(1), isLimited: false };
  }
  return { scale: total.times(limit).div(turnover), isLimited: true };
}

const inLots = (units: Exact, lot: string): Exact => units.div(lot).floor().times(lot);

/** What one dollar's worth costs. */
const costOfOne = ({ feeRate, spreadRate }: PlannedAsset): Exact => new Exact(1).plus(feeRate).plus(spreadRate);
const paid = ({ priceUsd }: PlannedAsset, units: Exact, costOf: Exact): Exact => units.times(priceUsd).times(costOf);

/** What is still wanted beyond the units so far, US dollars. */
const shortfall = ({ asset, wanted, units }: { asset: PlannedAsset; wanted: Exact; units: Exact }): Exact =>
  wanted.minus(units.times(asset.priceUsd));

function tradeOf({ assetId, priceUsd, feeRate, spreadRate }: PlannedAsset, side: Trade['side'], units: Exact): Trade {
  const value = units.times(priceUsd);
  return {
    assetId,
    side,
    quantity: units.toFixed(),
    priceUsd,
    value: value.toFixed(),
    fee: value.times(feeRate).toFixed(),
    spread: value.times(spreadRate).toFixed(),
  };
}
