import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { OpinionEffect } from '../ai/domain/effect.js';
import type { EpochMs } from '../shared/time.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import type { Provenance, RecordedSignal } from './domain/record/recorded-signal.js';
import type { opinionOutcomes } from './domain/recorded-opinion.js';
import type { Strength } from './domain/signal.js';

export interface RecordFilter {
  readonly ownerId: string;
  readonly provenance: Provenance;
  readonly portfolioId?: string | undefined;
  readonly category?: TradeCategory | undefined;
  /** At least one. */
  readonly assetIds?: readonly string[] | undefined;
  /** Of the as-of: at or after, and before. */
  readonly from?: EpochMs | undefined;
  readonly before?: EpochMs | undefined;
  /** Only what both arms can be compared on: shown, with an opinion that can be used. */
  readonly isArmed?: boolean;
}

interface Row {
  id: string;
  category: TradeCategory;
  as_of: EpochMs;
  risk_reward_ratio: number;
  strength: Strength;
  confidence_points: number;
  position_size_pct: number;
  held_back_by: string[] | null;
  opinion: (typeof opinionOutcomes)[number] | null;
  late: boolean;
  calls: number;
  milliseconds: number;
  ai_confidence_points: number;
  ai_size_fraction: number;
  ai_cancelled: boolean;
  served_basis: OpinionEffect['basis'];
  exited_at: EpochMs | null;
  return_usd: number;
  return_btc: number | null;
  r_multiple: number;
}

const isSimulated = '(s.simulated or coalesce(o.simulated, false))';
const conditionOf: Readonly<Record<Provenance, string>> = {
  live: `not s.rehearsal and not ${isSimulated}`,
  rehearsal: `s.rehearsal and not ${isSimulated}`,
  simulated: isSimulated,
};
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** Signals with what was said of them and what became of them, as the record counts them. */
@Injectable()
export class RecordRepository {
  constructor(private readonly em: EntityManager) {}

  /** In the order of their ids. */
  async signals(filter: RecordFilter): Promise<RecordedSignal[]> {
    const { assetIds } = filter;
    const conditions = ['s.owner_id = ?', conditionOf[filter.provenance]];
    const values: unknown[] = [filter.ownerId];
    const where = (condition: string, ...given: readonly unknown[]) => {
      if (given.includes(undefined)) return;
      conditions.push(condition);
      values.push(...given);
    };
    where('s.portfolio_id = ?', filter.portfolioId);
    where('s.category = ?', filter.category);
    where('s.as_of >= ?', dateOf(filter.from));
    where('s.as_of < ?', dateOf(filter.before));
    if (assetIds) where(`s.asset_id in (${assetIds.map(() => '?').join(', ')})`, ...assetIds);
    if (filter.isArmed) where("s.held_back is null and o.outcome = 'answered'");
    const rows = await this.em.execute<Row[]>(
      `select s.id, s.category, ${ms('s.as_of')} as as_of, s.risk_reward_ratio, s.strength, s.confidence_points,
              s.position_size_pct, jsonb_path_query_array(s.held_back, '$[*].by') as held_back_by,
              o.outcome as opinion, o.late, o.calls, o.milliseconds, o.ai_confidence_points, o.ai_size_fraction,
              o.ai_cancelled, o.served_basis, ${ms('t.exited_at')} as exited_at, t.return_usd, t.return_btc, t.r_multiple
       from signal s left join signal_opinion o on o.signal_id = s.id left join signal_settlement t on t.signal_id = s.id
       where ${conditions.join(' and ')} order by s.id`,
      values,
    );
    return rows.map(recordedOf);
  }
}

const dateOf = (ms: EpochMs | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

const recordedOf = (row: Row): RecordedSignal => ({
  signalId: row.id,
  category: row.category,
  asOf: row.as_of,
  riskRewardRatio: row.risk_reward_ratio,
  strength: row.strength,
  baseline: { confidencePoints: row.confidence_points, sizeFraction: row.position_size_pct, isCancelled: false },
  heldBackBy: row.held_back_by ?? [],
  opinion:
    row.opinion === null
      ? null
      : {
          outcome: row.opinion,
          late: row.late,
          calls: row.calls,
          milliseconds: row.milliseconds,
          ai: {
            confidencePoints: row.ai_confidence_points,
            sizeFraction: row.ai_size_fraction,
            isCancelled: row.ai_cancelled,
          },
          served: row.served_basis,
        },
  outcome:
    row.exited_at === null
      ? null
      : {
          exitedAt: row.exited_at,
          returnUsd: row.return_usd,
          returnBtc: row.return_btc,
          rMultiple: row.r_multiple,
        },
});
