import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Page } from '../../platform/http/page.js';
import { SOURCES } from './configured-sources.js';
import type { MarketDataSource } from './market-data-source.js';
import { SourceGate } from './source-gate.js';
import type { SourceView } from './sources.schemas.js';
import { sourceView, type RecentAttempts } from './sources.views.js';

const noAttempts: RecentAttempts = { attempts: 0, outcomes: {}, p50: null, p95: null };

@Injectable()
export class SourcesService {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly gate: SourceGate,
    private readonly em: EntityManager,
  ) {}

  /** The configured sources, in the order of FKS_SOURCES, as they are now. */
  async list(): Promise<Page<SourceView>> {
    const standings = await this.gate.state(this.sources);
    const recent = await this.recentAttempts();
    const items = this.sources.map((source, i) =>
      sourceView(source, standings[i]!, recent.get(source.id) ?? noAttempts),
    );
    return { items, next_cursor: null };
  }

  private async recentAttempts(): Promise<ReadonlyMap<string, RecentAttempts>> {
    const { rows } = await sql<RecentAttempts & { source: string }>`
      with recent as (
        select source, outcome, requests, milliseconds from source_attempt
        where source = any(${this.sources.map(({ id }) => id)}::text[]) and at > clock_timestamp() - interval '24 hours'
      ),
      counted as (select source, outcome, count(*)::int4 as times from recent group by source, outcome)
      select source, count(*)::int4 as attempts,
             (select jsonb_object_agg(outcome, times) from counted where counted.source = recent.source) as outcomes,
             percentile_cont(0.5) within group (order by milliseconds) filter (where requests > 0 or outcome = 'ok') as p50,
             percentile_cont(0.95) within group (order by milliseconds) filter (where requests > 0 or outcome = 'ok') as p95
      from recent group by source
    `.execute(this.em.getKysely());
    return new Map(rows.map((row) => [row.source, row]));
  }
}
