import { isoDuration, pythonDuration } from '../../../src/shared/durations.js';

// the prototype's text is the str() of a timedelta of Python 3
test.each([
  [0, 'PT0S', '0:00:00'],
  [90_000, 'PT1M30S', '0:01:30'],
  [16_834, 'PT16.834S', '0:00:16.834000'],
  [63_000_000, 'PT17H30M', '17:30:00'],
  [86_400_000, 'P1D', '1 day, 0:00:00'],
  [111_256_834, 'P1DT6H54M16.834S', '1 day, 6:54:16.834000'],
  [2 * 86_400_000 + 1, 'P2DT0.001S', '2 days, 0:00:00.001000'],
])('%i ms are %s, and %s in Python', (ms, iso, python) => {
  expect(isoDuration(ms)).toBe(iso);
  expect(pythonDuration(ms)).toBe(python);
});
