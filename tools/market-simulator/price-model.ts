import type { Asset, AssetClass } from '../../src/data/domain/asset.js';
import { isTradingDay } from '../../src/data/domain/exchange-calendar.js';
import type { AssetId } from '../../src/shared/ids.js';
import { dayMs, type EpochMs } from '../../src/shared/time.js';
import type { Bar, BarSource, Dividend, Split } from './bar.js';
import { ModelParts } from './model-parts.js';
import { SeededNoise, type NoiseStream } from './random.js';

/** First day of every modelled history. */
const modelStart: EpochMs = Date.UTC(2017, 7, 17);

interface Character {
  readonly start: number;
  /** Annualised. */
  readonly volatility: number;
  /** Correlation with its own market; the rest is the asset's alone. */
  readonly loading: number;
  /** Yearly growth of the logarithm. */
  readonly drift: number;
}

const byClass: Record<Exclude<AssetClass, 'cash'>, Character> = {
  crypto: { start: 5, volatility: 0.85, loading: 0.75, drift: 0.1 },
  stock: { start: 100, volatility: 0.3, loading: 0.65, drift: 0.08 },
  etf: { start: 120, volatility: 0.18, loading: 0.9, drift: 0.07 },
};

const characters: Readonly<Record<string, Partial<Character>>> = {
  BTC: { start: 4_300, volatility: 0.6, loading: 0.9, drift: 0.35 },
  ETH: { start: 300, volatility: 0.75, loading: 0.85, drift: 0.25 },
  BNB: { start: 20, volatility: 0.7, drift: 0.25 },
  LTC: { start: 45 },
  BCH: { start: 300 },
  XMR: { start: 50, loading: 0.6 },
  PAXG: { start: 1_280, volatility: 0.15, loading: 0.05, drift: 0.1 },
  SHIB: { start: 0.00001, volatility: 1.1 },
  DOGE: { start: 0.002, volatility: 1 },
  SPY: { start: 246, loading: 0.98 },
  QQQ: { start: 142, volatility: 0.23, loading: 0.93, drift: 0.12 },
  GLD: { start: 122, volatility: 0.15, loading: 0.05 },
  TLT: { start: 125, volatility: 0.15, loading: -0.3, drift: 0 },
  SLV: { start: 16, volatility: 0.28, loading: 0.2, drift: 0.03 },
  AGG: { start: 109, volatility: 0.06, loading: 0.1, drift: 0.02 },
  TSLA: { start: 23, volatility: 0.6, loading: 0.55, drift: 0.25 },
  // in the shares of 2017, before two splits
  NVDA: { start: 160, volatility: 0.5, loading: 0.65, drift: 0.4 },
};

/** How much of the stock market's shocks the crypto market feels. */
const spillOver = 0.35;

/** Two regimes of volatility for both markets, calm and stormy: multiples of the long-run volatility. */
const regimes = { calm: 0.75, stormy: 1.7 } as const;
/** Chance a day of leaving the regime: storms last a month or so, calm half a year. */
const leaving = { calm: 1 / 130, stormy: 1 / 30 } as const;

/** The two splits that the real stock had since the model begins. */
const splits: Readonly<Record<string, readonly Split[]>> = {
  NVDA: [
    { on: Date.UTC(2021, 6, 20), ratio: 4 },
    { on: Date.UTC(2024, 5, 10), ratio: 10 },
  ],
};
/** Dollars a quarter. */
const quarterly: Readonly<Record<string, number>> = { SPY: 1.5, KO: 0.4 };

/** Prices from correlated two-regime volatility with fat tails: the same for a seed, whatever is asked and in which order. */
export class PriceModel implements BarSource {
  readonly parts: ModelParts;
  private readonly noise: SeededNoise;
  private readonly market: NoiseStream;
  private readonly histories = new Map<AssetId, Bar[]>();
  private readonly nextDay = new Map<AssetId, EpochMs>();
  private readonly regimeOfDay: (keyof typeof regimes)[] = [];

  constructor(seed: number) {
    this.noise = new SeededNoise(seed);
    this.market = this.noise.stream('market');
    this.parts = new ModelParts(this.noise);
  }

  daily(asset: Asset, until: EpochMs): Promise<readonly Bar[]> {
    if (asset.assetClass === 'cash') return Promise.resolve([]);
    const history = this.histories.get(asset.id) ?? [];
    this.histories.set(asset.id, history);
    let day = this.nextDay.get(asset.id) ?? modelStart;
    const own = this.noise.stream(asset.id);
    for (; day <= until; day += dayMs) {
      if (isTradingDay(asset.assetClass, day)) history.push(this.barOf(asset, day, own, history.at(-1)));
    }
    this.nextDay.set(asset.id, day);
    const end = history.findLastIndex((bar) => bar.start <= until) + 1;
    return Promise.resolve(end === history.length ? history : history.slice(0, end));
  }

  splits({ id }: Asset): readonly Split[] {
    return splits[id] ?? [];
  }

  dividends({ id }: Asset): readonly Dividend[] {
    const amount = quarterly[id];
    return amount === undefined ? [] : quarterDays.map((on) => ({ on, amount }));
  }

  private barOf(asset: Asset, day: EpochMs, own: NoiseStream, previous: Bar | undefined): Bar {
    const n = (day - modelStart) / dayMs;
    const character = characterOf(asset);
    if (asset.id === 'USDT') return pegged(asset, day, own, n);
    const daysInYear = asset.assetClass === 'crypto' ? 365 : 252;
    const volatility = (character.volatility * regimes[this.regime(n)]) / Math.sqrt(daysInYear);
    const shock =
      character.loading * this.marketShock(asset.assetClass, n) +
      Math.sqrt(1 - character.loading ** 2) * own.fatTailed(n, 0);
    // limits a single day to what markets have seen
    const move = Math.max(-0.6, Math.min(0.6, character.drift / daysInYear + volatility * shock));
    const before = previous?.close ?? character.start;
    // an exchange opens away from its last close, a market around the clock does not
    const gap = asset.assetClass === 'crypto' ? 0 : 0.3 * volatility * own.normal(n, 4);
    const open = before * Math.exp(gap);
    const close = before * Math.exp(move);
    const reach = (draw: number) => Math.exp(0.6 * volatility * Math.abs(own.normal(n, draw)));
    const [high, low] = [Math.max(open, close) * reach(6), Math.min(open, close) / reach(8)];
    const volume = (2e9 / before) * Math.exp(0.4 * own.normal(n, 10) + 8 * Math.abs(move));
    return rounded({ start: day, open, high, low, close, volume }, decimalsOf(asset, close));
  }

  private marketShock(assetClass: AssetClass, n: number): number {
    const stocks = this.market.fatTailed(n, 0);
    if (assetClass !== 'crypto') return stocks;
    return spillOver * stocks + Math.sqrt(1 - spillOver ** 2) * this.market.fatTailed(n, 4);
  }

  private regime(n: number): keyof typeof regimes {
    for (let i = this.regimeOfDay.length; i <= n; i++) {
      const before = this.regimeOfDay[i - 1] ?? 'calm';
      const leaves = this.market.uniform(i, 8) < leaving[before];
      this.regimeOfDay.push(leaves === (before === 'calm') ? 'stormy' : 'calm');
    }
    return this.regimeOfDay[n]!;
  }
}

const characterOf = ({ id, assetClass }: Asset): Character => ({
  ...byClass[assetClass as Exclude<AssetClass, 'cash'>],
  ...characters[id],
});

/** A coin that is held at one dollar: no memory of yesterday. */
function pegged(asset: Asset, day: EpochMs, own: NoiseStream, n: number): Bar {
  const [open, close] = [1 + 4e-4 * own.normal(n - 1, 0), 1 + 4e-4 * own.normal(n, 0)];
  const [high, low] = [Math.max(open, close) + 3e-4, Math.min(open, close) - 3e-4];
  return rounded({ start: day, open, high, low, close, volume: 5e10 }, decimalsOf(asset, close));
}

/** As venues print: cents above one dollar, more decimals below and for what is held at a dollar. */
export const decimalsOf = ({ id }: Pick<Asset, 'id'>, close: number): number =>
  id === 'USDT' ? 6 : close >= 1 ? 2 : Math.min(8, 3 - Math.floor(Math.log10(close)));

function rounded({ start, open, high, low, close, volume }: Bar, decimals: number): Bar {
  const at = (value: number) => Math.max(10 ** -decimals, Number(value.toFixed(decimals)));
  return {
    start,
    open: at(open),
    high: at(high),
    low: at(low),
    close: at(close),
    volume: volume && Math.round(volume),
  };
}

/** Third Fridays of March, June, September and December. */
const quarterDays: readonly EpochMs[] = Array.from({ length: 4 * 19 }, (_, i) => {
  const first = Date.UTC(2017 + Math.floor(i / 4), 2 + 3 * (i % 4), 1);
  return first + (((5 - new Date(first).getUTCDay() + 7) % 7) + 14) * dayMs;
}).filter((day) => isTradingDay('stock', day));
