import { z } from 'zod';
import {
  jsonParameter,
  oldAllocations,
  oldInteger,
  oldNumber,
  oldSymbols,
  oldText,
} from '../../../../src/platform/http/old-parameters.js';
import { DomainError } from '../../../../src/shared/errors.js';

test('of a repeated parameter the last counts', () => {
  expect(oldText.parse(['a', 'b'])).toBe('b');
});

test('symbols are trimmed, upper-cased and named once', () => {
  expect(oldSymbols.parse(' btc,ETH,,btc ')).toEqual(['BTC', 'ETH']);
});

test.each(['', 'abc', '1e400', 'NaN', 'Infinity', '0x10'])('"%s" is no number', (text) => {
  expect(oldNumber.safeParse(text).success).toBe(false);
});

test('a whole number may be written as 7.0, and has bounds', () => {
  const days = oldInteger(1, 3650);
  expect(days.parse('7.0')).toBe(7);
  expect([days.safeParse('7.5').success, days.safeParse('0').success, days.safeParse('99999').success]).toEqual([
    false,
    false,
    false,
  ]);
});

test.each([
  ['{"BTC": 0.5', 'allocations is not JSON'],
  ['[1]', /allocations/],
  ['{"BTC": 1.5}', 'allocations.BTC is above 1'],
  ['{"BTC": "x"}', 'allocations.BTC is not a number'],
])('%s is a bad request that says what is wrong', (text, message) => {
  expect(() => jsonParameter('allocations', text, oldAllocations)).toThrow(DomainError);
  expect(() => jsonParameter('allocations', text, oldAllocations)).toThrow(message);
});

test('JSON in a parameter is read by the schema', () => {
  expect(jsonParameter('x', '{"a":1}', z.object({ a: z.number() }))).toEqual({ a: 1 });
});
