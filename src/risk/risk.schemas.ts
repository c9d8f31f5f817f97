import { z } from 'zod';
import { riskMeasures } from './domain/measures/registry.js';
import { instantText } from '../platform/http/instant.js';
import { oldInteger } from '../platform/http/old-parameters.js';

const symbol = z.string().min(1).max(32);
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'is no whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be ${least} at least`).max(most, `must be ${most} at most`));
const decimal = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,6}(\.\d{1,12})?$/, 'is not a plain number')
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} at least`).max(most, `must be ${most} at most`));

export const reportIdParam = z.uuid();
export const riskPortfolioIdParam = z.uuid();

export const riskQuery = z.object({
  as_of: instantText
    .optional()
    .describe('A date D means D+1T00:00Z. Without it, what is held now at the closes of the last day that is over'),
  as_known_at: instantText.optional().describe('For audits: only what was stored by that instant'),
  lookback_days: wholeNumber(1, 3650).default(365),
  numeraire: symbol.optional().describe("Shown beside BTC and USD; without it, the portfolio's own"),
  benchmark: symbol.default('BTC'),
  risk_free_rate: decimal(-0.1, 1).default(0.02).describe('A year, in US dollars'),
  shocks: z
    .string()
    .max(5_000)
    .optional()
    .describe('JSON object of symbol or asset class to its supposed change in US dollars: {"BTC": -0.5, "etf": -0.2}'),
});
export type RiskQuery = z.output<typeof riskQuery>;

export const shocksSchema = z
  .record(
    z.string().min(1).max(32),
    z.number('is not a number').gt(-1, 'must be above -1: nothing loses more than all').max(100, 'is above 100'),
  )
  .refine((map) => Object.keys(map).length <= 100, 'names more than 100 assets');

const fraction = z.number().nullable();
const weight = z.number();
const changes = {
  change: fraction.describe('Of the whole; null while the change of an asset is unknown'),
  known_part: z.object({ change: z.number(), weight }),
  assets: z.array(z.object({ asset_id: z.string(), weight, change: fraction, contribution: fraction })),
};
const uncertainty = z.object({ standard_error: z.number(), low: z.number(), high: z.number() }).nullable();
const test = z.object({ statistic: z.number(), p_value: z.number() });
const biasFlagOf = <Type extends string>(...types: Type[]) =>
  z.object({
    type: z.enum(types),
    severity: z.enum(['medium', 'high']),
    message: z.string(),
    recommendation: z.string(),
  });
const habits = ['recent_loss_aversion', 'overconfidence'] as const;
const biasRecommendation = z.enum(['OK', 'AVOID_TRADING', 'REDUCE_POSITION_SIZE']);
const recommendation = z.enum([
  'INSUFFICIENT_DATA',
  'REDUCE_RISK',
  'IMPROVE_EFFICIENCY',
  'AVOID_TRADING',
  'CAUTION',
  'HOLD',
]);

const side = z.object({
  meaning: z.string(),
  risk_free_rate: z.number().describe('A year'),
  from: z.iso.date().nullable().describe('First of the UTC dates that all assets have; null without returns'),
  to: z.iso.date().nullable(),
  observations: z.int().describe('Daily returns'),
  trading_days: z.enum(['every_day', 'weekdays']).nullable(),
  periods_per_year: z.int().nullable().describe('By which the measures are annualised'),
  has_benchmark: z.boolean(),
  benchmark_observations: z
    .int()
    .describe('Daily returns on dates that the benchmark has, too: of beta, alpha, tracking error and captures alone'),
  headline: z
    .object({
      volatility: fraction,
      sharpe_ratio: fraction,
      cvar_95: fraction,
      max_drawdown: fraction,
      expected_return: fraction,
    })
    .describe('Losses are positive fractions; null where undefined'),
  uncertainty: z.object({
    method: z.literal('stationary bootstrap'),
    level: z.number(),
    replications: z.int(),
    mean_block_length: z.number(),
    volatility: uncertainty,
    sharpe_ratio: uncertainty,
    cvar_95: uncertainty,
    max_drawdown: uncertainty,
    expected_return: uncertainty,
  }),
  measures: z
    .record(z.string(), z.union([z.number(), z.record(z.string(), z.unknown())]).nullable())
    .describe(riskMeasures.map(({ id, name, unit, source }) => `- \`${id}\` (${unit}): ${name}. ${source}`).join('\n')),
  var_backtest: z
    .object({
      observations: z.int(),
      exceptions: z.int(),
      expected_exceptions: z.number(),
      coverage: test,
      independence: test.nullable(),
      conditional_coverage: test.nullable(),
      zone: z.enum(['green', 'yellow', 'red']),
    })
    .nullable()
    .describe('Of historical VaR at 95 % from the 250 returns before each; null with too few'),
  stress: z.object({
    windows: z.array(z.object({ id: z.string(), name: z.string(), from: z.iso.date(), to: z.iso.date(), ...changes })),
    shocks: z.object(changes).nullable(),
  }),
  recommendation,
});

export const riskReportSchema = z
  .object({
    id: z.uuid(),
    portfolio_id: z.uuid().nullable(),
    as_of: z.iso.datetime(),
    as_known_at: z.iso.datetime().nullable(),
    lookback_days: z.int(),
    numeraire: z.string(),
    benchmark: z.string(),
    weights: z.literal('as of, held constant'),
    assets: z.array(
      z.object({
        asset_id: z.string(),
        weight: weight.describe('Share of what has a price'),
        first: z.iso.date().nullable(),
        last: z.iso.date().nullable(),
        observations: z.int(),
        use: z
          .enum(['used', 'too_short', 'stale', 'no_prices'])
          .describe('Used with 20 returns and a price of the last 7 days at the least'),
      }),
    ),
    covered_weight: weight.describe('Share of the weights that the measures see, scaled up to 1 there'),
    unpriced: z.array(z.string()).describe('Held, but without a price: no part of anything here'),
    partial: z.boolean().describe('The measures see less than all that is held'),
    notional: z.boolean(),
    recommendation: recommendation.describe('In the numeraire'),
    bias_flags: z.array(biasFlagOf(...habits, 'limit_breach')),
    bias_recommendation: biasRecommendation,
    thresholds: z.object({ daily_cvar_95: z.number(), max_drawdown: z.number(), sharpe: z.number() }),
    policy: z.object({ id: z.uuid(), version: z.int() }).nullable(),
    in: z.record(z.string(), side).describe('BTC, USD and the numeraire'),
    correlations_with_btc: z.array(z.object({ asset_id: z.string(), correlation: fraction, observations: z.int() })),
    notes: z
      .array(z.string())
      .describe('What is left out, why nothing is measured, splits in prices, and jumps that look like one'),
    provenance: z.object({
      algorithm: z.string(),
      version: z.int(),
      service_version: z.string(),
      seed: z.int(),
      series: z.array(
        z.object({
          asset_id: z.string(),
          source: z.string(),
          quote_currency: z.enum(['USD', 'USDT']),
          adjustment: z.string(),
          first: z.iso.date(),
          last: z.iso.date(),
          bars: z.int(),
          held_back: z.int().describe('Bars of the lookback that are left out because sources disagree'),
          sha256: z.string(),
        }),
      ),
    }),
    simulated: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'RiskReport' });
export type RiskReportView = z.output<typeof riskReportSchema>;

export const dashboardRiskQuery = z.object({ days: oldInteger(1, 3650).default(365) });
export type DashboardRiskQuery = z.output<typeof dashboardRiskQuery>;

export const dashboardRiskSchema = z
  .object({
    risk_metrics: z
      .object({
        cvar_95: fraction,
        max_drawdown: fraction,
        sharpe_ratio: fraction,
        volatility: fraction,
        expected_return: fraction,
      })
      .describe('In US dollars; losses are negative here and nowhere else'),
    bias_flags: z
      .array(biasFlagOf(...habits, 'anchoring'))
      .describe('`anchoring` is a weight outside its limits, which `/api/v1` calls `limit_breach`'),
    bias_recommendation: biasRecommendation,
    overall_recommendation: recommendation,
    thresholds: z.object({
      cvar_95_threshold: z.number(),
      max_drawdown_threshold: z.number(),
      sharpe_minimum: z.number(),
    }),
    timestamp: z.iso.datetime(),
    period_days: z.int(),
    observations: z.int(),
    notional: z.boolean().describe('True for the default weights of an owner without a portfolio'),
    partial: z.boolean().describe('The measures see less than all that is held'),
    left_out: z.array(z.string()).describe('Held, but without prices, with too few, or with none of the last 7 days'),
    notes: z.array(z.string()),
    simulated: z.boolean(),
    report: z.string().describe('Path of the whole report'),
  })
  .meta({ id: 'DashboardRisk' });
export type DashboardRiskView = z.output<typeof dashboardRiskSchema>;
