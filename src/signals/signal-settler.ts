import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { ClosedBars } from '../data/candles/closed-bars.js';
import { CanonicalSeries } from '../data/candles/canonical-series.js';
import { canDerive } from '../data/domain/derive.js';
import { intervalMs, intervals, type Candle, type SeriesRef } from '../data/domain/candle.js';
import { DatedPrices } from '../data/prices/dated-prices.js';
import type { AssetId, OwnerId } from '../shared/ids.js';
import type { EpochMs } from '../shared/time.js';
import { settle, settledReturns, type Exit, type LiveSignal } from './domain/settlement.js';
import { SettlementRepository } from './settlement.repository.js';
import type { SignalRow } from './signal.repository.js';
import type { SettlementReport } from './signals.contract.js';

const btc = 'BTC' as AssetId;
/** Signals that one run follows; the rest is followed by the next. */
const mostAtOnce = 500;

/** Follows live signals on the bars that came after them, and keeps what became of each. */
@Injectable()
export class SignalSettler {
  constructor(
    private readonly settlements: SettlementRepository,
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly bars: ClosedBars,
    private readonly prices: DatedPrices,
  ) {}

  /** Bars that were closed by `now` count. */
  async settleAll(now: EpochMs, onEach: () => void): Promise<SettlementReport> {
    const live = await this.settlements.live(mostAtOnce);
    let settled = 0;
    for (const signal of live) {
      if (await this.one(signal, now)) settled++;
      onEach();
    }
    return { settled, open: live.length - settled };
  }

  private async one(signal: SignalRow, now: EpochMs): Promise<boolean> {
    const { interval } = signal.evidence;
    const series: SeriesRef = { ...signal.series, assetId: signal.assetId as AssetId, interval };
    const live: LiveSignal = {
      direction: signal.direction,
      entryPrice: signal.entryPrice,
      takeProfit: signal.takeProfit,
      stopLoss: signal.stopLoss,
      asOf: signal.asOf.getTime(),
      expiresAt: signal.expiresAt.getTime(),
    };
    const window = { since: live.asOf, before: live.expiresAt, revisions: 'newest' } as const;
    const bars = await this.bars.of(series, now, window);
    const follow = (parts: readonly Candle[]) => settle(live, bars, interval, () => parts, now);
    let outcome = follow([]);
    if (outcome.kind === 'exit' && outcome.told === 'pessimistic') {
      outcome = follow(await this.partsOf(signal, outcome.at - intervalMs[interval]));
    }
    if (outcome.kind === 'open') return false;
    await this.keep(signal, live, outcome, now);
    return true;
  }

  /** The bars of which one bar is made, of the finest size that is stored; none where nothing finer is. */
  private async partsOf({ assetId, ownerId, evidence }: SignalRow, openTime: EpochMs): Promise<Candle[]> {
    const asset = (await this.assets.catalogue()).of(assetId as AssetId);
    const end = openTime + intervalMs[evidence.interval];
    for (const finer of asset ? intervals.filter((one) => canDerive(one, evidence.interval)) : []) {
      const span = await this.canonical.stored(asset!, finer, { viewer: ownerId as OwnerId });
      if (!span) continue;
      const parts = await this.bars.of(span.series, end, {
        since: openTime,
        before: end,
        revisions: 'newest',
      });
      if (parts.length > 0) return parts;
    }
    return [];
  }

  private async keep(signal: SignalRow, live: LiveSignal, exit: Exit, now: EpochMs): Promise<void> {
    const { costRate } = signal.evidence;
    const viewer = signal.ownerId as OwnerId;
    const priceAt = async (asOf: EpochMs) => {
      const price = (await this.prices.of([btc], { asOf, viewer })).get(btc);
      return price ? Number(price.usd) : null;
    };
    const bitcoin = { atEntry: await priceAt(live.asOf), atExit: await priceAt(exit.at) };
    const { usd, btc: inBtc, rMultiple } = settledReturns(live, exit.price, costRate, bitcoin);
    await this.settlements.keep({
      signalId: signal.id,
      ownerId: signal.ownerId,
      reason: exit.reason,
      price: exit.price,
      exitedAt: new Date(exit.at),
      gap: exit.gap,
      told: exit.told,
      bestMove: exit.bestMove,
      worstMove: exit.worstMove,
      returnUsd: usd,
      returnBtc: inBtc,
      rMultiple,
      costRate,
      settledAt: new Date(now),
    });
  }
}
