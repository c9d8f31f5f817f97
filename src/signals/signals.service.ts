import { Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId, PipelineId } from '../shared/ids.js';
import { parseAsOf } from '../shared/time.js';
import type { WithheldSignal } from './signal.entity.js';
import { SettlementRepository } from './settlements/settlement.repository.js';
import { SignalOpinionRepository } from './opinions/signal-opinion.repository.js';
import { SignalRepository, toldOf, type SignalRow } from './signal.repository.js';
import type { SignalsQuery } from './signals.schemas.js';
import { signalDetailOf, signalViewOf, type SignalDetailView, type SignalView } from './signals.views.js';

/** What one run gave: its signals, and for every other pair of asset and category the reason why there is none. */
export interface RunSignals {
  items: SignalView[];
  withheld: readonly WithheldSignal[];
}

@Injectable()
export class SignalsService {
  constructor(
    private readonly signals: SignalRepository,
    private readonly settlements: SettlementRepository,
    private readonly opinions: SignalOpinionRepository,
  ) {}

  async page(ownerId: OwnerId, query: SignalsQuery): Promise<Page<SignalView>> {
    const filter = {
      portfolioId: query.portfolio_id,
      pipelineId: query.pipeline_id,
      runId: query.run_id,
      assetId: query.asset_id,
      category: query.category,
      state: query.state,
      isRehearsal: query.rehearsal,
      asOf: dateOf(query.as_of),
      asOfFrom: dateOf(query.as_of_from),
      asOfTo: dateOf(query.as_of_to),
      now: new Date(),
    };
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 'uuid');
    const rows = await this.signals.signalsOf(ownerId, filter, query.limit + 1, before);
    return pageFrom(rows, query.limit, await this.viewed(rows), ({ id }) => id);
  }

  async view(ownerId: OwnerId, id: string): Promise<SignalDetailView> {
    const signal = await this.signals.signalOf(ownerId, id);
    if (!signal) throw new DomainError('not_found', `there is no signal ${id}`);
    const shown = (await this.viewed([signal]))(signal);
    return signalDetailOf(shown, (await this.opinions.of([id])).get(id));
  }

  /** Null until the run has been recorded. */
  async ofRun(ownerId: OwnerId, runId: PipelineId): Promise<RunSignals | null> {
    const recorded = await this.signals.recordedRunOf(ownerId, runId);
    if (!recorded) return null;
    const { shown, withheld } = toldOf(recorded);
    return { items: shown.map(await this.viewed(shown)), withheld };
  }

  /** How rows are shown, with what was said of each and what became of it. */
  async viewed(rows: readonly SignalRow[]): Promise<(signal: SignalRow) => SignalView> {
    const now = Date.now();
    const ids = rows.map(({ id }) => id);
    const settled = await this.settlements.of(ids);
    const opinions = await this.opinions.of(ids);
    const pipelines = await this.signals.pipelinesAmong(rows.map(({ runId }) => runId));
    return (signal) =>
      signalViewOf(signal, {
        settlement: settled.get(signal.id),
        opinion: opinions.get(signal.id),
        isPipelines: pipelines.has(signal.runId),
        now,
      });
  }
}

const dateOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(parseAsOf(text)!);
