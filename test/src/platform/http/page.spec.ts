import { decodeCursor, encodeCursor, pageFrom } from '../../../../src/platform/http/page.js';

test('a cursor survives the round trip and is opaque', () => {
  const cursor = encodeCursor(['2021-07-05T00:00:00Z', 17]);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(cursor, 2)).toEqual(['2021-07-05T00:00:00Z', '17']);
});

test.each(['', 'x', 'W10', encodeCursor(['a', 'b'])])('refuses "%s", which is no cursor of a one-key list', (text) => {
  expect(() => decodeCursor(text, 1)).toThrow('is not a cursor of this list');
});

test('a page ends with a cursor only when a row more was found', () => {
  const key = (row: number) => [row];
  expect(pageFrom([1, 2, 3], 2, String, key)).toEqual({ items: ['1', '2'], next_cursor: encodeCursor([2]) });
  expect(pageFrom([1, 2], 2, String, key)).toEqual({ items: ['1', '2'], next_cursor: null });
});
