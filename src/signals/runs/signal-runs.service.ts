import { Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { SignalRunRepository, type OutcomeRow } from './signal-run.repository.js';
import type { SignalRunQuery } from '../signals.schemas.js';
import { SignalsService } from '../signals.service.js';
import { outcomeView, signalRunView, type SignalRunView } from './signal-runs.views.js';

/** Runs of signals as clients see them. */
@Injectable()
export class SignalRunsService {
  constructor(
    private readonly runs: SignalRunRepository,
    private readonly signals: SignalsService,
  ) {}

  /** A run and a page of its outcomes. @throws DomainError `not_found`, also before it has begun */
  async view(ownerId: OwnerId, id: string, { limit, cursor }: SignalRunQuery): Promise<SignalRunView> {
    const run = await this.runs.ofOwner(ownerId, id);
    if (!run) throw new DomainError('not_found', `there is no run ${id} of signals that has begun`);
    const [assetId = '', category = ''] = cursor === undefined ? [] : decodeCursor(cursor, 'assetAndWord').split('|');
    const after = cursor === undefined ? undefined : { assetId, category };
    const rows = await this.runs.page(run, { limit: limit + 1, after });
    const stored = await this.runs.signals(rows.flatMap(({ signalId }) => signalId ?? []));
    const shown = await this.signals.viewed([...stored.values()]);
    const view = (row: OutcomeRow) => outcomeView(row, (signalId) => shown(stored.get(signalId)!));
    const page = pageFrom(rows, limit, view, ({ assetId: asset, category: word }) => `${asset}|${word}`);
    return signalRunView(run, await this.runs.counts(run), page);
  }
}
