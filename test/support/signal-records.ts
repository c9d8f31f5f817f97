import type { EntityManager } from '@mikro-orm/postgresql';
import { Signal } from '../../src/signals/signal.entity.js';
import { SignalOpinion } from '../../src/signals/opinions/signal-opinion.entity.js';
import type { SignalOpinionRow } from '../../src/signals/opinions/signal-opinion.repository.js';
import type { SignalRow } from '../../src/signals/signal.repository.js';
import { SignalSettlement } from '../../src/signals/settlements/signal-settlement.entity.js';
import { dayMs } from '../../src/shared/time.js';
import { anOpinionRow, aSignal, aSignalRun } from './signals.js';

/** A stop that was reached five days after the as-of. */
const aSettlement = (signal: SignalRow, over: Partial<SignalSettlement> = {}): SignalSettlement => ({
  signalId: signal.id,
  ownerId: signal.ownerId,
  reason: 'stop_loss',
  price: signal.stopLoss,
  exitedAt: new Date(signal.asOf.getTime() + 5 * dayMs),
  gap: false,
  told: 'bar',
  bestMove: 0,
  worstMove: 0.05,
  returnUsd: -0.05,
  returnBtc: -0.04,
  rMultiple: -1,
  costRate: 0.0015,
  settledAt: new Date(signal.asOf.getTime() + 6 * dayMs),
  ...over,
});

export interface SeededSignal {
  readonly signal?: Partial<SignalRow>;
  /** Null: nobody was asked. */
  readonly opinion?: Partial<SignalOpinionRow> | null;
  /** Null: it is open. */
  readonly settlement?: Partial<SignalSettlement> | null;
}

/** Stores live signals, each as of a run of its own. */
export async function seedSignals(em: EntityManager, seeded: readonly SeededSignal[]): Promise<void> {
  const rows = seeded.map(({ signal, ...rest }) => ({
    row: aSignal(aSignalRun({ rehearsal: false }), signal),
    ...rest,
  }));
  const createdAt = new Date();
  await em.insertMany(
    Signal,
    rows.map(({ row }) => ({ ...row, createdAt })),
  );
  await em.insertMany(
    SignalOpinion,
    rows.flatMap(({ row, opinion }) => (opinion === null ? [] : [anOpinionRow(row, opinion)])),
  );
  await em.insertMany(
    SignalSettlement,
    rows.flatMap(({ row, settlement }) => (settlement === null ? [] : [aSettlement(row, settlement)])),
  );
}
