import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { oldInteger, oldSymbols } from '../../platform/http/old-parameters.js';
import { covarianceEstimators } from '../domain/covariance/registry.js';

/** Of one answer: it is computed while somebody waits. */
const mostAssets = 50;
const tooMany = `names more than ${mostAssets} assets`;

const symbol = z.string().min(1).max(32);
const assetList = z
  .string()
  .max(2_000)
  .transform((text) => [
    ...new Set(
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ])
  .refine((all) => all.length <= mostAssets, tooMany);
const number = (pattern: RegExp, message: string) => z.string().regex(pattern, message).transform(Number);
const days = number(/^\d{1,6}$/, 'is no whole number').pipe(
  z.int().min(1, 'must be 1 at least').max(3650, 'must be 3650 at most'),
);

const window = {
  lookback_days: days.default(90),
  numeraire: symbol.default('USD').describe('What prices are counted in'),
  as_of: instantText.optional().describe('A date D means D+1T00:00Z; without it, now'),
  as_known_at: instantText.optional().describe('For audits: only what was stored by that instant'),
};

const estimators = ['pairwise', ...Object.keys(covarianceEstimators)] as const;

export const correlationsQuery = z.object({
  assets: assetList.refine((all) => all.length > 0, 'names no asset').describe('Comma-separated, at most 50'),
  estimator: z
    .enum(estimators)
    .default('pairwise')
    .describe('`pairwise`: each pair over the dates that both have; the others over the dates that all have'),
  ...window,
});
export type CorrelationsQuery = z.output<typeof correlationsQuery>;

export const selectionQuery = z.object({
  assets: assetList.optional().describe('Comma-separated candidates, at most 50; without it, the enabled assets'),
  anchor: symbol.default('BTC'),
  limit: number(/^-?\d(\.\d{1,12})?$/, 'is not a plain number')
    .pipe(z.number().min(-1, 'must be -1 at least').max(1, 'must be 1 at most'))
    .default(0.5)
    .describe('Largest correlation with the anchor'),
  count: number(/^\d{1,3}$/, 'is no whole number')
    .pipe(z.int().min(1, 'must be 1 at least').max(mostAssets, `must be ${mostAssets} at most`))
    .default(5),
  ...window,
});
export type SelectionQuery = z.output<typeof selectionQuery>;

const correlation = z.number().nullable().describe('-1 to 1; null where undefined');
const matrix = z.array(z.array(correlation));
const about = {
  numeraire: z.string(),
  as_of: z.iso.datetime(),
  as_known_at: z.iso.datetime().nullable(),
  lookback_days: z.int(),
  no_prices: z.array(z.string()).describe('Assets without any price in the lookback, or without the numeraire’s'),
  simulated: z.boolean(),
  notes: z.array(z.string()).describe('What prices had to be made of because of splits, and jumps that look like one'),
};

export const correlationsSchema = z
  .object({
    assets: z.array(z.string()),
    estimator: z.enum(estimators),
    matrix,
    observations: z.array(z.array(z.int())).describe('Daily returns behind each entry; fewer than 20 make no entry'),
    shrinkage: z.number().nullable().describe('Weight of the structured target, 0 to 1'),
    effective_observations: z.number().nullable(),
    repair_distance: z
      .number()
      .nullable()
      .describe('Frobenius distance to the nearest positive semi-definite matrix; 0 for one that is; null with gaps'),
    repaired_matrix: z.array(z.array(z.number())).nullable().describe('That matrix, where the one above is none'),
    ...about,
  })
  .meta({ id: 'Correlations' });
export type CorrelationsView = z.output<typeof correlationsSchema>;

export const selectionSchema = z
  .object({
    anchor: z.string(),
    limit: z.number(),
    chosen: z
      .array(
        z.object({
          asset_id: z.string(),
          correlation_to_anchor: correlation,
          mean_correlation_to_chosen: correlation.describe('With those chosen before it; null for the first'),
          observations: z.int(),
        }),
      )
      .describe('In the order of choice'),
    too_correlated: z.array(z.string()),
    unknown: z.array(z.string()).describe('Nobody knows how they move with the anchor: too few common dates'),
    ...about,
  })
  .meta({ id: 'LowCorrelationSelection' });
export type SelectionView = z.output<typeof selectionSchema>;

// the routes of the prototype

const oldList = oldSymbols.refine((all) => all.length <= mostAssets, tooMany);
const oldDays = oldInteger(1, 3650).default(90);

export const oldCorrelationsQuery = z.object({
  symbols: oldList.describe('Comma-separated; those that nobody knows are left out'),
  lookback_days: oldDays,
});
export type OldCorrelationsQuery = z.output<typeof oldCorrelationsQuery>;

export const dashboardCorrelationQuery = z.object({
  symbols: oldList.optional().describe('Comma-separated; without it, the first ten enabled assets'),
  days: oldDays,
});
export type DashboardCorrelationQuery = z.output<typeof dashboardCorrelationQuery>;

export const diversificationQuery = z.object({
  symbols: oldSymbols.refine((all) => all.length <= 500, 'names more than 500 assets'),
});
export type DiversificationQuery = z.output<typeof diversificationQuery>;

const oldMatrix = z.record(z.string(), z.record(z.string(), correlation));

export const btcCorrelationsSchema = z
  .array(z.object({ symbol: z.string(), correlation_to_btc: correlation }))
  .meta({ id: 'BtcCorrelations' });
export type BtcCorrelationsView = z.output<typeof btcCorrelationsSchema>;

export const correlationMatrixSchema = z
  .object({ matrix: oldMatrix, symbols: z.array(z.string()) })
  .meta({ id: 'CorrelationMatrix' });
export type CorrelationMatrixView = z.output<typeof correlationMatrixSchema>;

export const dashboardCorrelationSchema = z
  .object({
    symbols: z.array(z.string()),
    matrix: oldMatrix,
    period_days: z.int(),
    timestamp: z.iso.datetime(),
    error: z.string().optional().describe('Only where the matrix is empty'),
  })
  .meta({ id: 'DashboardCorrelation' });
export type DashboardCorrelationView = z.output<typeof dashboardCorrelationSchema>;

export const diversificationSchema = z
  .object({
    score: z.number().describe('0 to 1'),
    is_diversified: z.boolean(),
    suggestions: z.array(z.string()),
    symbols: z.array(z.string()),
  })
  .meta({ id: 'DiversificationScore' });
export type DiversificationView = z.output<typeof diversificationSchema>;
