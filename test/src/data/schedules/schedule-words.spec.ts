import type { ScheduleDescription } from '@temporalio/client';
import { scheduleInWords } from '../../../../src/data/schedules/schedule-words.js';

type Spec = ScheduleDescription['spec'];
type Calendar = NonNullable<Spec['calendars']>[number];

const one = <Unit>(start: Unit, end = start) => [{ start, end, step: 1 }];
const calendar = (over: Partial<Calendar> = {}): Calendar => ({
  second: one(0),
  minute: one(30),
  hour: one(20),
  dayOfMonth: one(1, 31),
  month: one('JANUARY', 'DECEMBER'),
  year: [],
  dayOfWeek: one('SUNDAY', 'SATURDAY'),
  comment: '',
  ...over,
});

test.each<[Spec, string]>([
  [{ intervals: [{ every: 60_000, offset: 0 }] }, 'every minute'],
  [{ intervals: [{ every: 300_000, offset: 0 }] }, 'every 5 minutes'],
  [
    { intervals: [{ every: 3_600_000, offset: 60_000 }], jitter: 60_000 },
    'every hour, 1 minute after its begin, up to 1 minute later',
  ],
  [{ calendars: [calendar({ hour: one(0), minute: one(45) })] }, 'every day at 00:45, UTC'],
  [
    { calendars: [calendar({ dayOfWeek: one('MONDAY', 'FRIDAY') })], timezone: 'America/New_York', jitter: 300_000 },
    'Monday to Friday at 20:30, America/New_York, up to 5 minutes later',
  ],
  [
    { calendars: [calendar({ dayOfMonth: one(1), month: one('JANUARY'), hour: [{ start: 0, end: 12, step: 6 }] })] },
    'on day 1 of January at 00:30, 06:30, 12:30, UTC',
  ],
  [{}, 'never'],
])('says in words when a schedule runs', (spec, words) => {
  expect(scheduleInWords(spec)).toBe(words);
});
