import { OpinionRecord } from '../../../../src/signals/record/opinion-record.js';
import type { RecordRepository } from '../../../../src/signals/record/record.repository.js';

const signal = {
  ownerId: 'local',
  category: 'swing',
  asOf: new Date('2024-03-01T00:00:00Z'),
  simulated: false,
} as const;

/** A record without signals that counts how often it is read, and fails the first `failures` times. */
function counting(failures = 0) {
  const asked: unknown[] = [];
  const signals = (filter: unknown) => {
    asked.push(filter);
    return asked.length <= failures ? Promise.reject(new Error('away')) : Promise.resolve('[]');
  };
  return { asked, record: new OpinionRecord({ signals } as unknown as RecordRepository) };
}

test('all signals of a run are told the same by one reading of the record', async () => {
  const { asked, record } = counting();
  expect(await Promise.all([record.allows(signal), record.allows(signal), record.allows(signal)])).toEqual([
    'show',
    'show',
    'show',
  ]);
  expect(asked).toEqual([{ ownerId: 'local', provenance: 'live', before: signal.asOf.getTime(), isArmed: true }]);
});

test('another owner, category, as-of or kind is another reading', async () => {
  const { asked, record } = counting();
  await record.allows(signal);
  await record.allows({ ...signal, ownerId: 'other' });
  await record.allows({ ...signal, category: 'scalp' });
  await record.allows({ ...signal, asOf: new Date('2024-03-02T00:00:00Z') });
  await record.allows({ ...signal, simulated: true });
  expect(asked).toHaveLength(5);
  expect(asked[4]).toMatchObject({ provenance: 'simulated' });
});

test('a reading that failed is not kept', async () => {
  const { asked, record } = counting(1);
  await expect(record.allows(signal)).rejects.toThrow('away');
  expect(await record.allows(signal)).toBe('show');
  expect(asked).toHaveLength(2);
});
