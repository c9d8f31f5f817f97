import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs } from '../../shared/time.js';
import { onUtcDates, type DatedCloses, type PriceSeries } from './alignment.js';
import { changeInNumeraire } from './numeraire.js';

/** A stretch of history, from the close of one UTC date to the close of another. */
export interface HistoricalWindow {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * From the close before a fall to its lowest close: Bitcoin's (CoinMarketCap, Binance), and those of the S&P 500 for the
 * whole COVID-19 crash.
 */
export const historicalWindows: readonly HistoricalWindow[] = [
  { id: 'crypto_winter_2018', name: 'The end of the 2017 boom', from: '2017-12-16', to: '2018-12-15' },
  { id: 'covid_2020', name: 'The COVID-19 crash', from: '2020-02-19', to: '2020-03-23' },
  { id: 'black_thursday_2020', name: 'The COVID-19 crash of crypto', from: '2020-03-06', to: '2020-03-12' },
  { id: 'china_ban_2021', name: "China's ban on mining", from: '2021-05-08', to: '2021-07-20' },
  { id: 'luna_2022', name: 'The fall of Terra and Luna', from: '2022-05-04', to: '2022-05-12' },
  { id: 'crypto_winter_2022', name: 'From the 2021 peak to the low after FTX', from: '2021-11-08', to: '2022-11-21' },
  { id: 'ftx_2022', name: 'The failure of FTX', from: '2022-11-05', to: '2022-11-21' },
];

/** What would become of a portfolio that is left alone. Changes are fractions, losses negative. */
export interface StressOutcome {
  /** Weighted change of the whole; null while an asset's change is unknown: missing is not zero. */
  readonly change: number | null;
  /** Change of the assets whose change is known as a part of the whole portfolio, and their weight in it. */
  readonly knownPart: { readonly change: number; readonly weight: number };
  readonly assets: readonly {
    readonly assetId: AssetId;
    readonly weight: number;
    readonly change: number | null;
    /** Weight times change; the parts sum to the change of the known part. */
    readonly contribution: number | null;
  }[];
}

/** A close may be so many days older than the date it stands for: a long weekend. */
const oldestClose = 5;

/**
 * Today's weights put through a stretch of history without trading. A date's price is the last close at or before it,
 * at most five days older; an asset that has none at both ends was not there, and is told as unknown.
 */
export function replayWindow(
  window: Pick<HistoricalWindow, 'from' | 'to'>,
  weights: ReadonlyMap<AssetId, number>,
  series: readonly PriceSeries[],
): StressOutcome {
  const byAsset = new Map(series.map((own) => [own.assetId, onUtcDates(own)]));
  return outcomeOf(weights, (assetId) => {
    const closes = byAsset.get(assetId);
    const [before, after] = closes ? [closeAt(closes, window.from), closeAt(closes, window.to)] : [];
    return before === undefined || after === undefined ? null : after / before - 1;
  });
}

/** Changes in US dollars that somebody supposes, fractions above -1. An asset's own goes before its class's. */
export interface Shocks {
  readonly assets: ReadonlyMap<AssetId, number>;
  readonly classes: ReadonlyMap<string, number>;
}

/**
 * Today's weights under supposed changes; what is not named stays as it is. With a numeraire the changes are seen from
 * it: what it does not share counts against it.
 */
export function applyShocks(
  shocks: Shocks,
  weights: ReadonlyMap<AssetId, number>,
  classOf: (assetId: AssetId) => string,
  numeraire?: AssetId,
): StressOutcome {
  const supposed = (assetId: AssetId): number => {
    const change = shocks.assets.get(assetId) ?? shocks.classes.get(classOf(assetId)) ?? 0;
    if (!(change > -1 && change < Infinity)) throw new InvariantViolation(`a shock of ${change} for ${assetId}`);
    return change;
  };
  return outcomeOf(weights, (assetId) =>
    numeraire === undefined ? supposed(assetId) : changeInNumeraire(supposed(assetId), supposed(numeraire)),
  );
}

function outcomeOf(
  weights: ReadonlyMap<AssetId, number>,
  changeOf: (assetId: AssetId) => number | null,
): StressOutcome {
  const assets = [...weights].map(([assetId, weight]) => {
    const change = changeOf(assetId);
    return { assetId, weight, change, contribution: change === null ? null : weight * change };
  });
  const known = assets.filter(({ change }) => change !== null);
  const change = known.reduce((sum, { contribution }) => sum + contribution!, 0);
  return {
    change: known.length === assets.length && assets.length > 0 ? change : null,
    knownPart: { change, weight: known.reduce((sum, { weight }) => sum + weight, 0) },
    assets,
  };
}

function closeAt({ days, closes }: DatedCloses, date: string): number | undefined {
  const day = Date.parse(`${date}T00:00:00Z`) / dayMs;
  const position = days.findLastIndex((own) => own <= day);
  return position >= 0 && day - days[position]! <= oldestClose ? closes[position] : undefined;
}
