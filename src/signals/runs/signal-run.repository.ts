import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { databaseClock } from '../../platform/database/database-clock.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId, OwnerId, SignalId, SignalRunId } from '../../shared/ids.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import type { RunQuestion } from '../domain/signal-run.js';
import { Signal, SignalOutcomeRow, SignalRun } from '../signal.entity.js';
import type { SignalRow } from '../signal.repository.js';
import { isTold } from './told-outcomes.js';

/** A run of its own: all that its parts rest on stands in its row. */
export interface FrozenRun extends Omit<SignalRun, 'question' | 'knownAt' | 'withheld'> {
  readonly question: RunQuestion;
  readonly knownAt: Date;
}

export type OutcomeRow = Omit<SignalOutcomeRow, 'createdAt'>;

/** Which of a run's outcomes are meant. */
interface OutcomePage {
  readonly limit: number;
  /** The asset and category after which they begin. */
  readonly after?: { readonly assetId: string; readonly category: string } | undefined;
}

/** How the pairs of asset and category of a run came out. */
export interface OutcomeCounts {
  readonly signals: number;
  readonly heldBack: number;
  readonly withheld: number;
}

@Injectable()
export class SignalRunRepository {
  constructor(private readonly em: EntityManager) {}

  async find(id: SignalRunId): Promise<FrozenRun | null> {
    const run = await this.em.findOne(SignalRun, { id }, { disableIdentityMap: true });
    return run && frozen(run);
  }

  /** The owner's; null for a pipeline's, too. */
  async ofOwner(ownerId: OwnerId, id: string): Promise<FrozenRun | null> {
    const run = await this.em.findOne(
      SignalRun,
      { id, ownerId, question: { $ne: null } },
      { disableIdentityMap: true },
    );
    return run && frozen(run);
  }

  /** The moment that the database's clock shows, to which rows of prices are stamped. */
  now(): Promise<Date> {
    return databaseClock(this.em);
  }

  /** Records a run once: under an id that is taken nothing is written, and what stands there is answered. */
  async freeze(run: Omit<FrozenRun, 'createdAt'>): Promise<FrozenRun> {
    await this.em
      .createQueryBuilder(SignalRun)
      .insert({ ...run, withheld: [], createdAt: new Date() })
      .onConflict(['id'])
      .ignore()
      .execute('run');
    return (await this.find(run.id as SignalRunId))!;
  }

  /** What is known of pairs of some of a run's assets with its categories, whichever run found it. */
  standing(run: FrozenRun, assets: readonly AssetId[]): Promise<OutcomeRow[]> {
    return this.em.find(
      SignalOutcomeRow,
      { ...keyOf(run), assetId: { $in: [...assets] }, category: { $in: [...run.question.categories] } },
      { orderBy: { assetId: 'asc', category: 'asc' }, disableIdentityMap: true },
    );
  }

  /**
   * Stores outcomes with their signals in one transaction; of a pair that has an outcome already nothing is stored. Rows
   * are written in the order of their key, so that two runs at once wait for each other and never for ever.
   */
  async keep(outcomes: readonly OutcomeRow[], signals: readonly SignalRow[]): Promise<void> {
    if (outcomes.length === 0) return;
    const createdAt = new Date();
    await this.em.fork().transactional(async (em) => {
      const claimed = await em
        .createQueryBuilder(SignalOutcomeRow)
        .insert(outcomes.toSorted(byPair).map((one) => ({ ...one, createdAt })))
        .onConflict(['portfolioId', 'asOf', 'rehearsal', 'assetId', 'category'])
        .ignore()
        .returning(['signalId'])
        .execute<{ signalId: string | null }[]>('all');
      const ids = new Set(claimed.map(({ signalId }) => signalId));
      const own = signals.filter(({ id }) => ids.has(id));
      if (own.length === 0) return;
      await em
        .createQueryBuilder(Signal)
        .insert(own.map((signal) => ({ ...signal, createdAt })))
        .execute('run');
    });
  }

  async counts(run: FrozenRun): Promise<OutcomeCounts> {
    const [row] = await this.em.execute<{ signals: number; held_back: number; withheld: number }[]>(
      `select count(*) filter (where s.id is not null and s.held_back is null)::int as signals,
              count(*) filter (where s.held_back is not null)::int as held_back,
              count(*) filter (where s.id is null)::int as withheld
       from signal_run r join signal_outcome o on ${isTold('r', 'o')} left join signal s on s.id = o.signal_id
       where r.id = ?`,
      [run.id],
    );
    return { signals: row!.signals, heldBack: row!.held_back, withheld: row!.withheld };
  }

  /** A run's outcomes by asset and category, whichever run found them. */
  async page(run: FrozenRun, { limit, after }: OutcomePage): Promise<OutcomeRow[]> {
    const { assets, categories } = run.question;
    return this.em.find(
      SignalOutcomeRow,
      {
        ...keyOf(run),
        assetId: { $in: [...assets] },
        category: { $in: [...categories] },
        ...(after && {
          $or: [
            { assetId: { $gt: after.assetId } },
            { assetId: after.assetId, category: { $gt: after.category as TradeCategory } },
          ],
        }),
      },
      { orderBy: { assetId: 'asc', category: 'asc' }, limit, disableIdentityMap: true },
    );
  }

  /** Signals that this very run found, in the order in which they were stored. */
  foundBy(runId: SignalRunId): Promise<SignalRow[]> {
    return this.em.find(Signal, { runId }, { orderBy: { id: 'asc' }, disableIdentityMap: true });
  }

  signal(id: SignalId): Promise<SignalRow> {
    return this.em.findOneOrFail(Signal, { id }, { disableIdentityMap: true });
  }

  /** By id. */
  async signals(ids: readonly string[]): Promise<ReadonlyMap<string, SignalRow>> {
    const rows = await this.em.find(Signal, { id: { $in: [...ids] } }, { disableIdentityMap: true });
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function frozen({ question, knownAt, ...run }: SignalRun): FrozenRun {
  if (!question || !knownAt) throw new InvariantViolation(`run ${run.id} is a pipeline's`);
  return { ...run, question, knownAt };
}

const keyOf = ({ portfolioId, asOf, rehearsal }: FrozenRun) => ({ portfolioId, asOf, rehearsal });

const byPair = (a: OutcomeRow, b: OutcomeRow): number =>
  a.assetId < b.assetId ? -1 : a.assetId > b.assetId ? 1 : a.category < b.category ? -1 : 1;
