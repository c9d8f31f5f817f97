import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { ClosedBars } from '../data/candles/closed-bars.js';
import type { KnownSplit } from '../data/domain/split-adjustment.js';
import { AdjustedCloses, type AdjustedPrices } from '../data/prices/adjusted-closes.js';
import type { DailyPrices } from '../data/prices/daily-closes.js';
import { CONFIG } from '../platform/config/config.module.js';
import type { Config } from '../platform/config/config.js';
import { AssetSplits } from '../portfolio/ledger/asset-splits.js';
import type { AssetId, OwnerId } from '../shared/ids.js';
import { dayMs, type EpochMs } from '../shared/time.js';
import type { RiskRequest } from './risk.contract.js';

interface At {
  readonly asOf: EpochMs;
  readonly viewer: OwnerId;
  readonly knownAt?: EpochMs | undefined;
}

type About = Pick<RiskRequest, 'weights' | 'numeraire' | 'benchmark'>;

/** What prices depend on: two readings under equal states are the same. */
interface StateOfPrices {
  readonly stored: string;
  readonly splits: Readonly<Record<string, readonly KnownSplit[]>>;
  /** By which the series of an asset is chosen. */
  readonly order: readonly unknown[];
}

/** Daily closes that had been made at an instant, adjusted for splits. */
@Injectable()
export class RiskPrices {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'sources'>,
    private readonly assets: AssetRegistry,
    private readonly bars: ClosedBars,
    private readonly closes: AdjustedCloses,
    private readonly splits: AssetSplits,
  ) {}

  /** Of what a report is about: what is held, its numeraires and the benchmark; with what tells two readings apart. */
  async of(about: About, { asOf, viewer, knownAt }: At): Promise<Map<AssetId, AdjustedPrices & { sha256: string }>> {
    const needed = neededFor(about);
    const splits = await this.splits.of(viewer, needed, knownAt);
    const read = await this.closes.of(needed, { viewer, before: endOf(asOf), knownAt }, splits);
    return new Map([...read].map(([assetId, prices]) => [assetId, { ...prices, sha256: hashOf(prices) }]));
  }

  /** The state of what `of` would read, in a few questions however many bars there are: somebody waits for it. */
  async stateOf(about: About, { asOf, viewer, knownAt }: At): Promise<StateOfPrices> {
    const needed = neededFor(about);
    const catalogue = await this.assets.catalogue();
    const splits = await this.splits.of(viewer, needed, knownAt);
    const { order, cryptoBasis } = this.config.sources;
    return {
      // prices in USDT are made dollars with those of USDT
      stored: await this.bars.stateOf([...needed, 'USDT' as AssetId], '1d', {
        viewer,
        before: endOf(asOf),
        knownAt,
      }),
      splits: Object.fromEntries(
        needed.flatMap((assetId) => (splits.has(assetId) ? [[assetId, splits.get(assetId)!]] : [])),
      ),
      order: [order, cryptoBasis, needed.map((assetId) => catalogue.of(assetId)?.sourceOrder ?? [])],
    };
  }
}

const neededFor = ({ weights, numeraire, benchmark }: About): AssetId[] => {
  const all = new Set([...Object.keys(weights), 'BTC', numeraire, benchmark] as AssetId[]);
  return [...all].filter((assetId) => assetId !== 'USD');
};

/** Bars that open before it had ended by the instant. */
const endOf = (asOf: EpochMs): EpochMs => asOf - dayMs + 1;

const hashOf = ({ openTimes, usd }: DailyPrices): string =>
  createHash('sha256').update(new Float64Array(openTimes)).update(new Float64Array(usd)).digest('hex');
