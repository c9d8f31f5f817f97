import { z } from 'zod';
import { positiveDecimalText } from '../platform/http/decimal-text.js';
import { instantText } from '../platform/http/instant.js';
import { pageQuery } from '../platform/http/page.js';
import { plainText } from '../platform/http/plain-text.js';
import { covarianceEstimators, type CovarianceEstimatorId } from '../risk/domain/covariance/registry.js';
import { optimizerIds } from './domain/optimizers/registry.js';
import { optimizerName } from './optimization.schemas.js';

const mostAssets = 500;
const symbol = z.string().min(1, 'is empty').max(32, 'has more than 32 characters');
const between = (least: number, most: number) =>
  z.number('is no number').min(least, `must be ${least} at least`).max(most, `must be ${most} at most`);
const fraction = between(0, 1);
const signed = between(-10, 10);
const byAsset = <Value extends z.ZodType>(value: Value) =>
  z
    .record(symbol, value)
    .refine((map) => Object.keys(map).length <= mostAssets, `names more than ${mostAssets} assets`);
const isInOrder = ({ min, max }: { min?: number | undefined; max?: number | undefined }) =>
  min === undefined || max === undefined || min <= max;
const outOfOrder = 'has a lower limit above the upper one';

const lookbackDays = z
  .int('is no whole number')
  .min(30, 'must be 30 at least')
  .max(3650, 'must be 3650 at most')
  .default(365);

const expectedReturns = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['historical', 'compounded', 'james_stein', 'bayes_stein', 'capm']) }),
    z.strictObject({ kind: z.literal('exponential'), half_life: between(1, 3650).describe('Days') }),
    z.strictObject({
      kind: z.literal('equilibrium'),
      weights: byAsset(fraction)
        .optional()
        .describe('Returns for which these weights are the best; without them the current ones, or equal ones'),
    }),
    z.strictObject({ kind: z.literal('given'), values: byAsset(signed).describe('A year, of every asset') }),
  ])
  .default({ kind: 'historical' });

const label = plainText(60).min(1, 'is empty');
const severalViews = <View extends z.ZodType>(view: View) =>
  z.array(view).min(1, 'has no view').max(50, 'has more than 50 views');

const views = z
  .discriminatedUnion('method', [
    z.strictObject({
      method: z.literal('black_litterman'),
      tau: between(0.0001, 10).default(0.05).describe("Variance of the prior's means as a share of the covariance"),
      views: severalViews(
        z.strictObject({
          label,
          coefficients: byAsset(between(-10, 10)),
          value: signed.describe('A year, of the sum of coefficient times return'),
          confidence: fraction
            .optional()
            .describe('1 holds exactly, 0 has no effect; without it, as sure as the prior'),
        }),
      ),
    }),
    z.strictObject({
      method: z.literal('entropy_pooling'),
      views: severalViews(
        z
          .strictObject({
            label,
            of: z.enum(['return', 'volatility']).default('return'),
            coefficients: byAsset(between(-10, 10)),
            relation: z.enum(['equal', 'at_least', 'at_most']).default('equal'),
            value: signed.describe('A year, of the sum of coefficient times return'),
          })
          .refine(({ of, value }) => of === 'return' || value > 0, { path: ['value'], error: 'must be above 0' }),
      ),
    }),
  ])
  .describe('Besides what the past tells: the expected returns asked for are the prior of Black and Litterman');

export const createOptimizationBody = z
  .strictObject({
    portfolio_id: z
      .uuid()
      .optional()
      .describe("Its policy's limits hold, and without `assets` what it holds is optimized"),
    assets: z
      .array(symbol)
      .min(1, 'names no asset')
      .max(mostAssets, `names more than ${mostAssets} assets`)
      .optional()
      .describe('Without a portfolio, the limits that the service begins with hold'),
    optimizer: z.enum(optimizerIds.map(optimizerName)).default('min_variance').describe('See GET /api/v1/optimizers'),
    numeraire: symbol
      .default('USD')
      .describe(
        "What returns are measured in: any asset or currency with stored prices; in BTC, BTC's own risk is zero",
      ),
    covariance: z.enum(Object.keys(covarianceEstimators) as [CovarianceEstimatorId]).default('sample'),
    expected_returns: expectedReturns,
    risk_free_rate: between(-0.1, 1)
      .default(0.02)
      .describe('Of US dollars, a year; measured in another numeraire there is none'),
    risk_aversion: between(0.001, 1_000).default(4),
    target_return: signed.optional().describe('A year, at least; for target_return'),
    target_volatility: between(0.0001, 10).optional().describe('A year, at most; for target_risk'),
    confidence: between(0.5, 0.999).default(0.95).describe('Of CVaR and CDaR: 0.95 for the worst twentieth'),
    budgets: byAsset(between(0, 1_000))
      .optional()
      .describe('Shares of the risk by asset, for risk_parity; equal without'),
    benchmark: byAsset(between(-1, 2)).optional().describe('For min_tracking_error; without it, what is held'),
    current: byAsset(between(0, 1))
      .refine(
        (map) => Object.values(map).reduce((sum, weight) => sum + weight, 0) <= 1 + 1e-9,
        'adds up to more than 1',
      )
      .optional()
      .describe("Weights held now; without them, the portfolio's, scaled to 1 without its cash"),
    turnover_limit: fraction.optional().describe('Largest share of the portfolio that is bought and sold'),
    cost_rate: between(0, 0.2).default(0).describe('Of what is traded'),
    l2: between(0, 100).default(0).describe('Weight of the sum of squared weights beside the variance'),
    bands: byAsset(z.strictObject({ min: between(-1, 1), max: between(-1, 1) }).refine(isInOrder, outOfOrder))
      .default({})
      .describe("Besides the policy's: the tighter limit holds"),
    linear: z
      .array(
        z
          .strictObject({
            label: plainText(60).min(1, 'is empty'),
            coefficients: byAsset(between(-1_000, 1_000)),
            min: between(-1_000, 1_000).optional(),
            max: between(-1_000, 1_000).optional(),
          })
          .refine(isInOrder, outOfOrder)
          .refine(({ min, max }) => min !== undefined || max !== undefined, 'has neither a lower nor an upper limit'),
      )
      .max(50, 'has more than 50 limits')
      .default([])
      .describe('The sum of coefficient times weight lies between min and max'),
    views: views.optional(),
    most_assets: z
      .int('is no whole number')
      .min(1, 'must be 1 at least')
      .max(mostAssets, `must be ${mostAssets} at most`)
      .optional()
      .describe('Of how many assets something may be held'),
    minimum_position: fraction.default(0).describe('An asset is held with this weight at least or not at all'),
    lots: z
      .strictObject({
        total_usd: positiveDecimalText
          .optional()
          .describe('Without it, what the portfolio holds besides cash is worth'),
        sizes: byAsset(positiveDecimalText)
          .default({})
          .describe('Units; without it whole shares, a hundred millionth of a coin'),
      })
      .optional()
      .describe('Whole lots next to the weights, at the last closes of the snapshot'),
    as_of: instantText
      .optional()
      .describe('A date D means D+1T00:00Z; a past one makes it a rehearsal on what was known then. Without it, now'),
    as_known_at: instantText
      .optional()
      .describe('For audits: only prices that were stored and transactions that were recorded by that instant'),
    lookback_days: lookbackDays,
  })
  .refine(
    ({ portfolio_id: id, assets }) => id !== undefined || assets !== undefined,
    'needs portfolio_id, assets or both',
  )
  .meta({
    id: 'CreateOptimization',
    example: {
      assets: ['BTC', 'ETH', 'SPY', 'GLD'],
      optimizer: 'max_sharpe',
      covariance: 'ledoit_wolf_identity',
      expected_returns: { kind: 'james_stein' },
      linear: [{ label: 'not crypto', coefficients: { SPY: 1, GLD: 1 }, min: 0.2 }],
      as_of: '2025-06-30',
    },
  });
export type CreateOptimizationBody = z.output<typeof createOptimizationBody>;

export const optimizationsQuery = z.object({ ...pageQuery, portfolio_id: z.uuid().optional() });
export type OptimizationsQuery = z.output<typeof optimizationsQuery>;

/** What the prototype's clients call the methods. */
export const oldMethods = {
  max_sharpe: 'maxSharpe',
  min_volatility: 'minVariance',
  efficient_risk: 'targetRisk',
  efficient_return: 'targetReturn',
} as const;
type OldMethod = keyof typeof oldMethods;

/** Unknown members are ignored, as the old routes do. */
export const oldOptimizeBody = z
  .object({
    symbols: z
      .array(symbol)
      .min(3, 'must name BTC and two others at least')
      .max(50, 'names more than 50 assets')
      .describe('BTC and at least two others'),
    method: z.enum(Object.keys(oldMethods) as [OldMethod]).default('max_sharpe'),
    risk_free_rate: between(-0.1, 1).default(0.02),
    lookback_days: lookbackDays,
    target_volatility: between(0.0001, 10).default(0.2).describe('For efficient_risk'),
    target_return: signed.default(0.15).describe('For efficient_return'),
    as_of: instantText.optional().describe('A date D means D+1T00:00Z. Without it, the last midnight (UTC)'),
  })
  .meta({ id: 'OldOptimize', example: { symbols: ['BTC', 'ETH', 'SPY', 'GLD'], method: 'max_sharpe' } });
export type OldOptimizeBody = z.output<typeof oldOptimizeBody>;

export const oldOptimizationSchema = z
  .object({
    weights: z.record(z.string(), z.number()),
    expected_return: z.number().nullable(),
    volatility: z.number(),
    sharpe_ratio: z.number().nullable(),
    method: z.enum(Object.keys(oldMethods) as [OldMethod]),
    constraints_met: z.boolean(),
    constraints_error: z.string().nullable(),
  })
  .meta({ id: 'OldOptimization' });
export type OldOptimizationView = z.output<typeof oldOptimizationSchema>;

export const frontierQuery = z
  .strictObject({
    target_return: z.coerce.number('is no number').optional().describe('The least risky mix that returns this a year'),
    target_volatility: z.coerce
      .number('is no number')
      .positive('must be above 0')
      .optional()
      .describe('The mix of highest return that is no riskier than this a year'),
  })
  .refine(
    ({ target_return: ofReturn, target_volatility: ofRisk }) => ofReturn === undefined || ofRisk === undefined,
    'has both target_return and target_volatility',
  );
export type FrontierQuery = z.output<typeof frontierQuery>;
