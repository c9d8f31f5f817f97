import { isBarStart } from '../../../../src/data/domain/bar-grid.js';
import { intervals } from '../../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';

test.each([
  ['crypto', '1h', '2025-01-05T07:00:00Z', true],
  ['crypto', '1h', '2025-01-05T07:30:00Z', false],
  ['crypto', '1w', '2025-01-06T00:00:00Z', true],
  ['crypto', '1w', '2025-01-05T00:00:00Z', false],
  ['etf', '1d', '2025-01-06T00:00:00Z', true],
  ['etf', '1d', '2025-01-06T05:00:00Z', false],
  ['etf', '1h', '2025-01-06T14:30:00Z', true],
  ['etf', '1h', '2025-01-06T15:00:00Z', false],
  ['etf', '1h', '2025-07-07T13:30:00Z', true],
  ['stock', '1m', '2025-01-06T14:29:00Z', false],
  ['stock', '1m', '2025-01-06T20:59:00Z', true],
  ['stock', '1m', '2025-01-06T21:00:00Z', false],
  // a Saturday, and a day of mourning
  ['stock', '1m', '2025-01-04T15:00:00Z', false],
  ['stock', '1m', '2025-01-09T15:00:00Z', false],
] as const)('of %s a bar of %s begins at %s: %s', (assetClass, interval, at, is) => {
  expect(isBarStart(assetClass, interval, Date.parse(at))).toBe(is);
});

test.each(intervals)('agrees with the calendar on every bar of %s that it expects', (interval) => {
  const [from, to] = [Date.parse('2025-06-27T00:00:00Z'), Date.parse('2025-07-09T00:00:00Z')];
  for (const assetClass of ['crypto', 'stock'] as const) {
    const opens = expectedOpens(assetClass, interval, from, to);
    expect(opens.length).toBeGreaterThan(0);
    expect(opens.filter((openTime) => !isBarStart(assetClass, interval, openTime))).toEqual([]);
  }
});
