import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { OwnerId, PortfolioId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { PastSignal } from '../domain/protections/protection.js';
import { Signal } from '../signal.entity.js';
import type { SignalRow } from '../signal.repository.js';
import { SignalSettlement } from './signal-settlement.entity.js';

/** Ended signals that a run looks back on, the newest. */
const mostOfPast = 10_000;

/** Whose past, and what may be known of it. */
interface PastOf {
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly asOf: EpochMs;
  readonly rehearsal: boolean;
  readonly knownAt: EpochMs;
}

interface PastRow {
  asset_id: PastSignal['assetId'];
  category: PastSignal['category'];
  reason: PastSignal['reason'];
  exited_at: number;
  return_usd: number;
  position_size_pct: number;
  simulated: boolean;
}

@Injectable()
export class SettlementRepository {
  constructor(private readonly em: EntityManager) {}

  /** Signals that nobody has settled, those first that expire first; from the one after `after` on. */
  async live(limit: number, after?: Pick<SignalRow, 'id' | 'expiresAt'>): Promise<SignalRow[]> {
    const rows = await this.em.execute<{ id: string }[]>(
      `select s.id from signal s left join signal_settlement o on o.signal_id = s.id
       where o.signal_id is null ${after ? 'and (s.expires_at, s.id) > (?, ?)' : ''}
       order by s.expires_at, s.id limit ?`,
      [...(after ? [after.expiresAt, after.id] : []), limit],
    );
    const ids = rows.map(({ id }) => id);
    return this.em.find(
      Signal,
      { id: { $in: ids } },
      { orderBy: { expiresAt: 'asc', id: 'asc' }, disableIdentityMap: true },
    );
  }

  /**
   * Signals of a portfolio that had ended by an as-of, as far as that was settled at a moment of knowledge, in the order in
   * which they ended. Live runs and rehearsals each have a past of their own; signals that are held back, or that an opinion
   * had cancelled by then, belong to neither, and of two for the same asset, category and as-of one counts.
   */
  async past({ ownerId, portfolioId, asOf, rehearsal, knownAt }: PastOf): Promise<PastSignal[]> {
    const rows = await this.em.execute<PastRow[]>(
      `select * from (
         select distinct on (s.asset_id, s.category, s.as_of, s.simulated)
                s.id, s.asset_id, s.category, s.simulated, s.position_size_pct, o.reason, o.return_usd,
                (extract(epoch from o.exited_at) * 1000)::float8 as exited_at
         from signal s join signal_settlement o on o.signal_id = s.id left join signal_opinion a on a.signal_id = s.id
         where s.owner_id = ? and s.portfolio_id = ? and s.rehearsal = ? and s.held_back is null
           and o.exited_at <= ? and o.settled_at <= ?
           and not coalesce(a.served_cancelled and a.recorded_at <= ?, false)
         order by s.asset_id, s.category, s.as_of, s.simulated, s.id
       ) as past order by exited_at desc, id desc limit ${mostOfPast}`,
      [ownerId, portfolioId, rehearsal, new Date(asOf), new Date(knownAt), new Date(knownAt)],
    );
    return rows.reverse().map((row) => ({
      assetId: row.asset_id,
      category: row.category,
      reason: row.reason,
      exitedAt: row.exited_at,
      returnUsd: row.return_usd,
      positionSizePct: row.position_size_pct,
      simulated: row.simulated,
    }));
  }

  /** Once for a signal: what stands there stays. */
  async keep(row: SignalSettlement): Promise<void> {
    await this.em.createQueryBuilder(SignalSettlement).insert(row).onConflict(['signalId']).ignore().execute('run');
  }

  /** By the id of the signal. */
  async of(signalIds: readonly string[]): Promise<ReadonlyMap<string, SignalSettlement>> {
    const rows = await this.em.find(
      SignalSettlement,
      { signalId: { $in: [...signalIds] } },
      { disableIdentityMap: true },
    );
    return new Map(rows.map((row) => [row.signalId, row]));
  }
}
