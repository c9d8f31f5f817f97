import { z } from 'zod';
import { intervals } from '../data/domain/candle.js';
import { pageOf } from '../platform/http/page.js';
import { optimizerIds, type OptimizerId } from './domain/optimizers/registry.js';

/** `minVariance` is `min_variance` on the wire. */
export const optimizerName = (id: OptimizerId): string =>
  id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const optimizationId = z.uuid();

const certificate = z.object({
  of: z.string().nullable().describe('What is proven: `least variance`, ...; null for what was made before 2026-11-25'),
  primal_residual: z.number().describe('Largest miss of the budget or of a limit'),
  dual_residual: z
    .number()
    .nullable()
    .describe(
      "Largest error of a slope of the objective, against the objective's size; of shares of the risk for risk parity; " +
        'null where weights are computed in one go',
    ),
  complementarity: z
    .number()
    .nullable()
    .describe('Largest product of a multiplier and the distance to its limit; null where nothing is optimised'),
  duality_gap: z
    .number()
    .nullable()
    .describe("The objective cannot be lowered by more, against the objective's size; null where nothing is optimised"),
  iterations: z.int(),
  condition_number: z.number().nullable().describe('Null when the covariance is singular'),
});

const seriesExample = (asset_id: string, source: string, bars: number) => ({
  asset_id,
  interval: '1d',
  source,
  quote_currency: 'USD',
  adjustment: 'unknown',
  bars,
  first_date: '2020-07-07',
  last_date: '2021-07-06',
});

/** Four assets over the year to 2021-07-06. */
const optimizationExample = {
  id: '019a7c3e-6e2b-7a51-9d0c-3b8f5e7c1a44',
  state: 'solved',
  reason: null,
  portfolio_id: '019a7c3e-5c01-7b10-8f3e-4a7b2e61c0aa',
  as_of: '2021-07-07T00:00:00Z',
  as_known_at: null,
  rehearsal: true,
  simulated: false,
  optimizer: { id: 'min_variance', version: 3 },
  weights: [
    { asset_id: 'BTC', weight: 0.6, min: 0.5, max: 0.6, binding: 'upper', shadow_price: 0.0137594267702298 },
    {
      asset_id: 'ETH',
      weight: 0,
      min: 0,
      max: 0.2,
      binding: 'lower',
      shadow_price: 0.013759426770229689,
    },
    { asset_id: 'SPY', weight: 0.2, min: 0, max: 0.2, binding: 'upper', shadow_price: 0.7321151293695183 },
    { asset_id: 'GLD', weight: 0.2, min: 0, max: 0.2, binding: 'upper', shadow_price: 0.7424407512894791 },
  ],
  volatility: 0.4735189855895254,
  asset_volatilities: [
    { asset_id: 'BTC', volatility: 0.7671048857818596 },
    { asset_id: 'ETH', volatility: 1.1229574088433438 },
    { asset_id: 'SPY', volatility: 0.14916445018573535 },
    { asset_id: 'GLD', volatility: 0.16724899479117258 },
  ],
  limits: [
    { asset_id: 'BTC', min: 0.5, max: 0.6 },
    { asset_id: 'ETH', min: 0, max: 0.2 },
    { asset_id: 'SPY', min: 0, max: 0.2 },
    { asset_id: 'GLD', min: 0, max: 0.2 },
  ],
  certificate: {
    of: 'least variance',
    primal_residual: 0,
    dual_residual: 0,
    complementarity: 0,
    duality_gap: 0,
    iterations: 8,
    condition_number: 93.26322681622825,
  },
  snapshot: {
    id: '019a7c3e-6d90-7f0e-8c2a-9e4d1f6b7c55',
    content_hash: 'b848fdbaf5aad93ed48fcdf79820e040f6c5837f7cec30250ccffc894f21d22a',
    observations: 251,
    periods_per_year: 252,
    first_date: '2020-07-07',
    last_date: '2021-07-06',
    lookback_days: 365,
    series: [
      seriesExample('BTC', 'csv:cmc-usd', 365),
      seriesExample('ETH', 'csv:cmc-usd', 365),
      seriesExample('SPY', 'csv:yahoo-adjusted', 252),
      seriesExample('GLD', 'csv:yahoo-adjusted', 252),
    ],
  },
  policy: { id: '019a7c3e-5c01-7b10-8f3e-4a7b2e61c0bb', version: 1 },
  request: { optimizer: 'min_variance', numeraire: 'USD', covariance: 'sample', risk_free_rate: 0.02 },
  expected_return: 0.9421,
  sharpe_ratio: 1.9473,
  binding_limits: [
    {
      limit: 'GLD',
      side: 'max',
      shadow_price: 0.7424407512894791,
      words: 'allowing 1 point more GLD lowers yearly volatility by 0.742 points',
    },
  ],
  projected: null,
  notes: [],
  alternative: null,
  choice: null,
  lots: null,
  infeasible: null,
  estimates: { effective_observations: 251, shrinkage: null, expected_returns: null, views: null },
  created_at: '2026-11-25T01:50:12.345Z',
};

export const optimizationView = z
  .object({
    id: z.uuid(),
    state: z.enum(['solved', 'infeasible']),
    reason: z.string().nullable(),
    portfolio_id: z.uuid().nullable().describe('Null for assets that were named without a portfolio'),
    as_of: z.iso.datetime(),
    as_known_at: z.iso.datetime().nullable().describe('For audits: only what was stored by then counted'),
    rehearsal: z.boolean().describe('True when the as-of lay in the past on purpose: no advice for today'),
    simulated: z.boolean().describe('True when prices came from the market simulator'),
    optimizer: z.object({ id: z.enum(optimizerIds.map(optimizerName)), version: z.int() }),
    weights: z.array(
      z.object({
        asset_id: z.string(),
        weight: z.number(),
        min: z.number(),
        max: z.number(),
        binding: z.enum(['lower', 'upper']).nullable(),
        shadow_price: z
          .number()
          .describe('What each unit by which the limit is relaxed is worth: for min_variance, of yearly volatility'),
      }),
    ),
    volatility: z.number().nullable().describe('Annualised, a fraction'),
    asset_volatilities: z.array(z.object({ asset_id: z.string(), volatility: z.number() })),
    limits: z.array(z.object({ asset_id: z.string(), min: z.number(), max: z.number() })),
    certificate: certificate.nullable(),
    snapshot: z.object({
      id: z.uuid(),
      content_hash: z.string(),
      observations: z.int().describe('Simple returns between successive common dates'),
      periods_per_year: z.int().nullable().describe('365 when all assets trade every day, else 252'),
      first_date: z.iso.date().nullable(),
      last_date: z.iso.date().nullable(),
      lookback_days: z.int(),
      series: z.array(
        z.object({
          asset_id: z.string(),
          interval: z.enum(intervals),
          source: z.string(),
          quote_currency: z.string(),
          adjustment: z.string(),
          bars: z.int(),
          first_date: z.iso.date().nullable(),
          last_date: z.iso.date().nullable(),
        }),
      ),
    }),
    policy: z
      .object({ id: z.uuid(), version: z.int() })
      .nullable()
      .describe('Null for the limits that the service begins with'),
    request: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What was asked for, defaults included; null for what was made before 2026-11-25'),
    expected_return: z.number().nullable().describe('A year, a fraction'),
    sharpe_ratio: z.number().nullable(),
    binding_limits: z.array(
      z.object({
        limit: z.string(),
        side: z.enum(['min', 'max']),
        shadow_price: z.number(),
        words: z.string(),
      }),
    ),
    projected: z
      .object({ distance: z.number().describe('Volatility of the difference to what the method wanted') })
      .nullable()
      .describe('The method knows no limits: these are the nearest weights that keep them'),
    notes: z.array(z.string()),
    alternative: z
      .object({
        numeraire: z.literal('USD'),
        weights: z.array(z.object({ asset_id: z.string(), weight: z.number() })),
        volatility: z.number(),
      })
      .nullable()
      .describe('The same question in US dollars'),
    choice: z
      .object({
        proven: z.boolean().describe('True when no other choice of assets is better'),
        gap: z
          .number()
          .nullable()
          .describe('No choice improves the objective by more than this share of it; null when nothing bounds it'),
        problems: z.int().describe('Problems that were solved on the way'),
      })
      .nullable()
      .describe('Of the assets that are held, where few or large positions were asked for'),
    lots: z
      .object({
        total_usd: z.string(),
        items: z.array(
          z.object({
            asset_id: z.string(),
            lot_size: z.string(),
            lots: z.int(),
            quantity: z.string(),
            price_usd: z.string().describe('The last close of the snapshot'),
            value_usd: z.string(),
            weight: z.number().describe('Of the total'),
          }),
        ),
        remainder_usd: z.string().describe('What the lots leave of the total'),
      })
      .nullable()
      .describe('Whole lots next to the weights, where they were asked for and there are any'),
    infeasible: z
      .object({
        code: z.string().describe('`limits`, `no_excess_return`, `out_of_reach`, `too_little_data`, ...'),
        conflict: z.array(z.string()).describe('The smallest set of limits that cannot hold together'),
        relaxation: z.array(z.string()).describe('The least by which limits would have to be moved'),
      })
      .nullable(),
    estimates: z
      .object({
        effective_observations: z.number().nullable(),
        shrinkage: z.number().nullable(),
        expected_returns: z
          .array(z.object({ asset_id: z.string(), value: z.number(), standard_error: z.number().nullable() }))
          .nullable(),
        views: z
          .object({
            method: z.enum(['black_litterman', 'entropy_pooling']),
            items: z.array(
              z.object({
                label: z.string(),
                before: z.number().describe('A year, without any view'),
                after: z.number().describe('A year, with all views'),
              }),
            ),
            relative_entropy: z.number().nullable().describe('Nats; of entropy pooling'),
          })
          .nullable(),
      })
      .nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Optimization', example: optimizationExample });
export type OptimizationView = z.infer<typeof optimizationView>;

/** What a list shows of an optimization. */
export const optimizationPage = pageOf(
  optimizationView
    .pick({
      id: true,
      state: true,
      reason: true,
      portfolio_id: true,
      as_of: true,
      rehearsal: true,
      simulated: true,
      optimizer: true,
      volatility: true,
      created_at: true,
    })
    .extend({ weights: z.array(z.object({ asset_id: z.string(), weight: z.number() })) }),
).meta({ id: 'OptimizationPage' });
export type OptimizationItem = z.infer<typeof optimizationPage>['items'][number];

const mixWeights = z.array(z.object({ asset_id: z.string(), weight: z.number() }));
const mix = z.object({
  expected_return: z.number().describe('A year, a fraction'),
  volatility: z.number().describe('A year, a fraction'),
  sharpe_ratio: z.number().nullable(),
  weights: mixWeights.describe('Of the assets that are held'),
});
const mixOrReason = z.object({
  point: mix.nullable(),
  reason: z.string().nullable().describe('Why there is no such point'),
});

const mixExample = {
  expected_return: 0.9421,
  volatility: 0.4735,
  sharpe_ratio: 1.9473,
  weights: [
    { asset_id: 'BTC', weight: 0.6 },
    { asset_id: 'SPY', weight: 0.2 },
    { asset_id: 'GLD', weight: 0.2 },
  ],
};

export const frontierView = z
  .object({
    optimization_id: z.uuid(),
    numeraire: z.string(),
    turning_points: z
      .array(mix.extend({ risk_tolerance: z.number().describe('Of half the variance against the return') }))
      .describe('From the highest return to the least variance; between two neighbours weights are a straight line'),
    min_variance: mix,
    max_sharpe: mixOrReason,
    at_target: mixOrReason.nullable().describe('What was looked up with target_return or target_volatility'),
    perturbed: z.boolean().describe('True when equal returns had to be told apart, by 1e-9 of their spread at most'),
    left_out: z.array(z.string()).describe('What the optimization was asked to respect and no frontier can'),
  })
  .meta({
    id: 'Frontier',
    example: {
      optimization_id: '019a7c3e-6e2b-7a51-9d0c-3b8f5e7c1a44',
      numeraire: 'USD',
      turning_points: [{ ...mixExample, risk_tolerance: 0.31 }],
      min_variance: mixExample,
      max_sharpe: { point: mixExample, reason: null },
      at_target: null,
      perturbed: false,
      left_out: [],
    },
  });
export type FrontierView = z.infer<typeof frontierView>;

const support = z.object({
  support: z.enum(['supported', 'projected', 'refused']),
  reason: z.string().nullable(),
});
export const optimizersPage = pageOf(
  z.object({
    id: z.string(),
    version: z.int(),
    needs: z.array(z.string()),
    constraints: z
      .object({
        box: support,
        linear: support,
        turnover: support,
        cost: support,
        l2: support,
        positions: support,
        lots: support,
      })
      .describe('`projected`: the nearest weights that keep it are answered'),
  }),
).meta({ id: 'OptimizerPage' });
export type OptimizersView = z.infer<typeof optimizersPage>;
