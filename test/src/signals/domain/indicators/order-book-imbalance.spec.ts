import { orderBookImbalance } from '../../../../../src/signals/domain/indicators/order-book-imbalance.js';

const level = (price: number, quantity: number) => ({ price, quantity });
const bids = [level(99, 6), level(98, 10)];
const asks = [level(101, 2), level(102, 2)];

test('is the share by which bids outweigh asks', () => {
  expect(orderBookImbalance({ bids, asks })).toBeCloseTo(0.6, 15);
});

test('counts only the best levels', () => {
  expect(orderBookImbalance({ bids, asks }, 1)).toBe(0.5);
});

test('one empty side is an extreme, an empty book is unknown', () => {
  expect(orderBookImbalance({ bids, asks: [] })).toBe(1);
  expect(orderBookImbalance({ bids: [], asks })).toBe(-1);
  expect(orderBookImbalance({ bids: [], asks: [] })).toBeNull();
  expect(orderBookImbalance({ bids: [level(99, 0)], asks: [] })).toBeNull();
});

test.each([
  ['crossed', { bids: [level(101, 1)], asks }, 'the best bid of 101 is not below the best ask of 101'],
  ['unsorted', { bids: bids.toReversed(), asks }, 'bid 1: a price of 99 after 98'],
  ['with a price of nothing', { bids: [level(0, 1)], asks }, 'bid 0: a price of 0'],
  ['with a negative quantity', { bids, asks: [level(101, -1)] }, 'ask 0: a quantity of -1'],
])('a book that is %s is refused', (_name, book, message) => {
  expect(() => orderBookImbalance(book)).toThrow(message);
});

test.each([0, 1.5, NaN])('a depth of %p is refused', (depth) => {
  expect(() => orderBookImbalance({ bids, asks }, depth)).toThrow(`depth "${depth}" is not a whole number from 1 on`);
});
