import type { ScheduleDescription } from '@temporalio/client';
import { dayMs, hourMs, minuteMs, secondMs } from '../../shared/time.js';

type Spec = ScheduleDescription['spec'];
type Calendar = NonNullable<Spec['calendars']>[number];
type Range<Unit> = Calendar['hour'][number] & { start: Unit; end: Unit };

const units: readonly [number, string][] = [
  [dayMs, 'day'],
  [hourMs, 'hour'],
  [minuteMs, 'minute'],
  [secondMs, 'second'],
];

/** `90 seconds`, `1 hour`: in the largest unit that is whole. */
function duration(ms: number): string {
  const [unit, name] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'millisecond'];
  const count = ms / unit;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

const every = (ms: number) => duration(ms).replace(/^1 /, '');
const twoDigits = (n: number) => String(n).padStart(2, '0');
const capital = (text: string) => text.charAt(0) + text.slice(1).toLowerCase();

/** When a schedule runs, for people: `Monday to Friday at 20:30, America/New_York, up to 5 minutes later`. */
export function scheduleInWords({ calendars = [], intervals = [], timezone, jitter }: Spec): string {
  const times = [
    ...intervals.map((one) => {
      const offset = one.offset > 0 ? `, ${duration(one.offset)} after its begin` : '';
      return `every ${every(one.every)}${offset}`;
    }),
    ...calendars.map((one) => `${daysOf(one)} at ${timesOf(one)}`),
  ];
  const zone = calendars.length > 0 ? [timezone === undefined || timezone === '' ? 'UTC' : timezone] : [];
  const late = typeof jitter === 'number' && jitter > 0 ? [`up to ${duration(jitter)} later`] : [];
  return [times.join(' and ') || 'never', ...zone, ...late].join(', ');
}

function daysOf({ dayOfWeek, dayOfMonth, month }: Calendar): string {
  const isEveryWeekday = dayOfWeek.some(({ start, end }) => start === 'SUNDAY' && end === 'SATURDAY');
  const isEveryDate = dayOfMonth.some(({ start, end }) => start === 1 && end === 31);
  const isEveryMonth = month.some(({ start, end }) => start === 'JANUARY' && end === 'DECEMBER');
  const days = [
    ...(isEveryWeekday ? [] : [dayOfWeek.map((range) => between(range, capital)).join(', ')]),
    ...(isEveryDate ? [] : [`on day ${dayOfMonth.map((range) => between(range, String)).join(', ')}`]),
    ...(isEveryMonth ? [] : [`of ${month.map((range) => between(range, capital)).join(', ')}`]),
  ];
  return days.join(' ') || 'every day';
}

function between<Unit>({ start, end }: { start: Unit; end: Unit }, shown: (unit: Unit) => string): string {
  return start === end ? shown(start) : `${shown(start)} to ${shown(end)}`;
}

function timesOf({ hour, minute, second }: Calendar): string {
  const [hours, minutes] = [valuesOf(hour), valuesOf(minute)];
  const [seconds = 0] = valuesOf(second);
  return hours
    .flatMap((h) => minutes.map((m) => `${twoDigits(h)}:${twoDigits(m)}${seconds > 0 ? `:${twoDigits(seconds)}` : ''}`))
    .join(', ');
}

const valuesOf = (ranges: readonly Range<number>[]): number[] =>
  ranges.flatMap(({ start, end, step }) => {
    const by = step > 0 ? step : 1;
    return Array.from({ length: Math.floor((Math.max(start, end) - start) / by) + 1 }, (_, i) => start + i * by);
  });
