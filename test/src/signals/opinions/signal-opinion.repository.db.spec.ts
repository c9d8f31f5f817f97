import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { useDatabase } from '../../../support/database.js';
import { anOpinionRow, aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
const opinions = () => new SignalOpinionRepository(db.orm.em.fork());
const signal = () => aSignal(aSignalRun());

test('what is recorded of a signal comes back as it was', async () => {
  const row = anOpinionRow(signal());
  expect(await opinions().keep(row)).toEqual(row);
  expect([...(await opinions().of([row.signalId]))]).toEqual([[row.signalId, row]]);
});

test('a second record of the same signal writes nothing and answers the first', async () => {
  const row = anOpinionRow(signal());
  await opinions().keep(row);
  const other = { ...row, servedConfidencePoints: 10, reasons: ['another'] };
  expect(await Promise.all([opinions().keep(other), opinions().keep(other)])).toEqual([row, row]);
});

test('a signal nobody asked about is missing, not empty', async () => {
  expect((await opinions().of([signal().id])).size).toBe(0);
  expect((await opinions().of([])).size).toBe(0);
});

test('an answer without its direction is refused by the database, and so are points above 100', async () => {
  await expect(opinions().keep({ ...anOpinionRow(signal()), direction: null })).rejects.toThrow(
    'signal_opinion_answered',
  );
  await expect(opinions().keep({ ...anOpinionRow(signal()), aiConfidencePoints: 101 })).rejects.toThrow(
    'signal_opinion_points',
  );
});
