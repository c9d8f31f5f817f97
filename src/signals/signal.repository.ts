import { EntityManager, type QueryResult } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { SeriesRef } from '../data/domain/candle.js';
import type { AssetId, OwnerId, PipelineId } from '../shared/ids.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import type { SignalState } from './domain/signal-state.js';
import { heldBackWords } from './domain/held-back.js';
import { Signal, SignalRun, type WithheldSignal } from './signal.entity.js';
import { isTold } from './runs/told-outcomes.js';

export type SignalRow = Omit<Signal, 'createdAt'>;
/** With the instant from which it is served. */
export type StoredSignal = Readonly<Signal>;
export type SignalRunRow = Omit<SignalRun, 'createdAt'>;

export interface RecordedRun {
  readonly run: SignalRunRow;
  /** In the order in which they were stored. */
  readonly signals: readonly SignalRow[];
}

/** What a pipeline is told: signals that nothing holds back, and reasons for all other pairs. */
export const toldOf = ({ run, signals }: RecordedRun): { shown: SignalRow[]; withheld: WithheldSignal[] } => ({
  shown: signals.filter(({ heldBack }) => !heldBack),
  withheld: [
    ...run.withheld,
    ...signals.flatMap(({ assetId, category, heldBack }) =>
      heldBack ? [{ assetId: assetId as AssetId, category, reason: `held back: ${heldBackWords(heldBack)}` }] : [],
    ),
  ],
});

/** The series that a signal was computed from. */
export const seriesOf = ({ series, assetId, evidence }: SignalRow): SeriesRef => ({
  ...series,
  assetId: assetId as AssetId,
  interval: evidence.interval,
});

export interface SignalFilter {
  readonly portfolioId?: string | undefined;
  readonly pipelineId?: string | undefined;
  /** Of a run of its own: what it was told, whichever run had found it. */
  readonly runId?: string | undefined;
  readonly assetId?: string | undefined;
  readonly category?: TradeCategory | undefined;
  /** Without it all but those held back. */
  readonly state?: SignalState | undefined;
  readonly isRehearsal?: boolean | undefined;
  readonly asOf?: Date | undefined;
  /** Both included. */
  readonly asOfFrom?: Date | undefined;
  readonly asOfTo?: Date | undefined;
  /** Decides between live and expired. */
  readonly now: Date;
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

  /** In no particular order; those that are not there are missing. */
  async stored(ids: readonly string[]): Promise<StoredSignal[]> {
    return this.em.find(Signal, { id: { $in: [...ids] } }, { disableIdentityMap: true });
  }

  async signalOf(ownerId: OwnerId, id: string): Promise<SignalRow | null> {
    return this.em.findOne(Signal, { ownerId, id });
  }

  /** Newest first, from the one after `before` on. */
  async signalsOf(ownerId: OwnerId, filter: SignalFilter, limit: number, before?: string): Promise<SignalRow[]> {
    const conditions: [string, ...unknown[]][] = [['s.owner_id = ?', ownerId], stateCondition(filter)];
    const where = (condition: string, value: unknown) => {
      if (value !== undefined) conditions.push([condition, value]);
    };
    where('s.portfolio_id = ?', filter.portfolioId);
    where('s.run_id = ?', filter.pipelineId);
    where(`s.id in (${signalsToldTo})`, filter.runId);
    where('s.asset_id = ?', filter.assetId);
    where('s.category = ?', filter.category);
    where('s.rehearsal = ?', filter.isRehearsal);
    where('s.as_of = ?', filter.asOf);
    where('s.as_of >= ?', filter.asOfFrom);
    where('s.as_of <= ?', filter.asOfTo);
    where('s.id < ?', before);
    const rows = await this.em.execute<{ id: string }[]>(
      `select s.id from signal s left join signal_settlement o on o.signal_id = s.id
       where ${conditions.map(([condition]) => condition).join(' and ')} order by s.id desc limit ?`,
      [...conditions.flatMap(([, ...values]) => values), limit],
    );
    const ids = rows.map(({ id }) => id);
    return this.em.find(Signal, { id: { $in: ids } }, { orderBy: { id: 'desc' }, disableIdentityMap: true });
  }

  /** Which of these runs are pipelines. */
  async pipelinesAmong(runIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.em.find(
      SignalRun,
      { id: { $in: [...new Set(runIds)] }, question: null },
      { fields: ['id'], disableIdentityMap: true },
    );
    return new Set(rows.map(({ id }) => id));
  }
}

function stateCondition({ state, now }: SignalFilter): [string, ...unknown[]] {
  switch (state) {
    case undefined:
      return ['s.held_back is null'];
    case 'held_back':
      return ['s.held_back is not null'];
    case 'settled':
      return ['s.held_back is null and o.signal_id is not null'];
    case 'expired':
      return ['s.held_back is null and o.signal_id is null and s.expires_at <= ?', now];
    case 'live':
      return ['s.held_back is null and o.signal_id is null and s.expires_at > ?', now];
  }
}

/** Ids of the signals of the pairs that a run asked for, whichever run found them. */
const signalsToldTo = `
  select told.signal_id from signal_run r join signal_outcome told on ${isTold('r', 'told')} where r.id = ?`;
