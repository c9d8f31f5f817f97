import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import { calendarCoverage, disagreementOf, median, suspectedSplits } from '../../../../src/data/domain/quality.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const at = (text: string) => Date.parse(`${text}T00:00:00Z`);
const days = (first: string, count: number) => Array.from({ length: count }, (_, i) => at(first) + i * dayMs);

describe('coverage by the calendar', () => {
  const expected = days('2024-05-01', 10);

  test('a complete series misses nothing', () => {
    expect(calendarCoverage(Float64Array.from(expected), expected)).toEqual({
      expected: 10,
      missing: 0,
      unexpected: 0,
      gaps: [],
      gapCount: 0,
      behind: 0,
    });
  });

  test('gaps are listed with their first and last bar, and the one at the end is how far the series is behind', () => {
    const stored = expected.filter((_, i) => ![2, 3, 6, 8, 9].includes(i));
    expect(calendarCoverage(stored, expected)).toEqual({
      expected: 10,
      missing: 5,
      unexpected: 0,
      gaps: [
        { from: at('2024-05-03'), to: at('2024-05-04'), bars: 2 },
        { from: at('2024-05-07'), to: at('2024-05-07'), bars: 1 },
        { from: at('2024-05-09'), to: at('2024-05-10'), bars: 2 },
      ],
      gapCount: 3,
      behind: 2,
    });
    expect(calendarCoverage(stored, expected, 2).gaps.map(({ from }) => utcDate(from))).toEqual([
      '2024-05-03',
      '2024-05-09',
    ]);
    expect(calendarCoverage(stored, expected, 2).gapCount).toBe(3);
  });

  test('bars that the calendar does not know are counted apart', () => {
    const opens = expectedOpens('etf', '1d', at('2024-05-01'), at('2024-05-11'));
    expect(calendarCoverage(days('2024-05-01', 10), opens)).toMatchObject({ expected: 8, missing: 0, unexpected: 2 });
    expect(calendarCoverage([], opens)).toMatchObject({ expected: 8, missing: 8, unexpected: 0, behind: 8 });
    expect(calendarCoverage(opens, [])).toMatchObject({ expected: 0, missing: 0, unexpected: 8, behind: 0 });
  });
});

describe('a jump that looks like a split', () => {
  const bar = (date: string, close: number, open: number | null = null) => ({
    openTime: at(date),
    open: open === null ? null : String(open),
    close: String(close),
  });
  const found = (bars: ReturnType<typeof bar>[], known: string[] = []) =>
    suspectedSplits(bars, known.map(at)).map((one) => `${utcDate(one.openTime)} ${one.factor.toFixed(3)}`);
  const jump = (factor: number, known: string[] = []) =>
    found([bar('2024-05-01', 100), bar('2024-05-02', 101), bar('2024-05-03', 101 / factor)], known);

  test.each([2, 3, 4, 5, 7, 10, 15, 20])('is one for %i, and its inverse', (split) => {
    expect(jump(split)).toEqual([`2024-05-03 ${split.toFixed(3)}`]);
    expect(jump(1 / split)).toEqual([`2024-05-03 ${(1 / split).toFixed(3)}`]);
    expect(jump(split * 1.029)).toHaveLength(1);
    expect(jump(split * 0.971)).toHaveLength(1);
  });

  test.each([1, 1.2, 1.9, 2.2, 2.5, 6, 8, 12, 17, 25, 100])('is none for %d', (factor) => {
    expect(jump(factor)).toEqual([]);
    expect(jump(1 / factor)).toEqual([]);
  });

  test('is none when a split of that session is known, or when a hole lies between', () => {
    expect(jump(4, ['2024-05-03'])).toEqual([]);
    expect(jump(4, ['2024-05-02'])).toEqual(['2024-05-03 4.000']);
    expect(found([bar('2024-05-01', 100), bar('2024-05-09', 50)])).toEqual([]);
  });

  test('is seen at the open when the first day moved far: Apple’s four for one of 2020', () => {
    // raw prices of Alpha Vantage: the first day rose by more than three per cent
    expect(found([bar('2020-08-28', 499.23), bar('2020-08-31', 129.04)])).toEqual([]);
    expect(found([bar('2020-08-28', 499.23), bar('2020-08-31', 129.04, 127.58)])).toEqual(['2020-08-31 3.913']);
  });
});

describe('how far sources lie apart', () => {
  test('counts bars that two have, and finds the largest distance from the median', () => {
    const [a, b, c] = days('2024-05-01', 3);
    const sources = [
      { openTimes: [a!, b!, c!], usd: [100, 200, 300] },
      { openTimes: [b!, c!], usd: [202, 300] },
      { openTimes: [c!], usd: [330] },
    ];
    expect(disagreementOf(sources)).toEqual({ compared: 2, largest: { openTime: c, deviation: 0.1 } });
    expect(disagreementOf(sources.slice(0, 1))).toEqual({ compared: 0, largest: null });
  });

  test('the median of an even number is the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
