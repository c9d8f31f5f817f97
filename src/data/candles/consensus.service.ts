import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { sha256 } from '../../platform/crypto/sha256.js';
import { databaseClock } from '../../platform/database/database-clock.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository } from './candle.repository.js';
import { DisputedBar } from './disputed-bar.entity.js';
import { disputesLock } from './held-back.js';
import type { AssetClass } from '../domain/asset.js';
import { intervalMs, worldOf, type Adjustment, type Interval, type SeriesRef } from '../domain/candle.js';
import {
  consensusActor,
  disputeChange,
  judge,
  votersOf,
  votesKey,
  type Ballot,
  type DisputeChange,
  type HeldVotes,
  type KnownDispute,
  type Verdict,
} from '../domain/consensus.js';
import { basisOfSource, longestUsdtAgeMs } from '../domain/price-basis.js';
import { disagreementOf, type Disagreement } from '../domain/quality.js';
import { preferredSeries } from '../domain/source-choice.js';

/** Which bars are compared: those that open from `from` on and before `to`. */
export interface JudgedBars {
  readonly assetId: AssetId;
  readonly assetClass: AssetClass;
  readonly interval: Interval;
  readonly adjustment: Adjustment;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Bars of one source that are read in one piece: bounds the memory of a long window. */
const barsAtOnce = 20_000;

/** The price of one USDT in USD at an instant; undefined when none is stored. */
type UsdtPrice = (instant: EpochMs) => number | undefined;
type Dispute = KnownDispute & HeldVotes;

interface Judgement {
  readonly openTime: EpochMs;
  readonly verdict: Verdict;
  readonly votesHash: string;
  readonly change: DisputeChange;
}

/**
 * Judges of the same bars, and persons who end disputes about them, wait for each other until the transaction ends, so
 * that none overlooks what the other found.
 */
export async function lockDisputes(em: EntityManager, assetId: string, interval: Interval): Promise<void> {
  const key = disputesLock(assetId, interval);
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(em.getKysely());
}

@Injectable()
export class ConsensusService {
  constructor(
    private readonly em: EntityManager,
    private readonly candles: CandleRepository,
    private readonly assets: AssetRegistry,
  ) {}

  /**
   * Compares what the sources say of the same bars and holds back what lies too far from the others; a later vote that
   * brings agreement releases what was held back. The same votes again change nothing. Answers how many bars of the
   * window are held back by an open dispute.
   *
   * Only spot prices that everybody may read have a vote, and each world of the simulator votes for itself.
   */
  async judge(bars: JudgedBars): Promise<{ disputed: number }> {
    const { interval, from, to } = bars;
    for (const [world, series] of await this.worlds(bars)) {
      const usdt = await this.usdtPrice(world, series, from, to);
      const atOnce = barsAtOnce * intervalMs[interval];
      for (let start = from; start < to; start += atOnce) {
        await this.judgeWorld({ ...bars, from: start, to: Math.min(to, start + atOnce) }, world, series, usdt);
      }
    }
    return { disputed: await this.countOpen(bars) };
  }

  /** How far the sources' closes of the same bars lie apart, and how many of the bars an open dispute holds back. */
  async disagreement(bars: JudgedBars): Promise<Disagreement & { disputed: number }> {
    const { from: since, to: before, interval } = bars;
    const found: Disagreement[] = [];
    for (const [world, series] of await this.worlds(bars)) {
      const usdt = await this.usdtPrice(world, series, since, before);
      const sources = [];
      for (const one of series) {
        const { openTimes, closes } = await this.candles.closes(one, null, { since, before, disputed: 'include' });
        const rate = (i: number) => usdt(openTimes[i]! + intervalMs[interval]) ?? 1;
        const usd = one.quoteCurrency === 'USD' ? closes : closes.map((close, i) => close * rate(i));
        sources.push({ openTimes, usd });
      }
      found.push(disagreementOf(sources));
    }
    const compared = found.reduce((sum, one) => sum + one.compared, 0);
    const largest = found
      .map((one) => one.largest)
      .reduce((a, b) => (!a || (b && b.deviation > a.deviation) ? b : a), null);
    return { compared, largest, disputed: await this.countOpen(bars) };
  }

  /** The series that have a vote, by the world they are of; only worlds in which there is anything to compare. */
  private async worlds({ assetId, interval, adjustment }: JudgedBars): Promise<[string, SeriesRef[]][]> {
    const voters = (await this.candles.seriesSpans(assetId, interval))
      .map(({ series }) => series)
      .filter((series) => series.adjustment === adjustment && basisOfSource(series.source) === 'spot');
    return [...grouped(voters, ({ source }) => worldOf(source))].filter(([, series]) => series.length > 1);
  }

  private judgeWorld(bars: JudgedBars, world: string, series: readonly SeriesRef[], usdt: UsdtPrice): Promise<void> {
    return this.em.transactional(async (em) => {
      const { assetId, interval } = bars;
      await lockDisputes(em, assetId, interval);
      const ballots = await ballotsOf(em, series, bars);
      const known = await knownDisputes(em, bars, world);
      const judgements = [];
      for (const [openTime, cast] of [...ballots].sort(([a], [b]) => a - b)) {
        // a bar that one source alone has cannot be disputed, nor can a new dispute begin without two
        if (cast.length < 2) continue;
        const judged = judgementOf(bars, openTime, { cast, known: known.get(openTime) ?? [], usdt });
        if (judged.change.changes) judgements.push(judged);
      }
      if (judgements.length > 0) await keep(em, bars, world, judgements);
    });
  }

  private async usdtPrice(world: string, voters: readonly SeriesRef[], from: EpochMs, to: EpochMs): Promise<UsdtPrice> {
    if (voters.every(({ quoteCurrency }) => quoteCurrency === 'USD')) return () => undefined;
    const usdt = 'USDT' as AssetId;
    const order = (await this.assets.catalogue()).of(usdt)?.sourceOrder ?? [];
    const stored = (await this.candles.seriesOfAsset(usdt, '1d')).filter(
      ({ series: { source, quoteCurrency } }) => quoteCurrency === 'USD' && worldOf(source) === world,
    );
    const series = preferredSeries(stored, order)?.series;
    if (!series) return () => undefined;
    const since = from - longestUsdtAgeMs - dayMs;
    const { openTimes, closes } = await this.candles.closes(series, null, { since, before: to });
    return (instant) => {
      const at = lastAtOrBefore(openTimes, instant - dayMs);
      return at >= 0 && instant - (openTimes[at]! + dayMs) <= longestUsdtAgeMs ? closes[at] : undefined;
    };
  }

  private async countOpen({ assetId, interval, adjustment, from, to }: JudgedBars): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(distinct open_time)::int4 as count from disputed_bar
      where asset_id = ${assetId} and "interval" = ${interval} and adjustment = ${adjustment} and state = 'open'
        and open_time >= ${toIso(from)}::timestamptz and open_time < ${toIso(to)}::timestamptz
    `.execute(this.em.getKysely());
    return rows[0]!.count;
  }
}

/** Index of the last of the ascending times that is not after the instant; -1 without one. */
function lastAtOrBefore(times: Float64Array, instant: EpochMs): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (times[middle]! <= instant) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** The newest revision of each source's bar, by open time. */
async function ballotsOf(
  em: EntityManager,
  voters: readonly SeriesRef[],
  { from, to }: JudgedBars,
): Promise<Map<EpochMs, Ballot[]>> {
  const ballots = new Map<EpochMs, Ballot[]>();
  for (const { assetId, interval, source, quoteCurrency, adjustment } of voters) {
    const { rows } = await sql<{ at: number; revision: number; close: string }>`
      select distinct on (open_time) (date_part('epoch', open_time) * 1000)::float8 as at, revision,
             close::text as close
      from candle
      where asset_id = ${assetId} and "interval" = ${interval} and source = ${source}
        and quote_currency = ${quoteCurrency} and adjustment = ${adjustment}
        and open_time >= ${toIso(from)}::timestamptz and open_time < ${toIso(to)}::timestamptz
      order by open_time desc, revision desc
    `.execute(em.getKysely());
    for (const { at: openTime, revision, close } of rows) {
      const cast = ballots.get(openTime);
      const ballot = { source, revision, close, quoteCurrency };
      if (cast) cast.push(ballot);
      else ballots.set(openTime, [ballot]);
    }
  }
  return ballots;
}

async function knownDisputes(em: EntityManager, bars: JudgedBars, world: string): Promise<Map<EpochMs, Dispute[]>> {
  const { assetId, interval, adjustment, from, to } = bars;
  const rows = await em.find(
    DisputedBar,
    { assetId, interval, adjustment, world, openTime: { $gte: new Date(from), $lt: new Date(to) } },
    { orderBy: { openedAt: 'asc', id: 'asc' }, disableIdentityMap: true },
  );
  const known = grouped(rows, ({ openTime }) => openTime.getTime());
  return new Map([...known].map(([openTime, found]) => [openTime, found.map(disputeOf)]));
}

const disputeOf = ({ id, state, votesHash, votes, keptOut, closedBy }: DisputedBar): Dispute => ({
  id,
  state,
  votesHash,
  votes,
  keptOut,
  closedBy: closedBy ?? null,
});

function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function judgementOf(
  { assetClass, interval }: JudgedBars,
  openTime: EpochMs,
  { cast, known, usdt }: { cast: readonly Ballot[]; known: readonly Dispute[]; usdt: UsdtPrice },
): Judgement {
  const voters = votersOf(cast, known);
  const verdict = judge(assetClass, voters, usdt(openTime + intervalMs[interval]));
  const votesHash = sha256(canonicalJson(votesKey(verdict.votes)));
  return { openTime, verdict, votesHash, change: disputeChange(verdict, votesHash, known) };
}

async function keep(
  em: EntityManager,
  { assetId, interval, adjustment }: JudgedBars,
  world: string,
  judgements: readonly Judgement[],
): Promise<void> {
  const now = await databaseClock(em);
  const of = (pick: (change: DisputeChange) => readonly string[]) => judgements.flatMap(({ change }) => pick(change));
  const closed = { closedAt: now, closedBy: consensusActor };
  const superseded = of(({ supersede }) => supersede);
  const released = of(({ release }) => release);
  if (superseded.length > 0)
    await em.nativeUpdate(DisputedBar, { id: { $in: superseded } }, { state: 'superseded', ...closed });
  if (released.length > 0)
    await em.nativeUpdate(DisputedBar, { id: { $in: released } }, { state: 'released', ...closed });
  const found = judgements.flatMap(({ openTime, verdict, votesHash, change }) =>
    verdict.kind === 'disputed' && change.isNew
      ? [
          {
            id: uuidv7(),
            assetId,
            interval,
            adjustment,
            world,
            openTime: new Date(openTime),
            state: 'open' as const,
            reason: verdict.reason,
            votes: verdict.votes,
            votesHash,
            sources: verdict.heldBack,
            openedAt: now,
            closedAt: null,
            closedBy: null,
            closedReason: null,
            keptOut: [],
          },
        ]
      : [],
  );
  for (let from = 0; from < found.length; from += insertAtOnce) {
    await em.insertMany(DisputedBar, found.slice(from, from + insertAtOnce));
  }
}

/** PostgreSQL takes 65,535 parameters in one statement; a dispute has 16. */
const insertAtOnce = 1_000;
