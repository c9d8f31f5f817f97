import {
  ageOf,
  closeTime,
  converted,
  isMarketOpen,
  isStale,
  lastTraded,
  lifeOf,
  percentChange,
  ratio,
} from '../../../../src/data/domain/quote.js';

const at = (text: string) => Date.parse(text);
const minute = 60_000;
/** 2026-11-25 is a Wednesday, the 26th Thanksgiving, the 27th a short day. */
const wednesday = at('2026-11-25T15:00:00Z');
const sunday = at('2026-11-29T12:00:00Z');

test('coins are traded always, stocks in New York’s session', () => {
  expect(isMarketOpen('crypto', sunday)).toBe(true);
  expect(isMarketOpen('stock', wednesday)).toBe(true);
  expect(isMarketOpen('etf', at('2026-11-25T14:29:59Z'))).toBe(false);
  expect(isMarketOpen('stock', at('2026-11-25T14:30:00Z'))).toBe(true);
  expect(isMarketOpen('stock', at('2026-11-25T21:00:00Z'))).toBe(false);
  expect(isMarketOpen('stock', at('2026-11-26T15:00:00Z'))).toBe(false);
  expect(isMarketOpen('stock', at('2026-11-27T17:59:59Z'))).toBe(true);
  expect(isMarketOpen('stock', at('2026-11-27T18:00:00Z'))).toBe(false);
  expect(isMarketOpen('cash', wednesday)).toBe(false);
});

test('the last instant of trading is now, or the end of the last session', () => {
  expect(lastTraded('crypto', sunday)).toBe(sunday);
  expect(lastTraded('stock', wednesday)).toBe(wednesday);
  expect(lastTraded('stock', at('2026-11-25T10:00:00Z'))).toBe(at('2026-11-24T21:00:00Z'));
  expect(lastTraded('stock', at('2026-11-25T23:00:00Z'))).toBe(at('2026-11-25T21:00:00Z'));
  expect(lastTraded('stock', sunday)).toBe(at('2026-11-27T18:00:00Z'));
});

test('a price is stale when it is over 300 s older than its market’s time', () => {
  expect(isStale(wednesday - 5 * minute, 'crypto', wednesday)).toBe(false);
  expect(isStale(wednesday - 5 * minute - 1, 'crypto', wednesday)).toBe(true);
  expect(isStale(wednesday - 15 * minute, 'stock', wednesday)).toBe(true);
  // Friday's close is the price of the weekend
  expect(isStale(at('2026-11-27T18:00:00Z'), 'stock', sunday)).toBe(false);
  expect(isStale(at('2026-11-25T21:00:00Z'), 'stock', sunday)).toBe(true);
  expect(ageOf(wednesday + minute, 'crypto', wednesday)).toBe(0);
});

test('an answer lives until its price is old, but for a minute at the least', () => {
  expect(lifeOf(wednesday, 'crypto', wednesday)).toBe(5 * minute);
  expect(lifeOf(wednesday - 2 * minute, 'crypto', wednesday)).toBe(3 * minute);
  expect(lifeOf(wednesday - 15 * minute, 'stock', wednesday)).toBe(minute);
  expect(lifeOf(at('2026-11-27T18:00:00Z'), 'stock', sunday)).toBe(5 * minute);
});

test('a daily close was the price at the end of its session', () => {
  expect(closeTime('crypto', at('2026-11-25T00:00:00Z'))).toBe(at('2026-11-26T00:00:00Z'));
  expect(closeTime('stock', at('2026-11-27T00:00:00Z'))).toBe(at('2026-11-27T18:00:00Z'));
});

test('converts and compares decimal texts without losing digits', () => {
  expect(converted('100000.00000001', '0.9995')).toBe('99950.000000009995');
  expect(converted('0.00000012', '1')).toBe('0.00000012');
  expect(ratio('3000', '60000')).toBe(0.05);
  expect(percentChange('110', '100')).toBe(10);
  expect(percentChange('0.9', '1')).toBe(-10);
});
