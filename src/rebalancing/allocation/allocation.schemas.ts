import { z } from 'zod';
import { oldNumber, oldText } from '../../platform/http/old-parameters.js';
import { accountTypeAliases, accountTypes } from '../../portfolio/domain/account.js';
import { allocationClasses, furtherClasses, targetSets } from '../domain/allocation.js';

const dollars = z.number('is not a number').min(-1e15).max(1e15);

/** By symbol. A missing value counts as 0 and a missing class as stocks, as the prototype had it. */
export const oldHoldings = z
  .record(
    z.string().min(1).max(32),
    z.object({ asset_class: z.string().max(60).default('stocks'), value: dollars.default(0) }),
  )
  .refine((map) => Object.keys(map).length <= 1_000, 'names more than 1,000 holdings');
export type OldHoldings = z.output<typeof oldHoldings>;

const defaultThreshold = 5;
/** 0 and null mean the default, as they always have. */
const threshold = z
  .number()
  .min(0)
  .max(100)
  .nullish()
  .transform((points) => points || defaultThreshold);

/** Of a whole portfolio: percentages of less than a cent would be beyond any number. */
const portfolioValue = (value: z.ZodNumber) =>
  value
    .min(0, 'is below 0')
    .max(1e15, 'is above 1e15')
    .refine((dollarsOfAll) => dollarsOfAll === 0 || dollarsOfAll >= 0.01, 'is less than a cent and not 0');
const oldPortfolioValue = oldNumber.pipe(portfolioValue(z.number()));

export const calculateBody = z
  .object({
    holdings: oldHoldings,
    portfolio_value: portfolioValue(z.number('is not a number')),
    rebalancing_threshold: threshold,
  })
  .meta({
    id: 'CalculateAllocation',
    example: {
      holdings: { AAPL: { asset_class: 'stocks', value: 100 }, BTC: { asset_class: 'crypto', value: 700 } },
      portfolio_value: 1000,
      rebalancing_threshold: 5,
    },
  });
export type CalculateBody = z.output<typeof calculateBody>;

export const targetsQuery = z.object({ portfolio_value: oldPortfolioValue });
export type TargetsQuery = z.output<typeof targetsQuery>;

export const checkQuery = z.object({
  holdings: oldText.describe('JSON object of symbol to {asset_class, value}'),
  portfolio_value: oldPortfolioValue,
  threshold: oldNumber
    .pipe(z.number().min(0, 'is below 0').max(100, 'is above 100'))
    .optional()
    .transform((points) => points || defaultThreshold),
});
export type CheckQuery = z.output<typeof checkQuery>;

export const driftQuery = z.object({ holdings: oldText, portfolio_value: oldPortfolioValue });
export type DriftQuery = z.output<typeof driftQuery>;

const accountType = z
  .enum([...accountTypes, ...(Object.keys(accountTypeAliases) as [string, ...string[]])])
  .transform((name) => accountTypeAliases[name] ?? (name as (typeof accountTypes)[number]));

export const oldAccounts = z
  .array(
    z.object({
      account_id: z.string().min(1).max(100),
      account_name: z.string().max(200),
      account_type: accountType,
      broker: z.string().max(200).default('Unknown'),
      current_balance: dollars,
      currency: z.string().min(1).max(16).default('USD'),
      tax_status: z.string().max(100).nullish(),
    }),
  )
  .max(1_000);
export type OldAccounts = z.output<typeof oldAccounts>;
export const oldAccountHoldings = z.record(z.string().min(1).max(100), oldHoldings);
export type OldAccountHoldings = z.output<typeof oldAccountHoldings>;

/** In the query, as the prototype had it; better in the body. */
export const summaryQuery = z.object({ accounts: oldText.optional(), holdings: oldText.optional() });
export type SummaryQuery = z.output<typeof summaryQuery>;
export const summaryBody = z
  .object({ accounts: oldAccounts.optional(), holdings: oldAccountHoldings.optional() })
  .optional()
  .meta({ id: 'SummarizeAccounts' });
export type SummaryBody = NonNullable<z.output<typeof summaryBody>>;

export const targetSetParam = z.enum(targetSets);
const classNames = z.enum([...allocationClasses, ...furtherClasses]);
export const setTargetsBody = z
  .strictObject({
    percentages: z
      .partialRecord(classNames, z.number().min(0).max(100))
      .refine(
        (map) => Math.abs(Object.values(map).reduce((sum, percent) => sum + percent, 0) - 100) < 1e-9,
        'must sum to 100',
      ),
  })
  .meta({
    id: 'SetAllocationTargets',
    example: { percentages: { stocks: 30, etfs: 10, commodities: 0, crypto: 55, futures: 0, cash: 5 } },
  });
export type SetTargetsBody = z.output<typeof setTargetsBody>;

const share = {
  current_percent: z.number(),
  target_percent: z.number().nullable(),
  current_value: z.number(),
  target_value: z.number().nullable(),
  difference: z.number().nullable().describe('Current minus target, USD'),
  difference_percent: z.number().nullable().describe('Percentage points'),
};

const allocationReportSchema = z.object({
  portfolio_value: z.number(),
  holdings_value: z.number().describe('Of all holdings, also of unknown classes'),
  unaccounted_value: z
    .number()
    .describe('portfolio_value less holdings_value: what the percentages lack to 100, negative when they are above'),
  note: z.string().nullable().describe('Says so in words when they differ'),
  timestamp: z.iso.datetime(),
  asset_classes: z.array(
    z.object({
      asset_class: z.string(),
      ...share,
      assets: z.array(z.object({ symbol: z.string(), ...share })),
    }),
  ),
  total_drift: z.number(),
  needs_rebalancing: z.boolean(),
  rebalancing_threshold: z.number(),
  unknown_classes: z
    .array(z.object({ asset_class: z.string(), value: z.number() }))
    .describe('Classes without a target: they count nowhere'),
});
export type AllocationReportView = z.output<typeof allocationReportSchema>;

export const calculatedSchema = allocationReportSchema
  .extend({
    rebalancing_actions: z.array(
      z.object({
        asset_class: z.string(),
        action: z.enum(['BUY', 'SELL']),
        amount: z.number(),
        current_percent: z.number(),
        target_percent: z.number(),
        drift: z.number(),
      }),
    ),
  })
  .meta({ id: 'AllocationReport' });
export type CalculatedView = z.output<typeof calculatedSchema>;

const byClass = z.record(z.string(), z.number());
export const targetsSchema = z
  .object({ portfolio_value: z.number(), targets: byClass, target_percentages: byClass })
  .meta({ id: 'AllocationTargets' });
export type TargetsView = z.output<typeof targetsSchema>;

export const checkSchema = z
  .object({
    needs_rebalancing: z.boolean(),
    alerts: z.array(z.string()),
    total_drift: z.number(),
    threshold: z.number(),
  })
  .meta({ id: 'AllocationCheck' });
export type CheckView = z.output<typeof checkSchema>;

export const driftSchema = z
  .object({
    portfolio_value: z.number(),
    timestamp: z.iso.datetime(),
    drifts: z.array(
      z.object({
        asset_class: z.string(),
        current_percent: z.number(),
        target_percent: z.number(),
        drift: z.number(),
        drift_amount: z.number(),
        needs_rebalancing: z.boolean(),
      }),
    ),
    total_drift: z.number(),
    needs_rebalancing: z.boolean(),
  })
  .meta({ id: 'AllocationDrift' });
export type DriftView = z.output<typeof driftSchema>;

export const summarySchema = z
  .object({
    total_portfolio_value: z.number(),
    category_breakdown: byClass,
    category_percentages: byClass,
    summaries: z.record(
      z.string(),
      z.object({
        total_capital: z.number(),
        number_of_accounts: z.int(),
        average_balance: z.number(),
        allocation_report: allocationReportSchema.nullable(),
      }),
    ),
    conversions: z
      .record(z.string(), z.number())
      .describe('USD for one unit of each other currency that was converted'),
    unknown_accounts: z.array(z.string()).describe('Accounts that have holdings and are not listed'),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: 'MultiAccountSummary' });
export type SummaryView = z.output<typeof summarySchema>;

export const setTargetsSchema = z
  .object({ target_set: targetSetParam, percentages: byClass })
  .meta({ id: 'AllocationTargetSet' });
export type TargetSetView = z.output<typeof setTargetsSchema>;
