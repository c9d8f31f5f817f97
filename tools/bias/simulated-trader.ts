import { biases } from '../../src/bias/domain/bias-test.js';
import type { AnsweredOpinion, Closes, Move, TradingHistory } from '../../src/bias/domain/trading-history.js';
import { defaultLimits } from '../../src/policies/domain/policy-limits.js';
import { seededRandom, type Random } from '../../src/risk/domain/random.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs } from '../../src/shared/time.js';

/** Biases that a trader can have: concentration is a fact of the holdings and no habit. */
export const plantedBiases = biases.filter((bias) => bias !== 'concentration');

/** Without any bias, without but only ever buying, or with one of them. */
export const traders = ['unbiased', 'saver', ...plantedBiases] as const;
export type Trader = (typeof traders)[number];

const lookBack = 400;
const judgedDays = 1_825;
const firstDay = Date.UTC(2018, 0, 1);
const assetCount = 10;
const usual = 1_000;

interface Position {
  units: number;
  cost: number;
}

/** Ten assets that move together in part, five years of trading about every sixth day; the same for the same seed. */
export function simulatedHistory(trader: Trader, seed: number): TradingHistory {
  const random = seededRandom(seed);
  const prices = randomWalks(random);
  const moves: Move[] = [];
  const held = new Map<number, Position>();
  let [lastGain, wins] = [0, 0];
  const yields = (asset: number, day: number, days: number) => prices[asset]![day]! / prices[asset]![day - days]! - 1;
  const chance = (probability: number) => random.uniform() < probability;
  const any = (count: number) => Math.floor(random.uniform() * count);
  const move = (kind: 'buy' | 'sell', asset: number, day: number, units: number, feeRate: number) => {
    const usd = units * prices[asset]![day]!;
    const own = held.get(asset) ?? { units: 0, cost: 0 };
    if (kind === 'buy') held.set(asset, { units: own.units + units, cost: own.cost + usd });
    else {
      const gain = usd - (own.cost / own.units) * units;
      lastGain = gain;
      wins = gain > 0 ? wins + 1 : 0;
      if (units >= own.units) held.delete(asset);
      else held.set(asset, { units: own.units - units, cost: own.cost * (1 - units / own.units) });
    }
    const at = firstDay + day * dayMs + dayMs / 2;
    moves.push({ assetId: idOf(asset), at, kind, units, usd, feeUsd: usd * feeRate });
  };
  const gainOf = (asset: number, day: number) => {
    const { units, cost } = held.get(asset)!;
    return (prices[asset]![day]! * units) / cost - 1;
  };

  const feeRate = trader === 'overtrading' ? 0.01 : 0;
  const tradeRate = trader === 'overtrading' ? 0.4 : 0.17;
  for (let day = lookBack; day < lookBack + judgedDays; day++) {
    const assets = [...held.keys()];
    if (trader === 'anchoring') {
      for (const asset of assets) {
        if (Math.abs(Math.log1p(gainOf(asset, day))) < 0.01 && chance(0.25)) {
          move('sell', asset, day, held.get(asset)!.units, feeRate);
        }
      }
    }
    if (!chance(tradeRate)) continue;
    const sells = trader !== 'saver' && held.size > 0 && chance(0.5);
    if (sells) {
      const owned = [...held.keys()];
      const winners = owned.filter((asset) => gainOf(asset, day) > 0);
      const choice = trader === 'disposition' && winners.length > 0 && chance(0.6) ? winners : owned;
      const asset = choice[any(choice.length)]!;
      move('sell', asset, day, held.get(asset)!.units * (chance(0.5) ? 1 : 0.5), feeRate);
      continue;
    }
    let asset = any(assetCount);
    const all = Array.from({ length: assetCount }, (_, i) => i);
    if (trader === 'recency' && chance(0.6)) {
      asset = all.reduce((best, one) => (yields(one, day - 1, 20) > yields(best, day - 1, 20) ? one : best));
    }
    if (trader === 'chasing' && yields(asset, day - 1, 20) < 0.08 && chance(0.8)) continue;
    const market = all.reduce((sum, one) => sum + yields(one, day - 1, 20), 0) / assetCount;
    if (trader === 'herding' && market < 0.03 && chance(0.8)) continue;
    let size = usual * Math.exp(0.5 * random.normal());
    if (trader === 'loss_aversion' && lastGain < 0) size *= 0.5;
    if (trader === 'overconfidence' && wins >= 3) size *= 2.5;
    move('buy', asset, day, size / prices[asset]![day]!, feeRate);
  }
  return {
    asOf: firstDay + prices[0]!.length * dayMs,
    since: firstDay + lookBack * dayMs,
    moves,
    closes: new Map(prices.map((row, asset) => [idOf(asset), closesOf(row)])),
    opinions: Array.from({ length: 60 }, (_, i) => opinion(trader, i, random)),
    weights: null,
    limits: defaultLimits,
    currencies: new Set(),
  };
}

const idOf = (asset: number) => `A${asset}` as AssetId;

/** Prices without drift; the days after the last trade are known, too. */
function randomWalks(random: Random): Float64Array[] {
  const days = lookBack + judgedDays + 30;
  const rows = Array.from({ length: assetCount }, () => new Float64Array(days).fill(100));
  for (let day = 1; day < days; day++) {
    const common = 0.015 * random.normal();
    for (const row of rows) {
      const step = common + 0.02 * random.normal();
      // the mean of the price stays what it is
      row[day] = row[day - 1]! * Math.exp(step - (0.015 ** 2 + 0.02 ** 2) / 2);
    }
  }
  return rows;
}

const closesOf = (row: Float64Array): Closes => ({
  openTimes: Float64Array.from(row, (_, day) => firstDay + day * dayMs),
  closes: row,
});

function opinion(trader: Trader, index: number, random: Random): AnsweredOpinion {
  const side = random.uniform() < 0.5 ? 'buy' : 'sell';
  const ignoring = trader !== 'confirmation' ? 0.5 : side === 'buy' ? 0.2 : 0.75;
  return { decisionId: `decision ${index}`, side, followed: random.uniform() >= ignoring };
}
