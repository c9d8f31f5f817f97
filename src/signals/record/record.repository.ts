import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { EpochMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import { recordColumns } from '../domain/record/recorded-from.js';
import type { Provenance } from '../domain/record/recorded-signal.js';

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

const isSimulated = '(s.simulated or coalesce(o.simulated, false))';
const conditionOf: Readonly<Record<Provenance, string>> = {
  live: `not s.rehearsal and not ${isSimulated}`,
  rehearsal: `s.rehearsal and not ${isSimulated}`,
  simulated: isSimulated,
};
/** An opinion of after the exit may know it. The exit of a rehearsal is past, whenever somebody is asked. */
const isHindsight = 'not s.rehearsal and o.answered_at >= t.exited_at';
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

const sourceOf: Readonly<Record<(typeof recordColumns)[number], string>> = {
  id: 's.id',
  category: 's.category',
  asOf: ms('s.as_of'),
  riskRewardRatio: 's.risk_reward_ratio',
  strength: 's.strength',
  confidencePoints: 's.confidence_points',
  size: 's.position_size_pct',
  heldBackBy: "jsonb_path_query_array(s.held_back, '$[*].by')",
  opinion: `case when ${isHindsight} then 'unanswered' else o.outcome end`,
  late: 'o.late',
  calls: 'o.calls',
  milliseconds: 'o.milliseconds',
  aiConfidencePoints: 'o.ai_confidence_points',
  aiSize: 'o.ai_size_fraction',
  aiCancelled: 'o.ai_cancelled',
  served: 'o.served_basis',
  exitedAt: ms('t.exited_at'),
  returnUsd: 't.return_usd',
  returnBtc: 't.return_btc',
  rMultiple: 't.r_multiple',
};

/** Signals with what was said of them and what became of them, as the record counts them. */
@Injectable()
export class RecordRepository {
  constructor(private readonly em: EntityManager) {}

  /**
   * In the order of their ids, as the text that `recordedFrom` reads: the database writes it, and the thread that counts is
   * given it as it is, so that tens of thousands of rows hold up no event loop.
   */
  async signals(filter: RecordFilter): Promise<string> {
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
    const columns = recordColumns.map((column) => sourceOf[column]).join(', ');
    const [row] = await this.em.execute<{ signals: string }[]>(
      `select coalesce(json_agg(json_build_array(${columns}) order by s.id), '[]')::text as signals
       from signal s left join signal_opinion o on o.signal_id = s.id left join signal_settlement t on t.signal_id = s.id
       where ${conditions.join(' and ')}`,
      values,
    );
    return row!.signals;
  }
}

const dateOf = (instant: EpochMs | undefined): Date | undefined =>
  instant === undefined ? undefined : new Date(instant);
