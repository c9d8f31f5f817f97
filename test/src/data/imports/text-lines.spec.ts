import fc from 'fast-check';
import { textLines } from '../../../../src/data/imports/text-lines.js';

const longest = 20;

async function lines(chunks: Iterable<Uint8Array>) {
  const seen: [number, string, boolean][] = [];
  const streamed = (async function* () {
    yield* chunks;
  })();
  for await (const { line, text, isTooLong } of textLines(streamed, longest)) seen.push([line, text, isTooLong]);
  return seen;
}
const of = (...texts: string[]) => lines(texts.map((text) => Buffer.from(text)));

test('ends lines at any of the three line breaks, and counts empty ones', async () => {
  expect(await of('a\nb\r\nc\rd\n\ne')).toEqual([
    [1, 'a', false],
    [2, 'b', false],
    [3, 'c', false],
    [4, 'd', false],
    [5, '', false],
    [6, 'e', false],
  ]);
  expect(await of('')).toEqual([]);
  expect(await of('a\n')).toEqual([[1, 'a', false]]);
});

test('the same bytes are the same lines, however they are cut', async () => {
  const text = fc.array(fc.constantFrom('a', 'ä', '€', '😀', ',', '\n', '\r', '\r\n', 'x'.repeat(15)), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 7 })), async (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const chunks: Buffer[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = cuts[i % Math.max(1, cuts.length)] ?? 3;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(await lines(chunks)).toEqual(await lines([bytes]));
    }),
  );
});

test('a line that is too long is marked, keeps its beginning, and costs no other line', async () => {
  const long = 'x'.repeat(1_000);
  expect(await of('a\n', long, long, long, '\nb\n')).toEqual([
    [1, 'a', false],
    [2, 'x'.repeat(longest), true],
    [3, 'b', false],
  ]);
  expect(await of(`${'y'.repeat(longest)}\n${'z'.repeat(longest + 1)}`)).toEqual([
    [1, 'y'.repeat(longest), false],
    [2, 'z'.repeat(longest), true],
  ]);
});

test('a byte order mark is no part of the text, and broken UTF-8 is no end of it', async () => {
  expect(await lines([Buffer.from([0xef, 0xbb, 0xbf, 0x61]), Buffer.from([0xff, 0x0a, 0x62])])).toEqual([
    [1, 'a\u{FFFD}', false],
    [2, 'b', false],
  ]);
});
