import fc from 'fast-check';
import { refuseAmbiguous, whyAmbiguous } from '../../../../src/platform/http/json-body.js';

test.each([
  ['{"a":1,"a":2}', 'it has the member "a" twice'],
  ['{"a":1,"\\u0061":2}', 'it has the member "a" twice'],
  ['[{"b":{"c":[1,{"d":1,"e":{},"d":2}]}}]', 'it has the member "d" twice'],
  ['{"a":{"a":1},"b":[{"a":1},{"a":"a,a"}]}', undefined],
  ['{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\"}', undefined],
  ['{"__proto__":1}', 'a member may not be called "__proto__"'],
  ['{"a":[{"constructor":1}]}', 'a member may not be called "constructor"'],
  ['{"prot\\u006ftype":1}', 'a member may not be called "prototype"'],
  ['["__proto__","__proto__"]', undefined],
  ['{"a":"', undefined],
  ['{"\\u00":1}', undefined],
  ['', undefined],
  [`${'['.repeat(64)}${']'.repeat(64)}`, undefined],
  [`${'['.repeat(65)}${']'.repeat(65)}`, 'it is nested deeper than 64 levels'],
  ['['.repeat(1_000_000), 'it is nested deeper than 64 levels'],
])('%p', (text, why) => expect(whyAmbiguous(text)).toBe(why));

test('what a program writes is never refused', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!/__proto__|constructor|prototype/.test(text));
      expect(whyAmbiguous(text)).toBeUndefined();
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('another encoding than that of JSON is refused', () => {
  const refused = () => refuseAmbiguous({} as never, {}, Buffer.from('{}', 'utf16le'), 'utf-16le');
  expect(refused).toThrow('JSON is UTF-8');
});
