import { Matrix } from 'ml-matrix';
import { annualizedSampleCovariance, momentsOf } from '../../../../../src/optimization/domain/moments/covariance.js';
import type { MarketSnapshot, SnapshotSeries } from '../../../../../src/optimization/domain/market-snapshot.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import type { AssetId } from '../../../../../src/shared/ids.js';

test('divides by one less than the observations and multiplies by the periods in a year', () => {
  // centred columns (-1, 0, 1) and (-1, 2, -1): sums of products 2, 0 and 6, each / 2 × 10
  const covariance = annualizedSampleCovariance(
    new Matrix([
      [1, 4],
      [2, 7],
      [3, 4],
    ]),
    10,
  );
  expect(covariance.to2DArray()).toEqual([
    [10, 0],
    [0, 30],
  ]);
});

test('a covariance of one observation is refused', () => {
  expect(() => annualizedSampleCovariance(new Matrix([[1, 2]]), 365)).toThrow(InvariantViolation);
});

const ref = (assetId: string): SnapshotSeries => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: 'csv:test',
  quoteCurrency: 'USD',
  adjustment: 'unknown',
  bars: 4,
  firstDate: null,
  lastDate: null,
});
const snapshot = (dates: string[]): MarketSnapshot => ({
  asOf: '2021-01-11T00:00:00Z',
  lookbackDays: 365,
  series: [ref('BTC'), ref('ETH')],
  dates,
  closes: { BTC: ['100', '110', '99', '108.9'], ETH: ['10', '10', '11', '11'] },
});

test('uses simple returns of closes in the order of the series', () => {
  const moments = momentsOf(snapshot(['2021-01-01', '2021-01-02', '2021-01-03', '2021-01-04']));
  expect(moments).toMatchObject({
    assets: ['BTC', 'ETH'],
    observations: 3,
    periodsPerYear: 365,
    tradingDays: 'every_day',
  });
  // returns (.1, -.1, .1) and (0, .1, 0): variances 6/225/2 and 6/900/2, covariance -2/150/2 (means 1/30 and 1/30)
  expect(moments.covariance.get(0, 0)).toBeCloseTo((365 * 6) / 450, 9);
  expect(moments.covariance.get(1, 1)).toBeCloseTo((365 * 6) / 1800, 9);
  expect(moments.covariance.get(0, 1)).toBeCloseTo((365 * -2) / 300, 9);
});

test('dates without weekends are annualised with 252 and say so', () => {
  const moments = momentsOf(snapshot(['2021-01-04', '2021-01-05', '2021-01-06', '2021-01-07']));
  expect(moments).toMatchObject({ periodsPerYear: 252, tradingDays: 'weekdays' });
  expect(moments.covariance.get(0, 0)).toBeCloseTo((252 * 6) / 450, 9);
});
