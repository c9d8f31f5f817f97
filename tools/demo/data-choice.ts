import { UsageError } from '../local/command-line.js';
import { folderId, daysInYearBefore, findPriceFile, lastClosedDay } from './price-folders.js';
import type { DemoOptions } from './options.js';
import type { Probe } from './live-sources.js';

/** What the sample portfolio holds: quantities a private person might have, nothing more. */
export const sampleHoldings: Readonly<Record<string, string>> = {
  BTC: '0.5',
  ETH: '4',
  SOL: '40',
  SPY: '20',
  QQQ: '15',
  GLD: '25',
};
const cryptoAssets = ['BTC', 'ETH', 'SOL'];
const sourcesOfFunds = ['yahoofinance', 'polygon', 'alphavantage'];
/** Asked behind the folders; one whose key is missing says so. */
const liveSources = ['binance', 'coingecko', 'yahoofinance', 'polygon', 'alphavantage', 'coinmarketcap', 'fks_data'];
/** With BTC at most 60 % and every other asset at most 20 %, two others are the fewest that can fill a portfolio. */
const fewestAssets = 3;
/** Fewer days than this in the year before the as-of say nothing about an asset's risk. */
const fewestDays = 60;

export interface DataChoice {
  /** One line for the person at the terminal. */
  words: string;
  assets: string[];
  /** Assets of the sample that are left out, each with the reason. */
  leftOut: { asset: string; reason: string }[];
  /** Sent with the pipeline; undefined means now. */
  asOf: string | undefined;
  simulate: { seed: number } | undefined;
  /** Settings for API and worker. */
  env: { FKS_PRICES: string; FKS_SOURCES: string };
}

/** Chooses where the prices come from: folders, then live sources, then the simulator. */
export async function chooseData(
  options: DemoOptions,
  world: { now: number; probe: () => Promise<Probe[]> },
): Promise<DataChoice> {
  if (options.simulate) return simulated(options, `market simulator, seed ${options.seed}`);
  if (options.priceFolders.length > 0) return fromFolders(options, world.now);
  const probes = await world.probe();
  const reachable = probes.filter((probe) => probe.reachable).map((probe) => probe.source);
  if (reachable.length > 0) return live(options, reachable);
  if (options.live) {
    const why = probes.map((probe) => `${probe.source}: ${probe.detail}`).join('; ');
    throw new Error(`--live: no live source can be reached (${why})`);
  }
  // the reasons hold whole addresses: whoever wants a live source gets them
  const asked = probes.map(({ source }) => source).join(', ');
  return simulated(
    options,
    `market simulator, seed ${options.seed}: no live source can be reached (${asked}; --live says why)`,
  );
}

function simulated(options: DemoOptions, words: string): DataChoice {
  return {
    words,
    assets: Object.keys(sampleHoldings),
    leftOut: [],
    asOf: options.asOf,
    simulate: { seed: options.seed },
    // the launcher points every source at the simulator
    env: { FKS_PRICES: '', FKS_SOURCES: '' },
  };
}

function live(options: DemoOptions, sources: Probe['source'][]): DataChoice {
  // the others know coins alone
  const knowFunds = sources.some((source) => sourcesOfFunds.includes(source));
  const assets = knowFunds ? Object.keys(sampleHoldings) : cryptoAssets;
  return {
    words: `live: ${sources.join(', ')}`,
    assets,
    leftOut: Object.keys(sampleHoldings)
      .filter((asset) => !assets.includes(asset))
      .map((asset) => ({ asset, reason: `only ${sourcesOfFunds.join(', ')} have it, of which none can be asked` })),
    asOf: options.asOf,
    simulate: undefined,
    env: { FKS_PRICES: '', FKS_SOURCES: sources.join(',') },
  };
}

function fromFolders(options: DemoOptions, now: number): DataChoice {
  const folders = options.priceFolders;
  const env = { FKS_PRICES: folders.join(':'), FKS_SOURCES: options.live ? ['csv', ...liveSources].join(',') : 'csv' };
  const words = `${folders.map(folderId).join(', ')}${options.live ? ' and the live sources' : ''}`;
  if (options.live) {
    return { words, assets: Object.keys(sampleHoldings), leftOut: [], asOf: options.asOf, simulate: undefined, env };
  }

  const btc = findPriceFile('BTC', folders);
  const asOf = options.asOf ?? (btc && lastClosedDay(btc, now));
  if (!btc) throw new UsageError(`--prices: no BTC.csv, BTC-USD.csv or BTCUSDT.csv in ${folders.join(', ')}`);
  if (!asOf) throw new UsageError(`--prices: ${btc.file} has no day that is over`);

  const assets: string[] = [];
  const leftOut: DataChoice['leftOut'] = [];
  for (const asset of Object.keys(sampleHoldings)) {
    const file = findPriceFile(asset, folders);
    const days = file ? daysInYearBefore(file, asOf) : 0;
    if (!file) leftOut.push({ asset, reason: 'no file in the folders' });
    else if (days < fewestDays) leftOut.push({ asset, reason: `${days} days in the year up to ${asOf}` });
    else assets.push(asset);
  }
  if (!assets.includes('BTC') || assets.length < fewestAssets) {
    const why = leftOut.map(({ asset, reason }) => `${asset}: ${reason}`).join('; ');
    throw new UsageError(
      `--prices: BTC and two other assets of the sample portfolio are needed as of ${asOf} (${why})`,
    );
  }
  return { words, assets, leftOut, asOf, simulate: undefined, env };
}
