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
    '2 rates explain the flows',
  ],
  [
    'no rate',
    [flow('2021-01-01', -100), flow('2022-01-01', 150), flow('2023-01-01', -100)],
    'no rate explains the flows',
  ],
])('of %s there is none, and it says why', (_, flows, reason) => {
  expect(moneyWeightedReturn(flows)).toEqual({ kind: 'none', reason });
});
