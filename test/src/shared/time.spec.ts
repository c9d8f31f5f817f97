import { parseAsOf, toIso, utcDate } from '../../../src/shared/time.js';

describe('as-of', () => {
  test.each([
    ['2021-07-05', '2021-07-06T00:00:00Z', 'a date means the end of that day'],
    ['2024-02-29', '2024-03-01T00:00:00Z', 'a leap day'],
    ['2021-07-05T10:30:00Z', '2021-07-05T10:30:00Z', 'an instant in UTC'],
    ['2021-07-05T10:30:00+02:00', '2021-07-05T08:30:00Z', 'an instant with an offset'],
    ['2021-07-05T10:30Z', '2021-07-05T10:30:00Z', 'minutes are enough'],
    ['1900-01-01', '1900-01-02T00:00:00Z', 'the first year'],
    ['9998-12-31', '9999-01-01T00:00:00Z', 'the last year'],
  ])('%s means %s: %s', (text, instant) => {
    expect(toIso(parseAsOf(text) ?? NaN)).toBe(instant);
  });

  test.each([
    '2021-02-30',
    '2021-13-01',
    '2021-07-05T10:30:00',
    'yesterday',
    '',
    '1625479800',
    '2021-07-05T25:00:00Z',
    '2021-07-05T24:00:00Z',
    '2021-02-30T00:00:00Z',
    '2023-02-29T12:00:00+02:00',
    '1899-12-31',
    '1899-12-31T00:00:00Z',
    '9999-01-01',
    '9999-12-31T23:59:59Z',
  ])('takes no guess at "%s"', (text) => {
    expect(parseAsOf(text)).toBeUndefined();
  });
});

test('a UTC date does not depend on the machine', () => {
  expect(utcDate(Date.parse('2021-07-05T23:59:59.999Z'))).toBe('2021-07-05');
});
