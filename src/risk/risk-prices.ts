import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DailyCloses, type DailyPrices } from '../data/prices/daily-closes.js';
import type { AssetId, OwnerId } from '../shared/ids.js';
import { dayMs, type EpochMs } from '../shared/time.js';
import type { RiskRequest } from './risk.contract.js';

interface At {
  readonly asOf: EpochMs;
  readonly viewer: OwnerId;
  readonly knownAt?: EpochMs | undefined;
}

/** Daily closes that had been made at an instant, by asset, with what tells two readings apart. */
@Injectable()
export class RiskPrices {
  constructor(private readonly closes: DailyCloses) {}

  /** Of what a report is about: what is held, its numeraires and the benchmark. */
  async of(
    { weights, numeraire, benchmark }: Pick<RiskRequest, 'weights' | 'numeraire' | 'benchmark'>,
    { asOf, viewer, knownAt }: At,
  ): Promise<Map<AssetId, DailyPrices & { sha256: string }>> {
    const needed = [...Object.keys(weights), 'BTC', numeraire, benchmark].filter((assetId) => assetId !== 'USD');
    const read = await this.closes.of(needed as AssetId[], { viewer, before: asOf - dayMs + 1, knownAt });
    return new Map([...read].map(([assetId, prices]) => [assetId, { ...prices, sha256: hashOf(prices) }]));
  }
}

const hashOf = ({ openTimes, usd }: DailyPrices): string =>
  createHash('sha256').update(new Float64Array(openTimes)).update(new Float64Array(usd)).digest('hex');
