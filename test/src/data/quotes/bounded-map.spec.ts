import { BoundedMap } from '../../../../src/data/quotes/bounded-map.js';

test('who was not used for longest makes room', () => {
  const map = new BoundedMap<string, number>(3);
  map.set('a', 1).set('b', 2).set('c', 3);
  expect(map.get('a')).toBe(1);
  map.set('d', 4);
  expect([...map.keys()]).toEqual(['c', 'a', 'd']);
  map.set('c', 5).set('e', 6);
  expect([...map]).toEqual([
    ['d', 4],
    ['c', 5],
    ['e', 6],
  ]);
  expect(map.get('b')).toBeUndefined();
});
