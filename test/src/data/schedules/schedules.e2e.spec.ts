import { Client, Connection, type ScheduleOptions } from '@temporalio/client';
import request from 'supertest';
import { AuditService } from '../../../../src/audit/audit.service.js';
import { collectionScheduleOptions } from '../../../../src/data/collection/collection-schedules.js';
import { CollectionsService } from '../../../../src/data/collection/collections.service.js';
import { collectionSchedules, type CollectionSchedule } from '../../../../src/data/data.contract.js';
import { declareSchedule } from '../../../../src/platform/temporal/declare-schedule.js';
import type { OwnerId } from '../../../../src/shared/ids.js';
import { freshDatabase } from '../../../support/database.js';
import { eventually, startApi, testConfig } from '../../../support/service.js';
import { finishedJob, startService, type Service } from '../../../support/story.js';

const path = '/api/v1/schedules';
const reason = 'the provider announced an outage';

let service: Service;
let connection: Connection;
let client: Client;
let declared: ScheduleOptions[];
beforeAll(async () => {
  // the budgets of the others are spent by a few coins a minute
  service = await startService({ env: { FKS_SOURCES: 'binance,yahoofinance' } });
  connection = await Connection.connect({ address: service.config.temporal.address });
  client = new Client({ connection });
  declared = collectionScheduleOptions(service.config.temporal.taskQueue);
  for (const one of declared) await declareSchedule(client.schedule, one);
}, 60_000);
afterAll(async () => {
  for (const { scheduleId } of declared) await client.schedule.getHandle(scheduleId).delete();
  await connection.close();
  await service.stop();
});

interface Shown {
  id: string;
  paused: boolean;
  note: string | null;
  next_runs: string[];
}
const shown = async (): Promise<Shown[]> => (await service.http.get(path).expect(200)).body.items;
const one = async (id: string) => (await shown()).find((schedule) => schedule.id === id)!;
const act = (id: string, what: string, body: object = { reason }) =>
  service.http.post(`${path}/${id}/${what}`).send(body);
/** The server tells its readers of a new schedule a moment later. */
const all = () => eventually(shown, ({ length }) => length === collectionSchedules.length);

test('the schedules that collect are declared paused, and say when they run', async () => {
  expect(await all()).toMatchObject([
    {
      id: 'collect-daily-crypto',
      runs: 'every day at 00:37, UTC, up to 3 minutes later',
      next_runs: [],
      last_run: null,
      paused: true,
      note: 'declared paused; resume it to collect by itself',
    },
    { id: 'collect-daily-us', runs: 'Monday to Friday at 20:30, America/New_York, up to 5 minutes later' },
    { id: 'collect-hourly', runs: 'every hour, 1 minute after its begin, up to 1 minute later' },
    { id: 'collect-minute', runs: 'every minute, 10 seconds after its begin, up to 5 seconds later' },
  ]);
});

test('a US day is collected after it is over in UTC, in summer and in winter', async () => {
  const { spec } = declared.find(({ scheduleId }) => scheduleId === 'collect-daily-us')!;
  expect(spec).toMatchObject({ timezone: 'America/New_York', calendars: [{ hour: 20, minute: 30 }] });
  const inNewYork = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  // the bar of the 3rd of July and of the 3rd of December ends at 24:00 UTC of its date
  expect(inNewYork.format(Date.parse('2025-07-04T00:30:00Z'))).toContain('8:30');
  expect(inNewYork.format(Date.parse('2025-12-04T01:30:00Z'))).toContain('8:30');
});

test('resumes and pauses, and whether one is paused survives another deployment', async () => {
  const id = 'collect-daily-us';
  const { body: resumed } = await act(id, 'resume').expect(200);
  expect(resumed).toMatchObject({ id, paused: false, note: reason });
  expect(resumed.next_runs.length).toBeGreaterThan(0);
  await eventually(
    () => one(id),
    ({ paused }) => !paused,
  );
  for (const schedule of declared) expect(await declareSchedule(client.schedule, schedule)).toBe('updated');
  expect(await one(id)).toMatchObject({ paused: false, note: reason });
  expect(await one('collect-hourly')).toMatchObject({ paused: true });

  expect((await act(id, 'pause', { reason: 'spent' }).expect(200)).body).toMatchObject({ paused: true, next_runs: [] });
  await eventually(
    () => one(id),
    ({ paused }) => paused,
  );
  const trail = await service.api.get(AuditService).about('local' as OwnerId, `schedule:${id}`, 0, 10);
  expect(trail).toMatchObject([
    { stream: 'data', kind: 'schedule_resumed', actor: 'local', payload: { reason } },
    { stream: 'data', kind: 'schedule_paused', payload: { reason: 'spent' } },
  ]);
});

test('runs one now, once for each key, and its job collects as of that time', async () => {
  const before = Date.now();
  const trigger = () => act('collect-daily-us', 'trigger').set('Idempotency-Key', 'now');
  const first = await trigger().expect(202);
  expect((await trigger().expect(202)).text).toBe(first.text);
  type Listed = { as_of: string; job_id: string };
  const list = async (): Promise<Listed[]> =>
    (await service.http.get('/api/v1/data/collections').expect(200)).body.items;
  const [collection] = await eventually(list, (items) => items.length > 0);
  expect(collection).toMatchObject({ assets: ['SPY', 'QQQ'], intervals: ['1d'], from: null });
  expect(Math.abs(Date.parse(collection!.as_of) - before)).toBeLessThan(30_000);
  expect((await finishedJob(service, collection!.job_id)).state).toBe('succeeded');
  expect(await list()).toHaveLength(1);
  const ran = await eventually(
    () => one('collect-daily-us') as Promise<Shown & { last_run: { workflow_id: string } | null }>,
    ({ last_run: last }) => last !== null,
  );
  expect(ran.last_run!.workflow_id).toContain('collect-daily-us');
}, 60_000);

test('what is no schedule of this service is not found, and shown to nobody', async () => {
  await act('nope', 'pause').expect(404);
  const foreign = `foreign-${service.config.temporal.taskQueue}`;
  await declareSchedule(client.schedule, {
    ...declared[0]!,
    scheduleId: foreign,
    action: { ...declared[0]!.action, taskQueue: 'other' },
  });
  await act(foreign, 'trigger').expect(404);
  expect((await all()).map(({ id }) => id)).not.toContain(foreign);
  await client.schedule.getHandle(foreign).delete();
  const trail = await service.api.get(AuditService).about('local' as OwnerId, `schedule:${foreign}`, 0, 10);
  expect(trail).toEqual([]);
});

test('an act without a reason is refused', async () => {
  await act('collect-hourly', 'pause', {}).expect(422);
  await act('collect-hourly', 'pause', { reason: '' }).expect(422);
});

test('without the workflow service the answer is 503', async () => {
  const database = await freshDatabase();
  // nothing listens on port 1
  const api = await startApi(testConfig(database.url, { TEMPORAL_ADDRESS: '127.0.0.1:1' }));
  try {
    const http = request(api.getHttpServer());
    await http.get(path).expect(503);
    const { headers } = await http.post(`${path}/collect-hourly/pause`).send({ reason }).expect(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await api.close();
    await database.drop();
  }
}, 30_000);

const requested = (schedule: CollectionSchedule, time: string) =>
  service.api.get(CollectionsService).requestScheduled(schedule, time);
const reportOf = async (jobId: string) => {
  const { result } = await finishedJob(service, jobId);
  return (await service.http.get(result).expect(200)).body.report.assets as {
    asset_id: string;
    rows_new: number;
    rows_read: number;
  }[];
};

test('D57: each scheduled time is collected once, and after an outage one run has all that was missed', async () => {
  const first = await requested('collect-daily-crypto', '2026-06-01T00:37:00Z');
  expect(first).toEqual({ jobIds: [expect.any(String)], spared: [] });
  expect(await requested('collect-daily-crypto', '2026-06-01T00:37:00Z')).toEqual(first);
  const before = await reportOf(first.jobIds[0]!);
  expect(before.map(({ asset_id }) => asset_id)).toEqual(['BTC', 'ETH', 'BNB', 'SOL', 'ADA', 'AVAX', 'POL', 'USDT']);
  // the runs of the 2nd to the 4th never took place
  const { jobIds } = await requested('collect-daily-crypto', '2026-06-05T00:37:00Z');
  const after = await reportOf(jobIds[0]!);
  // four new closes and the last known one, from two sources
  expect(after[0]).toMatchObject({ asset_id: 'BTC', rows_new: 8, rows_read: 10, fresh: true });
}, 60_000);

test('D57: a collection of every minute or hour waits for none that still runs: the next one has it all', async () => {
  await service.http
    .patch('/api/v1/assets/BTC')
    .send({ intervals: ['1d', '1h', '1m'] })
    .expect(200);
  service.simulator.fault({ source: 'binance', kind: 'slow', seconds: 2, count: 1 });
  const running = await requested('collect-hourly', '2026-06-01T05:01:00Z');
  expect(running.jobIds).toHaveLength(1);
  expect(await requested('collect-hourly', '2026-06-01T06:01:00Z')).toEqual({
    jobIds: [],
    spared: [{ interval: '1h', reason: 'the collection before it is still under way' }],
  });
  // another schedule, and an attempt at the same time, are not held up
  expect((await requested('collect-minute', '2026-06-01T05:01:10Z')).jobIds).toHaveLength(1);
  expect(await requested('collect-hourly', '2026-06-01T05:01:00Z')).toEqual(running);
  await finishedJob(service, running.jobIds[0]!);
  const next = await requested('collect-hourly', '2026-06-01T07:01:00Z');
  expect((await reportOf(next.jobIds[0]!))[0]).toMatchObject({ asset_id: 'BTC', rows_new: 4 });
}, 60_000);

test('nothing is requested where no enabled asset wants it', async () => {
  await service.http
    .patch('/api/v1/assets/BTC')
    .send({ intervals: ['1d'] })
    .expect(200);
  expect(await requested('collect-minute', '2026-06-02T05:01:10Z')).toEqual({ jobIds: [], spared: [] });
});
