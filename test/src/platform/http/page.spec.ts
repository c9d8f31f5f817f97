import { decodeCursor, encodeCursor, pageFrom } from '../../../../src/platform/http/page.js';

test('a cursor survives the round trip and is opaque', () => {
  const id = '01a21066-1b8b-7461-a573-f8d78a252ebf';
  expect(encodeCursor(id)).toMatch(/^[\w-]+$/);
  expect(decodeCursor(encodeCursor(id), 'uuid')).toBe(id);
  expect(decodeCursor(encodeCursor(17), 'integer')).toBe('17');
});

test.each(['', 'x', 'W10', encodeCursor('a'), encodeCursor(17)])(
  'refuses "%s", which is no cursor of a list by id',
  (text) => {
    expect(() => decodeCursor(text, 'uuid')).toThrow('is not a cursor of this list');
  },
);

test('a page ends with a cursor only when a row more was found', () => {
  const key = (row: number) => row;
  expect(pageFrom([1, 2, 3], 2, String, key)).toEqual({ items: ['1', '2'], next_cursor: encodeCursor(2) });
  expect(pageFrom([1, 2], 2, String, key)).toEqual({ items: ['1', '2'], next_cursor: null });
});
