import { recordedFrom } from '../../../../src/signals/domain/record/recorded-from.js';
import { armedSignals, type Provenance } from '../../../../src/signals/domain/record/recorded-signal.js';
import { verdictOf } from '../../../../src/signals/domain/record/verdict.js';
import type { TradeCategory } from '../../../../src/shared/trade-categories.js';
import { OpinionRecord } from '../../../../src/signals/record/opinion-record.js';
import { RecordRepository } from '../../../../src/signals/record/record.repository.js';
import { dayMs } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { seedSignals, type SeededSignal } from '../../../support/signal-records.js';

const db = useDatabase();
const record = () => new OpinionRecord(new RecordRepository(db.orm.em.fork()));
const verdict = async (ownerId: string, provenance: Provenance, category: TradeCategory) => {
  const signals = await new RecordRepository(db.orm.em.fork()).signals({ ownerId, provenance, isArmed: true });
  return verdictOf(armedSignals(recordedFrom(signals)), category, later.getTime());
};
const start = Date.parse('2024-01-01T00:00:00Z');
const at = (day: number) => new Date(start + day * dayMs);
const later = at(2_000);

/** Weekly signals that lost, and that the opinion cancels. */
const cancelledLosers = (ownerId: string, count: number, over: SeededSignal = {}): SeededSignal[] =>
  Array.from({ length: count }, (_, week) => ({
    signal: { ownerId, asOf: at(7 * week), ...over.signal },
    opinion: over.opinion === null ? null : { aiCancelled: true, ...over.opinion },
    settlement: over.settlement === null ? null : { exitedAt: at(7 * week + 5), ...over.settlement },
  }));
const seed = (...parts: SeededSignal[][]) => seedSignals(db.orm.em.fork(), parts.flat());
const asking = (ownerId: string, asOf = later, simulated = false) =>
  ({ ownerId, category: 'swing', asOf, simulated }) as const;

test('99 settled pairs allow nothing, the hundredth allows lowering from the instant on at which it was known', async () => {
  const ownerId = 'hundred';
  await seed(cancelledLosers(ownerId, 100));
  expect(await record().allows(asking(ownerId))).toBe('lower');
  const last = 7 * 99 + 5;
  expect(await record().allows(asking(ownerId, at(last)))).toBe('lower');
  expect(await record().allows(asking(ownerId, new Date(at(last).getTime() - 1)))).toBe('show');
  expect(await verdict(ownerId, 'live', 'scalp')).toMatchObject({ scope: 'all', pairs: 100 });
});

test('what is simulated counts for what is simulated, by prices or by opinion, and a rehearsal for nobody', async () => {
  const ownerId = 'simulated';
  await seed(
    cancelledLosers(ownerId, 60, { signal: { simulated: true } }),
    cancelledLosers(ownerId, 60, { opinion: { simulated: true } }),
    cancelledLosers(ownerId, 120, { signal: { rehearsal: true } }),
  );
  expect(await record().allows(asking(ownerId))).toBe('show');
  expect(await record().allows(asking(ownerId, later, true))).toBe('lower');
  expect(await verdict(ownerId, 'rehearsal', 'swing')).toMatchObject({ pairs: 120 });
  expect(await verdict(ownerId, 'live', 'swing')).toMatchObject({ pairs: 0 });
});

test('an opinion that came when the signal had ended says nothing, but for a rehearsal, which had ended before', async () => {
  const ownerId = 'hindsight';
  const exit = { exitedAt: at(5) };
  const answeredAt = (ms: number) => new Date(at(5).getTime() + ms);
  await seed(
    cancelledLosers(ownerId, 1, { settlement: exit, opinion: { answeredAt: answeredAt(-1) } }),
    cancelledLosers(ownerId, 3, { settlement: exit, opinion: { answeredAt: answeredAt(0) } }),
    cancelledLosers(ownerId, 2, { signal: { rehearsal: true }, settlement: exit, opinion: { answeredAt: later } }),
  );
  expect(await verdict(ownerId, 'live', 'swing')).toMatchObject({ pairs: 1 });
  expect(await verdict(ownerId, 'rehearsal', 'swing')).toMatchObject({ pairs: 2 });
});

test('signals that are open, held back, without a usable opinion, or of somebody else are no pairs', async () => {
  const ownerId = 'others';
  await seed(
    cancelledLosers(ownerId, 99),
    cancelledLosers(ownerId, 3, { settlement: null }),
    cancelledLosers(ownerId, 3, { signal: { heldBack: [{ by: 'cooldown', reason: 'two losses today' }] } }),
    cancelledLosers(ownerId, 3, { opinion: null }),
    cancelledLosers(ownerId, 3, {
      opinion: { outcome: 'refused', direction: null, confidence: null, answeredAt: null },
    }),
    cancelledLosers('somebody', 3),
  );
  expect(await verdict(ownerId, 'live', 'swing')).toMatchObject({ pairs: 99 });
});
