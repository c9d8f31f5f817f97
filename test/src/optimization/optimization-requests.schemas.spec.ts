import { createOptimizationBody, oldOptimizeBody } from '../../../src/optimization/optimization-requests.schemas.js';
import { optimizerIds } from '../../../src/optimization/domain/optimizers/registry.js';
import { optimizerName } from '../../../src/optimization/optimization.schemas.js';
import { optimizersView } from '../../../src/optimization/optimization.views.js';

test.each([
  ['of a new request', createOptimizationBody],
  ['of the old route', oldOptimizeBody],
])('the documented example %s is valid', (_name, schema) => {
  const { example } = schema.meta() ?? {};
  expect(schema.safeParse(example)).toMatchObject({ success: true });
});

test('what is not said has its default', () => {
  expect(createOptimizationBody.parse({ assets: ['BTC'] })).toEqual({
    assets: ['BTC'],
    optimizer: 'min_variance',
    numeraire: 'USD',
    covariance: 'sample',
    expected_returns: { kind: 'historical' },
    risk_free_rate: 0.02,
    risk_aversion: 4,
    confidence: 0.95,
    cost_rate: 0,
    l2: 0,
    bands: {},
    linear: [],
    minimum_position: 0,
    lookback_days: 365,
  });
});

test.each([
  ['neither assets nor a portfolio', {}, /needs portfolio_id, assets or both/],
  ['no asset', { assets: [] }, /names no asset/],
  ['an optimizer that nobody wrote', { assets: ['BTC'], optimizer: 'minVariance' }, /min_variance/],
  ['a lookback of a week', { assets: ['BTC'], lookback_days: 7 }, /must be 30 at least/],
  ['a lookback of a century', { assets: ['BTC'], lookback_days: 36_500 }, /must be 3650 at most/],
  ['a band that is empty', { assets: ['BTC'], bands: { BTC: { min: 0.6, max: 0.5 } } }, /lower limit above/],
  ['a limit without a side', { assets: ['BTC'], linear: [{ label: 'x', coefficients: { BTC: 1 } }] }, /neither/],
  [
    'a volatility of nothing',
    {
      assets: ['BTC'],
      views: {
        method: 'entropy_pooling',
        views: [{ label: 'x', of: 'volatility', coefficients: { BTC: 1 }, value: 0 }],
      },
    },
    /must be above 0/,
  ],
  ['no view', { assets: ['BTC'], views: { method: 'black_litterman', views: [] } }, /has no view/],
  ['lots for nothing', { assets: ['BTC'], lots: { total_usd: '0' } }, /must be above 0/],
  ['infinity', { assets: ['BTC'], risk_free_rate: Infinity }, /is no number/],
  ['a text for a number', { assets: ['BTC'], l2: '1' }, /is no number/],
  ['a member that is not known', { assets: ['BTC'], objektive: 'x' }, /objektive/],
  ['501 assets', { assets: Array.from({ length: 501 }, (_, i) => `A${i}`) }, /names more than 500 assets/],
])('refuses %s', (_name, body, message) => {
  const read = createOptimizationBody.safeParse(body);
  expect(read.success).toBe(false);
  expect(JSON.stringify(read.error?.issues)).toMatch(message);
});

test('the old route ignores what it does not know and has the documented defaults', () => {
  expect(oldOptimizeBody.parse({ symbols: ['BTC', 'ETH', 'SPY'], colour: 'red' })).toEqual({
    symbols: ['BTC', 'ETH', 'SPY'],
    method: 'max_sharpe',
    risk_free_rate: 0.02,
    lookback_days: 365,
    target_volatility: 0.2,
    target_return: 0.15,
  });
});

test('every optimizer is listed with what it does with each kind of constraint', () => {
  const { items } = optimizersView();
  expect(items.map(({ id }) => id)).toEqual(optimizerIds.map(optimizerName));
  for (const { constraints } of items) {
    for (const { support, reason } of Object.values(constraints)) {
      expect(reason === null).toBe(support !== 'refused');
    }
  }
});
