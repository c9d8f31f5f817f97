import { sessionDates } from '../../../../../src/data/sources/yahoofinance/session-dates.js';
import { toIso } from '../../../../../src/shared/time.js';

const dateIn = (zone: string, instant: string) => {
  const day = sessionDates(zone)!(Date.parse(instant));
  return day === undefined ? undefined : toIso(day).slice(0, 10);
};

test.each([
  ['America/New_York', '2025-01-02T14:30:00Z', '2025-01-02'],
  ['America/New_York', '2025-01-03T04:59:59Z', '2025-01-02'],
  ['Australia/Sydney', '2025-01-12T23:00:00Z', '2025-01-13'],
  // the night in which the clock is put forward, and a zone off the hour
  ['America/New_York', '2025-03-09T04:59:00Z', '2025-03-08'],
  ['America/New_York', '2025-03-10T03:59:00Z', '2025-03-09'],
  ['Asia/Kolkata', '2025-01-01T18:30:00Z', '2025-01-02'],
  ['Europe/London', '2020-06-30T23:00:00Z', '2020-07-01'],
  ['UTC', '1969-12-31T23:59:59Z', '1969-12-31'],
  // beyond what is remembered
  ['America/New_York', '2155-06-01T03:00:00Z', '2155-05-31'],
])('in %s it is at %s the %s', (zone, instant, date) => {
  expect(dateIn(zone, instant)).toBe(date);
});

test('agrees with the calendar of the runtime through fifty years of changing clocks', () => {
  for (const zone of ['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'America/Sao_Paulo']) {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    for (let ms = Date.UTC(1980); ms < Date.UTC(2030); ms += 7 * 3_600_000 + 13_000) {
      const day = sessionDates(zone)!(ms)!;
      if (toIso(day).slice(0, 10) !== format.format(ms)) throw new Error(`${zone} ${toIso(ms)}: ${toIso(day)}`);
    }
  }
});

test('knows no zone that is none, and no instant beyond the calendar', () => {
  expect(sessionDates('Mars/Olympus')).toBeUndefined();
  expect(sessionDates('UTC')!(9e15)).toBeUndefined();
  expect(sessionDates('UTC')!(Number.NaN)).toBeUndefined();
});
