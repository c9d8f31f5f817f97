import fc from 'fast-check';
import { checkCandles, type OfferedCandle } from '../../../../src/data/domain/candle-checks.js';
import { believedParts, type HistoryWindow } from '../../../../src/data/domain/long-history.js';
import { UnitChangedError } from '../../../../src/data/domain/unit-change.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const start = Date.parse('2020-01-01T00:00:00Z');
const now = Date.parse('2026-01-01T12:00:00Z');
const row = (day: number, line: number, close = '2'): OfferedCandle => ({
  where: `file.csv:${line}`,
  openTime: start + day * dayMs,
  open: close,
  high: close,
  low: close,
  close,
  volume: null,
});
const ofDays = (...days: number[]) => days.map((day, i) => row(day, i + 2));
const ofCloses = (...closes: string[]) => closes.map((close, i) => row(i, i + 2, close));

async function* streamed<T>(rows: readonly T[], onPull = () => {}): AsyncGenerator<T> {
  for (const one of rows) {
    onPull();
    yield one;
  }
}

async function read(rows: readonly OfferedCandle[], window?: HistoryWindow) {
  const refused: string[] = [];
  const parts: number[][] = [];
  const refuse = ({ where }: OfferedCandle, reason: string) => refused.push(`${where} ${reason}`);
  for await (const part of believedParts(streamed(rows), '1d', now, refuse, window)) {
    parts.push(part.map(({ openTime }) => (openTime - start) / dayMs));
  }
  return { parts, days: parts.flat(), refused };
}
const small: HistoryWindow = { rows: 8, ahead: 2 };

test('a history comes in parts, each row once, the oldest first in each part', async () => {
  const days = Array.from({ length: 50 }, (_, i) => i);
  const rising = await read(ofDays(...days), small);
  expect(rising.days).toEqual(days);
  expect(rising.parts.length).toBeGreaterThan(5);
  const falling = await read(ofDays(...days.toReversed()), small);
  expect(falling.parts.toReversed().flat()).toEqual(days);
  expect([...rising.refused, ...falling.refused]).toEqual([]);
});

test('one mistyped date costs one row, also where two windows meet', async () => {
  const days = Array.from({ length: 40 }, (_, i) => i);
  for (const at of days.slice(1, -1)) {
    const mistyped = days.map((day) => (day === at ? day + 1_000 : day));
    const { days: kept, refused } = await read(ofDays(...mistyped), small);
    expect(kept).toEqual(days.filter((day) => day !== at));
    expect(refused).toEqual([
      `file.csv:${at + 2} date ${utcDate(start + (at + 1_000) * dayMs)}T00:00:00Z is out of order`,
    ]);
  }
});

test('a date that stands there twice keeps its first row, however far apart the two are', async () => {
  const days = Array.from({ length: 40 }, (_, i) => i);
  const near = await read(ofDays(0, 1, 1, 2, 3), small);
  expect(near).toMatchObject({
    days: [0, 1, 2, 3],
    refused: ['file.csv:4 date 2020-01-02T00:00:00Z stands there twice'],
  });
  const far = await read(ofDays(...days, 5, 40), small);
  expect(far.days).toEqual([...days, 40]);
  expect(far.refused).toEqual(['file.csv:42 date 2020-01-06T00:00:00Z is out of order']);
});

test('within one window it says what the checks of every source say', async () => {
  const rows = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 30 }),
      close: fc.constantFrom('2', '2.5', '0', 'x', '3'),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const offered = given.map(({ day, close }, i) => row(day, i + 2, close));
      const { days, refused } = await read(offered);
      const rising = checkCandles(offered, '1d', now);
      const falling = checkCandles(offered.toReversed(), '1d', now);
      const expected = [rising, falling].map(({ candles, refused: told }) => ({
        days: candles.map(({ openTime }) => (openTime - start) / dayMs),
        refused: told.map(({ where, reason }) => `${where} ${reason}`).sort(),
      }));
      expect(expected).toContainEqual({ days, refused: refused.sort() });
    }),
  );
});

test('in windows of any size every row is either given out or refused, once, and parts ascend and never meet', async () => {
  const rows = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 120 });
  const windows = fc.record({ rows: fc.integer({ min: 2, max: 20 }), ahead: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(rows, windows, async (days, window) => {
      const { parts, days: kept, refused } = await read(ofDays(...days), window);
      expect(kept.length + refused.length).toBe(days.length);
      expect(new Set(kept).size).toBe(kept.length);
      for (const part of parts) expect(part).toEqual(part.toSorted((a, b) => a - b));
      const ends = parts.map((part) => part[0]!);
      const isRising = ends.every((end, i) => i === 0 || end > ends[i - 1]!);
      const isFalling = ends.every((end, i) => i === 0 || end < ends[i - 1]!);
      expect(isRising || isFalling).toBe(true);
    }),
  );
});

test('rows that are wrong by themselves are refused in the order of the file, and cost nobody else', async () => {
  const rows = ofDays(...Array.from({ length: 30 }, (_, i) => i)).map((one, i) =>
    i % 3 === 0 ? { ...one, close: `n${i}` } : one,
  );
  const { days, refused } = await read(rows, small);
  expect(days).toEqual(Array.from({ length: 30 }, (_, i) => i).filter((i) => i % 3 !== 0));
  expect(refused).toEqual(
    Array.from({ length: 10 }, (_, i) => `file.csv:${3 * i + 2} close "n${3 * i}" is not a number`),
  );
});

test.each([
  [
    'in the middle',
    ['2', '2.1', '210', '2.2', '2.3'],
    'file.csv:4 close 210 is a hundredfold of 2.1 beside it, or its hundredth',
  ],
  [
    'at the beginning',
    ['200', '2.1', '2.2', '2.3'],
    'file.csv:2 close 200 is a hundredfold of 2.1 beside it, or its hundredth',
  ],
  [
    'at the end',
    ['2', '2.1', '2.2', '0.022'],
    'file.csv:5 close 0.022 is a hundredfold of 2.2 beside it, or its hundredth',
  ],
])('one price in another unit %s costs its row alone', async (_where, closes, reason) => {
  for (const window of [undefined, small, { rows: 5, ahead: 2 }]) {
    const { refused, days } = await read(ofCloses(...closes), window);
    expect(refused).toEqual([reason]);
    expect(days).toHaveLength(closes.length - 1);
  }
});

test('a unit that changes for good refuses the whole history, naming the row', async () => {
  const closes = [...Array<string>(20).fill('2'), ...Array<string>(20).fill('200')];
  const failure = await read(ofCloses(...closes), small).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UnitChangedError);
  expect(failure).toMatchObject({
    message: 'file.csv:22: close 200 is a hundredfold of 2 beside it, or its hundredth: the unit changed',
  });
});

test('never holds more rows than its window, however long the history is and however bad', async () => {
  const window = { rows: 100, ahead: 10 };
  for (const rows of [
    ofDays(...Array.from({ length: 2_000 }, (_, i) => i)),
    ofDays(...Array.from({ length: 2_000 }, (_, i) => 2_000 - i)),
    ofDays(...Array.from({ length: 2_000 }, (_, i) => (i * 7_919) % 2_000)),
    ofDays(...Array<number>(2_000).fill(5)),
    Array.from({ length: 2_000 }, (_, i) => row(i, i, 'x')),
  ]) {
    let [pulled, settled, most] = [0, 0, 0];
    const pull = () => (most = Math.max(most, ++pulled - settled));
    for await (const part of believedParts(streamed(rows, pull), '1d', now, () => settled++, window)) {
      settled += part.length;
    }
    expect(settled).toBe(2_000);
    expect(most).toBeLessThanOrEqual(window.rows);
  }
});
