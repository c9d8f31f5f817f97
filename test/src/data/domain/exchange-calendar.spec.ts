import fs from 'node:fs';
import path from 'node:path';
import { intervals } from '../../../../src/data/domain/candle.js';
import {
  expectedOpens,
  isTradingDay,
  lastExpectedOpen,
  session,
} from '../../../../src/data/domain/exchange-calendar.js';
import { dayMs, hourMs, minuteMs, toIso, utcDate } from '../../../../src/shared/time.js';
import { sharedData, titleWith } from '../../../support/shared-data.js';

const at = (text: string) => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
const isOpen = (date: string) => isTradingDay('stock', at(date));
function* daysOf(first: string, last: string) {
  for (let day = at(first); day <= at(last); day += dayMs) yield day;
}

// as the exchange counts them; from 2026 on weekdays of the year less the holidays that fall on them
const tradingDays: [number, number][] = [
  [2000, 252],
  [2001, 248],
  [2002, 252],
  [2003, 252],
  [2004, 252],
  [2005, 252],
  [2006, 251],
  [2007, 251],
  [2008, 253],
  [2009, 252],
  [2010, 252],
  [2011, 252],
  [2012, 250],
  [2013, 252],
  [2014, 252],
  [2015, 252],
  [2016, 252],
  [2017, 251],
  [2018, 251],
  [2019, 252],
  [2020, 253],
  [2021, 252],
  [2022, 251],
  [2023, 250],
  [2024, 252],
  [2025, 250],
  [2026, 251],
  [2027, 251],
  [2028, 251],
  [2029, 251],
  [2030, 251],
];

test.each(tradingDays)('New York trades in %i on %i days', (year, days) => {
  const all = [...daysOf(`${year}-01-01`, `${year}-12-31`)];
  expect(all.filter((day) => isTradingDay('etf', day))).toHaveLength(days);
});

test.each([
  ['2021-12-31', true, 'no Friday is given for a New Year’s Day on a Saturday'],
  ['2022-01-03', true, 'nor a Monday'],
  ['2023-01-02', false, 'a New Year’s Day on a Sunday is kept on Monday'],
  ['1997-01-20', true, 'Martin Luther King’s day is no holiday of the exchange before 1998'],
  ['1998-01-19', false, 'and is one from then on'],
  ['2024-02-19', false, 'Washington’s birthday'],
  ['2024-03-29', false, 'Good Friday'],
  ['2019-04-19', false, 'Good Friday after a late Easter'],
  ['2024-04-01', true, 'Easter Monday'],
  ['2024-05-27', false, 'Memorial Day'],
  ['2021-06-18', true, 'Juneteenth is no holiday of the exchange before 2022'],
  ['2022-06-20', false, 'Juneteenth on a Sunday is kept on Monday'],
  ['2027-06-18', false, 'Juneteenth on a Saturday is kept on Friday'],
  ['2020-07-03', false, 'Independence Day on a Saturday is kept on Friday'],
  ['2021-07-05', false, 'and on a Sunday on Monday'],
  ['2024-09-02', false, 'Labor Day'],
  ['2024-10-14', true, 'Columbus Day'],
  ['2024-11-11', true, 'Veterans Day'],
  ['2024-11-28', false, 'Thanksgiving'],
  ['2021-12-24', false, 'Christmas on a Saturday is kept on Friday'],
  ['2022-12-26', false, 'and on a Sunday on Monday'],
  ['1994-04-27', false, 'mourning for Nixon'],
  ['2001-09-10', true, 'the day before the attacks'],
  ['2001-09-11', false, 'the attacks'],
  ['2001-09-14', false, 'the fourth day of closing'],
  ['2001-09-17', true, 'the exchange opens again'],
  ['2004-06-11', false, 'mourning for Reagan'],
  ['2007-01-02', false, 'mourning for Ford'],
  ['2012-10-29', false, 'hurricane Sandy'],
  ['2012-10-30', false, 'hurricane Sandy'],
  ['2018-12-05', false, 'mourning for Bush'],
  ['2025-01-09', false, 'mourning for Carter'],
  ['2024-07-06', false, 'a Saturday'],
])('%s: trading is %s, %s', (date, expected) => {
  expect(isOpen(date)).toBe(expected);
});

test('coins trade every day, cash never', () => {
  expect(isTradingDay('crypto', at('2024-12-25'))).toBe(true);
  expect(isTradingDay('cash', at('2024-12-24'))).toBe(false);
});

const hours = (date: string) => {
  const { open, close } = session(at(date));
  return `${toIso(open).slice(11, 16)} ${toIso(close).slice(11, 16)}`;
};

test.each([
  ['2024-01-02', '14:30 21:00', 'winter'],
  ['2024-03-08', '14:30 21:00', 'the last Friday before summer time'],
  ['2024-03-11', '13:30 20:00', 'the first Monday of summer time'],
  ['2024-11-01', '13:30 20:00', 'the last Friday of summer time'],
  ['2024-11-04', '14:30 21:00', 'the first Monday after it'],
  ['2006-04-03', '13:30 20:00', 'summer time began in April until 2006'],
  ['2006-10-30', '14:30 21:00', 'and ended in October'],
  ['2024-07-03', '13:30 17:00', 'the eve of Independence Day'],
  ['2012-07-03', '13:30 17:00', 'the eve of a Wednesday’s'],
  ['2013-07-03', '13:30 17:00', 'a Wednesday’s eve since 2013'],
  ['2002-07-03', '13:30 20:00', 'not before'],
  ['2002-07-05', '13:30 17:00', 'the Friday after a Thursday’s, before 2013'],
  ['2019-07-05', '13:30 20:00', 'not since'],
  ['1994-07-05', '13:30 20:00', 'nothing of the kind before 1995'],
  ['2024-11-29', '14:30 18:00', 'the day after Thanksgiving'],
  ['1992-11-27', '14:30 19:00', 'at two until 1992'],
  ['1991-11-29', '14:30 21:00', 'a whole day before'],
  ['2024-12-24', '14:30 18:00', 'Christmas Eve'],
  ['1990-12-24', '14:30 19:00', 'at two until 1992'],
  ['2003-12-26', '14:30 18:00', 'the day after a Thursday’s Christmas, that once'],
  ['2008-12-26', '14:30 21:00', 'not another time'],
  ['1999-12-31', '14:30 18:00', 'the eve of 2000'],
])('%s: the session is %s UTC, %s', (date, expected) => {
  expect(hours(date)).toBe(expected);
});

test('every session begins and ends at the hours of New York’s clock', () => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' });
  const wrong = [];
  for (const day of daysOf('1990-01-01', '2035-12-31')) {
    if (!isTradingDay('stock', day)) continue;
    const { open, close } = session(day);
    if (clock.format(open) !== '09:30' || !['13:00', '14:00', '16:00'].includes(clock.format(close)))
      wrong.push(utcDate(day));
  }
  expect(wrong).toEqual([]);
});

describe('the bars of a complete series', () => {
  const opens = (
    ...[assetClass, interval, from, to]: ['crypto' | 'stock', (typeof intervals)[number], string, string]
  ) => expectedOpens(assetClass, interval, at(from), at(to)).map(toIso);

  test('of a coin are the whole grid, up to the last one that is over', () => {
    expect(opens('crypto', '1d', '2024-02-28', '2024-03-02')).toEqual([
      '2024-02-28T00:00:00Z',
      '2024-02-29T00:00:00Z',
      '2024-03-01T00:00:00Z',
    ]);
    expect(opens('crypto', '4h', '2024-01-01T01:00:00Z', '2024-01-01T15:59:00Z')).toEqual([
      '2024-01-01T04:00:00Z',
      '2024-01-01T08:00:00Z',
    ]);
    expect(expectedOpens('crypto', '1m', at('2024-01-01'), at('2024-01-02'))).toHaveLength(1_440);
  });

  test('of a week open on Monday at 00:00 UTC', () => {
    expect(opens('crypto', '1w', '2024-01-02', '2024-01-22')).toEqual(['2024-01-08T00:00:00Z', '2024-01-15T00:00:00Z']);
    expect(opens('stock', '1w', '2001-09-10', '2001-09-24')).toEqual(['2001-09-10T00:00:00Z', '2001-09-17T00:00:00Z']);
  });

  test('of a stock are its trading days, over at 24:00 UTC of their date', () => {
    expect(opens('stock', '1d', '2024-03-28', '2024-04-02T23:59:00Z')).toEqual([
      '2024-03-28T00:00:00Z',
      '2024-04-01T00:00:00Z',
    ]);
  });

  test('of a stock within a day begin with its session; the last one may be cut short', () => {
    expect(opens('stock', '1h', '2024-11-28', '2024-11-30')).toEqual([
      '2024-11-29T14:30:00Z',
      '2024-11-29T15:30:00Z',
      '2024-11-29T16:30:00Z',
      '2024-11-29T17:30:00Z',
    ]);
    expect(opens('stock', '4h', '2024-07-01', '2024-07-02')).toEqual(['2024-07-01T13:30:00Z', '2024-07-01T17:30:00Z']);
    expect(expectedOpens('stock', '1m', at('2024-07-01'), at('2024-07-02'))).toHaveLength(390);
    expect(expectedOpens('stock', '5m', at('2024-07-03'), at('2024-07-04'))).toHaveLength(42);
  });

  test('are none for cash and for a window that has ended before it began', () => {
    expect(expectedOpens('cash', '1d', at('2024-01-01'), at('2025-01-01'))).toEqual([]);
    expect(expectedOpens('crypto', '1d', at('2024-01-02'), at('2024-01-02'))).toEqual([]);
  });

  test('end with the last one that is expected, whenever one asks', () => {
    for (const assetClass of ['crypto', 'stock'] as const) {
      for (const interval of intervals) {
        for (let asOf = at('2001-09-08'); asOf < at('2001-10-01'); asOf += 7 * hourMs + 13 * minuteMs) {
          const long = expectedOpens(assetClass, interval, asOf - 40 * dayMs, asOf).at(-1);
          expect(lastExpectedOpen(assetClass, interval, asOf)).toBe(long);
        }
      }
    }
    expect(lastExpectedOpen('cash', '1d', at('2024-01-01'))).toBeUndefined();
  });

  test('Saturday’s last daily bar of a stock is Friday’s, of a coin Friday’s, too, and on Sunday Saturday’s', () => {
    expect(toIso(lastExpectedOpen('stock', '1d', at('2024-06-15T12:00:00Z'))!)).toBe('2024-06-14T00:00:00Z');
    expect(toIso(lastExpectedOpen('stock', '1d', at('2024-06-16T12:00:00Z'))!)).toBe('2024-06-14T00:00:00Z');
    expect(toIso(lastExpectedOpen('crypto', '1d', at('2024-06-16T12:00:00Z'))!)).toBe('2024-06-15T00:00:00Z');
  });
});

const shared = sharedData('datasets/stocks/daily');
const realFiles = [
  'yahoo-adjusted/SPY.csv',
  'lean-raw/SPY.csv',
  'alphavantage-raw/SPY.csv',
  'alphavantage-raw/SPY-1999-2020.csv',
  'index/SPX.csv',
].map((file) => path.join(shared, file));
const isPresent = realFiles.every((file) => fs.existsSync(file));
const title = titleWith('real dates', isPresent, shared);

(isPresent ? describe : describe.skip)(title, () => {
  test.each(realFiles)('the calendar has every date of %s and no other', (file) => {
    const lines = fs.readFileSync(file, 'utf8').trim().split('\n').slice(1);
    const dates = lines.map((line) => line.slice(0, 10));
    const expected = [...daysOf(dates[0]!, dates.at(-1)!)].filter((day) => isTradingDay('etf', day)).map(utcDate);
    expect(dates).toEqual(expected);
  });
});
