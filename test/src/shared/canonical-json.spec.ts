import fc from 'fast-check';
import { canonicalJson } from '../../../src/shared/canonical-json.js';

test('sorts keys at every depth and leaves out what is undefined', () => {
  expect(canonicalJson({ b: [{ z: 1, a: null }], a: undefined, ä: 'x' })).toBe('{"b":[{"a":null,"z":1}],"ä":"x"}');
});

test('has no form for a number that is not finite', () => {
  expect(() => canonicalJson({ x: NaN })).toThrow('NaN has no JSON form');
});

test('says the same of an object whatever the order of its keys, and survives a round trip', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = canonicalJson(value);
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
    { seed: 20261125 },
  );
});
