import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import type { OwnerId } from '../shared/ids.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { Signal } from './signal.entity.js';
import type { SignalRow } from './signal.repository.js';

/** Whose signals, and of what; without assets or categories, of all. */
interface Asked {
  readonly ownerId: OwnerId;
  readonly portfolioId: string;
  readonly categories: readonly string[];
  readonly assetIds: readonly string[] | undefined;
}

/** Of each asset and category the latest signal that was given in earnest: no rehearsal, and nothing held it back. */
@Injectable()
export class ServedSignals {
  constructor(private readonly em: EntityManager) {}

  /** Those that nobody settled and that do not expire by `now`. */
  live(asked: Asked, now: EpochMs): Promise<SignalRow[]> {
    const isSettled = sql`exists (select from signal_settlement o where o.signal_id = s.id)`;
    return this.latest(asked, sql`s.expires_at > ${toIso(now)}::timestamptz and not ${isSettled}`);
  }

  /** Those as of a moment within the day, whatever became of them. */
  ofDay(asked: Asked, { from, before }: { readonly from: EpochMs; readonly before: EpochMs }): Promise<SignalRow[]> {
    return this.latest(asked, sql`s.as_of >= ${toIso(from)}::timestamptz and s.as_of < ${toIso(before)}::timestamptz`);
  }

  private async latest({ ownerId, portfolioId, categories, assetIds }: Asked, condition: RawBuilder<unknown>) {
    const ofAssets = assetIds === undefined ? sql`true` : sql`s.asset_id = any(${[...assetIds]}::text[])`;
    const { rows } = await sql<{ id: string }>`
      select distinct on (s.asset_id, s.category) s.id from signal s
      where s.owner_id = ${ownerId} and s.portfolio_id = ${portfolioId} and not s.rehearsal and s.held_back is null
        and s.category = any(${[...categories]}::text[]) and ${ofAssets} and ${condition}
      order by s.asset_id, s.category, s.as_of desc, s.id desc
    `.execute(this.em.getKysely());
    return this.em.find(Signal, { id: { $in: rows.map(({ id }) => id) } }, { disableIdentityMap: true });
  }
}
