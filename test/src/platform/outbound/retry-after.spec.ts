import { retryAfterMs, wishedUntil } from '../../../../src/platform/outbound/retry-after.js';
import { dayMs } from '../../../../src/shared/time.js';

const now = Date.parse('2025-01-10T09:00:00Z');

test.each([
  ['7', 7_000],
  [' 120 ', 120_000],
  ['Fri, 10 Jan 2025 09:01:30 GMT', 90_000],
  // who says "too many" is not asked again at once
  ['0', 1_000],
  // three days at most
  ['259201', 3 * dayMs],
  ['9'.repeat(400), 3 * dayMs],
  ['Fri, 10 Jan 2125 09:01:30 GMT', 3 * dayMs],
])('Retry-After: %s is %d ms', (header, wait) => {
  expect(retryAfterMs(header, now)).toBe(wait);
});

test.each([
  undefined,
  '',
  '-5',
  '1.5',
  'soon',
  '5 s',
  // over by our clock: theirs may be another one
  'Fri, 10 Jan 2025 09:00:00 GMT',
  'Fri, 10 Jan 2020 09:00:00 GMT',
  'Fri, 99 Jan 2025 09:00:00 GMT',
  'Fri, 10 Jan 2025 09:01:30',
  '2025-01-10',
])('Retry-After: %s names no delay', (header) => {
  expect(retryAfterMs(header, now)).toBeUndefined();
});

test('a ban that is over says nothing, and none is longer than three days', () => {
  expect(wishedUntil(now - 1, now)).toBeUndefined();
  expect(wishedUntil(now + 1, now)).toBe(1);
  expect(wishedUntil(now + 5 * dayMs, now)).toBe(3 * dayMs);
});
