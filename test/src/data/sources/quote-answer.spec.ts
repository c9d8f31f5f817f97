import { quoteAnswer } from '../../../../src/data/sources/quote-answer.js';
import { minuteMs } from '../../../../src/shared/time.js';

const now = Date.parse('2025-01-10T09:00:00Z');
const quote = (price: unknown, time = now) =>
  quoteAnswer({ of: 'BTC', price, time, quoteCurrency: 'USD', simulatedSeed: null }, now);

test.each([
  [94005.51234567, '94005.51234567'],
  [49013, '49013'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e-7, '1e-7'],
  [1e21, '1e+21'],
])('the price %d is the shortest text of the same number: %s', (price, text) => {
  expect(quote(price)).toEqual({
    kind: 'ok',
    value: { price: text, time: now, quoteCurrency: 'USD', simulatedSeed: null },
  });
});

test.each([[0], [-1], [Infinity], [NaN], ['94005.5'], [undefined], [{}], [[94005.5]]])(
  'the price %p is refused by name',
  (price) => {
    expect(quote(price)).toEqual({ kind: 'badAnswer', why: expect.stringMatching(/^price .+ of BTC$/) as string });
  },
);

test('null says that there is no price', () => {
  expect(quote(null)).toEqual({ kind: 'empty' });
});

test('a price may be a little ahead of our clock, but not of the future', () => {
  expect(quote(1, now + 5 * minuteMs)).toMatchObject({ kind: 'ok' });
  expect(quote(1, now + 6 * minuteMs)).toEqual({
    kind: 'badAnswer',
    why: 'price of BTC is of the future: 2025-01-10T09:06:00Z',
  });
});

test.each([NaN, Infinity, -Infinity, 8.64e15 + 1, 9e15, 1e300, 0, -1, 1.5])('%d is no time of a price', (time) => {
  expect(quote(1, time)).toEqual({ kind: 'badAnswer', why: `price of BTC at ${time}, which is no time` });
});
