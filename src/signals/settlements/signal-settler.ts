import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { ClosedBars } from '../../data/candles/closed-bars.js';
import { CanonicalSeries } from '../../data/candles/canonical-series.js';
import { canDerive } from '../../data/domain/derive.js';
import { intervalMs, intervals, type Candle, type Interval } from '../../data/domain/candle.js';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, type EpochMs } from '../../shared/time.js';
import { settle, settledReturns, type Exit, type LiveSignal } from '../domain/settlement.js';
import { SettlementRepository } from './settlement.repository.js';
import { seriesOf, type SignalRow } from '../signal.repository.js';
import type { SettlementReport } from '../signals.contract.js';

const btc = 'BTC' as AssetId;
/** Signals whose later bars are read in one go. */
const atOnce = 200;

/** Bars of bitcoin that may be missing before an instant within a day: an older close says nothing of it. */
const mostMissing = 2;

/** What one bitcoin cost, for bars of a size; null where it had no price. Only ratios of the prices of one size count. */
type BitcoinPrices = (viewer: OwnerId, interval: Interval, at: EpochMs) => Promise<number | null>;

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
    const bitcoin = this.bitcoinPrices();
    const report = { settled: 0, open: 0 };
    for (let page = await this.settlements.live(atOnce); page.length > 0;) {
      const bars = await this.barsSince(page, now);
      for (const [i, signal] of page.entries()) {
        if (await this.one(signal, bars[i]!, now, bitcoin)) report.settled++;
        else report.open++;
        onEach();
      }
      page = page.length < atOnce ? [] : await this.settlements.live(atOnce, page.at(-1));
    }
    return report;
  }

  private barsSince(signals: readonly SignalRow[], now: EpochMs): Promise<Candle[][]> {
    const reads = signals.map((signal) => ({
      series: seriesOf(signal),
      options: { since: signal.asOf.getTime(), before: signal.expiresAt.getTime(), revisions: 'newest' as const },
    }));
    return this.bars.ofMany(reads, now);
  }

  private async one(
    signal: SignalRow,
    bars: readonly Candle[],
    now: EpochMs,
    bitcoin: BitcoinPrices,
  ): Promise<boolean> {
    const { interval } = signal.evidence;
    const live: LiveSignal = {
      direction: signal.direction,
      entryPrice: signal.entryPrice,
      takeProfit: signal.takeProfit,
      stopLoss: signal.stopLoss,
      asOf: signal.asOf.getTime(),
      expiresAt: signal.expiresAt.getTime(),
    };
    const follow = (parts: readonly Candle[]) => settle(live, bars, interval, () => parts, now);
    let outcome = follow([]);
    if (outcome.kind === 'exit' && outcome.told === 'pessimistic') {
      outcome = follow(await this.partsOf(signal, outcome.at - intervalMs[interval]));
    }
    if (outcome.kind === 'open') return false;
    await this.keep(signal, live, outcome, now, bitcoin);
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

  /** Asked once for an owner and an instant: the signals of a run have their entry in common. */
  private bitcoinPrices(): BitcoinPrices {
    const asked = new Map<string, Promise<number | null>>();
    return (viewer, interval, at) => {
      const key = `${viewer} ${interval} ${at}`;
      let price = asked.get(key);
      if (!price) {
        const isWithinDay = intervalMs[interval] < dayMs;
        price = isWithinDay ? this.closeWithinDay(viewer, interval, at) : this.dailyPrice(viewer, at);
        asked.set(key, price);
      }
      return price;
    };
  }

  private async dailyPrice(viewer: OwnerId, asOf: EpochMs): Promise<number | null> {
    const price = (await this.prices.of([btc], { asOf, viewer })).get(btc);
    return price ? Number(price.usd) : null;
  }

  /** Within a day a daily close is no price: it would be the same at the entry and at the exit. */
  private async closeWithinDay(viewer: OwnerId, interval: Interval, at: EpochMs): Promise<number | null> {
    const asset = (await this.assets.catalogue()).of(btc);
    const span = asset && (await this.canonical.stored(asset, interval, { viewer }));
    if (!span) return null;
    const [bar] = await this.bars.of(span.series, at, { last: 1, revisions: 'newest' });
    // the newest bar that is over ends at the instant, or less than a bar before it
    const isNear = bar && bar.openTime + (2 + mostMissing) * intervalMs[interval] > at;
    return isNear ? Number(bar.close) : null;
  }

  private async keep(
    signal: SignalRow,
    live: LiveSignal,
    exit: Exit,
    now: EpochMs,
    priceOf: BitcoinPrices,
  ): Promise<void> {
    const { costRate, interval } = signal.evidence;
    const viewer = signal.ownerId as OwnerId;
    const bitcoin = {
      atEntry: await priceOf(viewer, interval, live.asOf),
      atExit: await priceOf(viewer, interval, exit.at),
    };
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
