import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Signal } from './signal.entity.js';
import type { SignalRow } from './signal.repository.js';
import { SignalSettlement } from './signal-settlement.entity.js';

@Injectable()
export class SettlementRepository {
  constructor(private readonly em: EntityManager) {}

  /** Signals that nobody has settled, those first that expire first. */
  async live(limit: number): Promise<SignalRow[]> {
    const rows = await this.em.execute<{ id: string }[]>(
      `select s.id from signal s left join signal_settlement o on o.signal_id = s.id
       where o.signal_id is null order by s.expires_at, s.id limit ?`,
      [limit],
    );
    const ids = rows.map(({ id }) => id);
    return this.em.find(
      Signal,
      { id: { $in: ids } },
      { orderBy: { expiresAt: 'asc', id: 'asc' }, disableIdentityMap: true },
    );
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
