import { allocationChart } from '../../../src/risk/allocation-chart.js';

const of = (allocations?: string) => allocationChart({ allocations }, { BTC: 0.75, ETH: 0.25 }, 0);

test('any weights are scaled to a sum of 1, the largest first', () => {
  expect(of('{"ETH":1,"BTC":3}')).toEqual({
    data: [
      { symbol: 'BTC', weight: 0.75, weight_pct: 75 },
      { symbol: 'ETH', weight: 0.25, weight_pct: 25 },
    ],
    total_weight: 4,
    asset_count: 2,
    timestamp: '1970-01-01T00:00:00Z',
  });
  expect(of()).toMatchObject({ total_weight: 1, asset_count: 2 });
});

test.each(['{}', '{"BTC":0}'])('%s has nothing to show, and says so', (text) => {
  expect(of(text)).toMatchObject({ data: [], error: 'allocations: the weights add up to 0' });
});

test.each(['[1]', '{"BTC":-1}', '{"BTC":"1"}', '{'])('refuses %s', (text) => {
  expect(() => of(text)).toThrow(/allocations/);
});
