import { dayMs, hourMs, minuteMs, secondMs } from './time.js';

/** A duration as ISO 8601 writes it, in days and less: `P1DT6H54M16.834S`; of nothing `PT0S`. Never negative. */
export function isoDuration(ms: number): string {
  const { days, hours, minutes, seconds } = partsOf(ms);
  const time = [hours && `${hours}H`, minutes && `${minutes}M`, seconds && `${seconds}S`].filter(Boolean).join('');
  if (days === 0) return `PT${time || '0S'}`;
  return `P${days}D${time && `T${time}`}`;
}

/** The same as Python prints it, which the prototype's clients read: `1 day, 6:54:16.834000`. */
export function pythonDuration(ms: number): string {
  const { days, hours, minutes, seconds } = partsOf(ms);
  const [whole = '', fraction] = String(seconds).split('.');
  const clock = `${hours}:${String(minutes).padStart(2, '0')}:${whole.padStart(2, '0')}`;
  const day = days === 0 ? '' : `${days} day${days === 1 ? '' : 's'}, `;
  return day + clock + (fraction === undefined ? '' : `.${fraction.padEnd(6, '0')}`);
}

const partsOf = (ms: number) => ({
  days: Math.floor(ms / dayMs),
  hours: Math.floor((ms % dayMs) / hourMs),
  minutes: Math.floor((ms % hourMs) / minuteMs),
  seconds: Math.round(ms % minuteMs) / secondMs,
});
