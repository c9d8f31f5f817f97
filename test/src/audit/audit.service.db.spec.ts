import pg from 'pg';
import { AuditService, type NewAuditEvent } from '../../../src/audit/audit.service.js';
import type { OwnerId } from '../../../src/shared/ids.js';
import { useDatabase } from '../../support/database.js';

const db = useDatabase();

const trail = () => new AuditService(db.orm.em.fork());
const event = (stream: string, key: string): NewAuditEvent => ({
  stream,
  ownerId: 'local' as OwnerId,
  subject: 'decision:d',
  eventKey: key,
  actor: 'local',
  kind: 'approved',
  payload: { note: key, weights: [0.1, 1e-7, 123456789.123456789], nothing: null },
});

test('fifty writers at the same time make one chain without holes or forks', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, at) => trail().append(event('s1', `key:${at}`))));
  const rows = await trail().about('local' as OwnerId, 'decision:d', 0, 100);
  expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  expect(await trail().verify('s1')).toBeUndefined();
});

test('the same fact told again, also at the same time, is one event', async () => {
  const told = await Promise.all(Array.from({ length: 10 }, () => trail().append(event('s2', 'once'))));
  expect(new Set(told.map(({ hash }) => hash)).size).toBe(1);
  expect(told[0]).toMatchObject({ sequence: 1, eventKey: 'once' });
});

test('an event belongs to its transaction: what is rolled back was never told', async () => {
  const em = db.orm.em.fork();
  const failing = em.transactional(async (tx) => {
    await new AuditService(em).append(event('s3', 'lost'), tx);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect((await trail().append(event('s3', 'kept'))).sequence).toBe(1);
});

test('not even the owner of the table can change, remove or truncate; a forger who drops the trigger is found', async () => {
  for (let at = 0; at < 3; at++) await trail().append(event('s4', `key:${at}`));
  const owner = new pg.Client({ connectionString: db.database.ownerUrl });
  await owner.connect();
  try {
    for (const sql of ["update audit_event set actor = 'x'", 'delete from audit_event', 'truncate audit_event'])
      await expect(owner.query(sql)).rejects.toThrow('audit_event is append-only');
    await owner.query('alter table audit_event disable trigger all');
    await owner.query("update audit_event set payload = '{}' where stream = 's4' and sequence = 2");
    expect(await trail().verify('s4')).toEqual({ sequence: 2, reason: 'has another content than its hash' });
  } finally {
    await owner.end();
  }
});
