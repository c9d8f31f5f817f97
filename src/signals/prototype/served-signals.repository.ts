import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import type { OwnerId } from '../../shared/ids.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import { categoryRules } from '../domain/trade-category.js';
import { Signal } from '../signal.entity.js';
import type { SignalRow } from '../signal.repository.js';

/** Whose signals, and of what. */
interface Asked {
  readonly ownerId: OwnerId;
  readonly portfolioId: string;
  readonly categories: readonly TradeCategory[];
  readonly assetIds: readonly string[];
}

/** Of each asset and category the latest signal that was given in earnest: no rehearsal, and nothing held it back. */
@Injectable()
export class ServedSignals {
  constructor(private readonly em: EntityManager) {}

  /** Those that nobody settled and that do not expire by `now`. */
  live(asked: Asked, now: EpochMs): Promise<SignalRow[]> {
    // what expires later was given within the category's horizon: older ones need not be looked at
    const begins = asked.categories.map((category) => toIso(now - categoryRules[category].maxHorizonMs));
    const isSettled = sql`exists (select from signal_settlement o where o.signal_id = s.id)`;
    return this.latest(asked, begins, sql`s.expires_at > ${toIso(now)}::timestamptz and not ${isSettled}`);
  }

  /** Those as of a moment within the day, whatever became of them. */
  ofDay(asked: Asked, { from, before }: { readonly from: EpochMs; readonly before: EpochMs }): Promise<SignalRow[]> {
    const begins = asked.categories.map(() => toIso(from));
    return this.latest(asked, begins, sql`s.as_of < ${toIso(before)}::timestamptz`);
  }

  /** One look into the index for each asset and category, however many signals there are. */
  private async latest(
    { ownerId, portfolioId, categories, assetIds }: Asked,
    begins: readonly string[],
    condition: RawBuilder<unknown>,
  ): Promise<SignalRow[]> {
    const { rows } = await sql<{ id: string }>`
      select latest.id
      from unnest(${[...categories]}::text[], ${[...begins]}::timestamptz[]) as wanted (category, begins),
        unnest(${[...assetIds]}::text[]) as asset_id,
        lateral (
          select s.id from signal s
          where s.portfolio_id = ${portfolioId} and s.category = wanted.category and s.asset_id = asset_id.asset_id
            and s.as_of >= wanted.begins and s.owner_id = ${ownerId} and not s.rehearsal and s.held_back is null
            and ${condition}
          order by s.as_of desc, s.id desc limit 1
        ) as latest
    `.execute(this.em.getKysely());
    return this.em.find(Signal, { id: { $in: rows.map(({ id }) => id) } }, { disableIdentityMap: true });
  }
}
