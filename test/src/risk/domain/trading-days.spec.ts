import { barsPerYear, daysSinceClose, tradingDays } from '../../../../src/risk/domain/trading-days.js';
import { dayMs } from '../../../../src/shared/time.js';

const friday = Date.parse('2021-01-01T00:00:00Z');
const days = (count: number) => Array.from({ length: count }, (_, i) => friday + i * dayMs);
const isWeekend = (ms: number) => [0, 6].includes(new Date(ms).getUTCDay());

test('bars on every day of the week are an around-the-clock market of 365 bars a year', () => {
  expect(tradingDays(days(60))).toBe('every_day');
  expect(barsPerYear.every_day).toBe(365);
});

test('bars on weekdays alone are an exchange of 252 bars a year', () => {
  expect(tradingDays(days(60).filter((ms) => !isWeekend(ms)))).toBe('weekdays');
  expect(barsPerYear.weekdays).toBe(252);
});

test('one stray weekend row does not turn a stock into an around-the-clock market', () => {
  const stock = days(60).filter((ms) => !isWeekend(ms));
  expect(tradingDays([...stock, friday + dayMs])).toBe('weekdays');
});

test('no bars count as weekdays', () => {
  expect(tradingDays([])).toBe('weekdays');
});

test.each([
  ['2021-01-02T00:00:00Z', 0],
  ['2021-01-02T23:59:59Z', 0],
  ['2021-01-06T00:00:00Z', 4],
])('Friday’s bar ended at midnight, so at %s it is %i whole days old', (instant, age) => {
  expect(daysSinceClose(friday, Date.parse(instant))).toBe(age);
});
