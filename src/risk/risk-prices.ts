import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { AdjustedCloses, type AdjustedPrices } from '../data/prices/adjusted-closes.js';
import type { DailyPrices } from '../data/prices/daily-closes.js';
import { AssetSplits } from '../portfolio/ledger/asset-splits.js';
import type { AssetId, OwnerId } from '../shared/ids.js';
import { dayMs, type EpochMs } from '../shared/time.js';
import type { RiskRequest } from './risk.contract.js';

interface At {
  readonly asOf: EpochMs;
  readonly viewer: OwnerId;
  readonly knownAt?: EpochMs | undefined;
}

/** Daily closes that had been made at an instant, adjusted for splits, by asset, with what tells two readings apart. */
@Injectable()
export class RiskPrices {
  constructor(
    private readonly closes: AdjustedCloses,
    private readonly splits: AssetSplits,
  ) {}

  /** Of what a report is about: what is held, its numeraires and the benchmark. */
  async of(
    { weights, numeraire, benchmark }: Pick<RiskRequest, 'weights' | 'numeraire' | 'benchmark'>,
    { asOf, viewer, knownAt }: At,
  ): Promise<Map<AssetId, AdjustedPrices & { sha256: string }>> {
    const needed = [...Object.keys(weights), 'BTC', numeraire, benchmark].filter((assetId) => assetId !== 'USD');
    const splits = await this.splits.of(viewer, needed as AssetId[], knownAt);
    const read = await this.closes.of(needed as AssetId[], { viewer, before: asOf - dayMs + 1, knownAt }, splits);
    return new Map([...read].map(([assetId, prices]) => [assetId, { ...prices, sha256: hashOf(prices) }]));
  }
}

const hashOf = ({ openTimes, usd }: DailyPrices): string =>
  createHash('sha256').update(new Float64Array(openTimes)).update(new Float64Array(usd)).digest('hex');
