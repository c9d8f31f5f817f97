import { EntityManager, type QueryResult } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { OwnerId, PipelineId } from '../shared/ids.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import { Signal, SignalRun } from './signal.entity.js';

export type SignalRow = Omit<Signal, 'createdAt'>;
export type SignalRunRow = Omit<SignalRun, 'createdAt'>;

export interface RecordedRun {
  readonly run: SignalRunRow;
  /** In the order in which they were stored. */
  readonly signals: readonly SignalRow[];
}

export interface SignalFilter {
  readonly portfolioId?: string | undefined;
  readonly runId?: string | undefined;
  readonly assetId?: string | undefined;
  readonly category?: TradeCategory | undefined;
}

@Injectable()
export class SignalRepository {
  constructor(private readonly em: EntityManager) {}

  /** The run and its signals, or null when no such run was recorded. */
  async recordedRun(runId: string): Promise<RecordedRun | null> {
    const run = await this.em.findOne(SignalRun, { id: runId });
    return run && this.withSignals(run);
  }

  private async withSignals(run: SignalRunRow): Promise<RecordedRun> {
    return { run, signals: await this.em.find(Signal, { runId: run.id }, { orderBy: { id: 'asc' } }) };
  }

  async recordedRunOf(ownerId: OwnerId, runId: PipelineId): Promise<RecordedRun | null> {
    const recorded = await this.recordedRun(runId);
    return recorded?.run.ownerId === ownerId ? recorded : null;
  }

  /** Stores a run once: under an id that is taken nothing is written, and what stands there is answered. */
  async recordRun(run: SignalRunRow, signals: readonly SignalRow[]): Promise<RecordedRun> {
    await this.em.transactional(async (em) => {
      const createdAt = new Date();
      const { affectedRows } = await em
        .createQueryBuilder(SignalRun)
        .insert({ ...run, createdAt })
        .onConflict(['id'])
        .ignore()
        .execute<QueryResult>('run');
      if (affectedRows === 0 || signals.length === 0) return;
      await em
        .createQueryBuilder(Signal)
        .insert(signals.map((signal) => ({ ...signal, createdAt })))
        .onConflict(['runId', 'assetId', 'category'])
        .ignore()
        .execute('run');
    });
    return this.withSignals(await this.em.findOneOrFail(SignalRun, { id: run.id }));
  }

  async signalOf(ownerId: OwnerId, id: string): Promise<SignalRow | null> {
    return this.em.findOne(Signal, { ownerId, id });
  }

  /** Newest first, from the one after `before` on. */
  async signalsOf(ownerId: OwnerId, filter: SignalFilter, limit: number, before?: string): Promise<SignalRow[]> {
    const { portfolioId, runId, assetId, category } = filter;
    return this.em.find(
      Signal,
      {
        ownerId,
        ...(portfolioId !== undefined && { portfolioId }),
        ...(runId !== undefined && { runId }),
        ...(assetId !== undefined && { assetId }),
        ...(category !== undefined && { category }),
        ...(before !== undefined && { id: { $lt: before } }),
      },
      { orderBy: { id: 'desc' }, limit, disableIdentityMap: true },
    );
  }
}
