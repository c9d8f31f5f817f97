import { moneyWeightedReturn } from '../../../../src/portfolio/domain/money-weighted-return.js';
import { dayMs } from '../../../../src/shared/time.js';

const flow = (date: string, amount: number) => ({ time: Date.parse(`${date}T00:00:00Z`), amount });

test('agrees with the example of a spreadsheet (Microsoft, XIRR function: 0.373362535)', () => {
  const found = moneyWeightedReturn([
    flow('2008-01-01', -10_000),
    flow('2008-03-01', 2_750),
    flow('2008-10-30', 4_250),
    flow('2009-02-15', 3_250),
    flow('2009-04-01', 2_750),
  ]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.373362535, 8) });
});

test('agrees with the example of MATLAB’s function xirr (0.1006)', () => {
  const found = moneyWeightedReturn([
    flow('2007-01-12', -10_000),
    flow('2008-02-14', 2_500),
    flow('2008-03-03', 2_000),
    flow('2008-06-14', 3_000),
    flow('2008-12-01', 4_000),
  ]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.1006, 4) });
});

test('agrees with the doctest of fnx 0.0.2, which names the same manual', () => {
  const found = moneyWeightedReturn([flow('2010-12-29', -10_000), flow('2012-01-25', 20), flow('2012-03-08', 10_100)]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.010061265164920336, 12) });
});

test('of one year is the simple return', () => {
  const found = moneyWeightedReturn([flow('2021-01-01', -100), flow('2022-01-01', 110)]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.1, 12) });
});

test('of a loss of nearly everything within days is still a rate', () => {
  const found = moneyWeightedReturn([
    { time: 0, amount: -100 },
    { time: 10 * dayMs, amount: 1 },
  ]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.01 ** 36.5 - 1, 12) });
});

test.each([
  ['only paid in', [flow('2021-01-01', -100), flow('2022-01-01', -5)], 'money only went one way'],
  ['nothing', [], 'money only went one way'],
  ['one moment', [flow('2021-01-01', -100), flow('2021-01-01', 120)], 'all money moved at the same moment'],
  // 100 in, 230 out, 132 in: 10 % and 20 % (the textbook case of two rates)
  [
    'two rates',
    [flow('2021-01-01', -100), flow('2022-01-01', 230), flow('2023-01-01', -132)],
    '2 rates explain the flows: 10 % and 20 %',
  ],
  // 100 in, 223 out, 124.32 in
  [
    'two rates beside each other',
    [flow('2021-01-01', -100), flow('2022-01-01', 223), flow('2023-01-01', -124.32)],
    '2 rates explain the flows: 11 % and 12 %',
  ],
  // (1 - 1.1 v)(1 - 1.2 v)(1 - 1.3 v), v the discount of a year
  [
    'three rates',
    [flow('2021-01-01', -100), flow('2022-01-01', 360), flow('2023-01-01', -431), flow('2024-01-01', 171.6)],
    '3 rates explain the flows: 10 %, 20 % and 30 %',
  ],
  [
    'no rate',
    [flow('2021-01-01', -100), flow('2022-01-01', 150), flow('2023-01-01', -100)],
    'no rate explains the flows',
  ],
])('of %s there is none, and it says why', (_, flows, reason) => {
  expect(moneyWeightedReturn(flows)).toEqual({ kind: 'none', reason });
});

test('of what comes back as it was put in is nothing', () => {
  const found = moneyWeightedReturn([flow('2021-01-01', -100), flow('2022-01-01', 100)]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0, 15) });
});

test('that the present value only touches is one rate', () => {
  // 100 in, 220 out, 121 in: 10 % twice
  const found = moneyWeightedReturn([flow('2021-01-01', -100), flow('2022-01-01', 220), flow('2023-01-01', -121)]);
  expect(found).toEqual({ kind: 'rate', yearly: expect.closeTo(0.1, 5) });
});

test('of daily flows over twelve years is found, and explains them', () => {
  const flows = Array.from({ length: 4_383 }, (_, i) => ({
    time: i * dayMs,
    amount: i % 7 === 3 ? 40 : -10 - (i % 5),
  }));
  flows.push({ time: 4_383 * dayMs, amount: 90_000 });
  const found = moneyWeightedReturn(flows);
  if (found.kind !== 'rate') throw new Error(found.reason);
  const rest = flows.reduce((sum, { time, amount }) => sum + amount / (1 + found.yearly) ** (time / (365 * dayMs)), 0);
  expect(Math.abs(rest)).toBeLessThan(1e-6);
});
