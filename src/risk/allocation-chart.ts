import { z } from 'zod';
import { jsonParameter, oldText } from '../platform/http/old-parameters.js';
import { toIso, type EpochMs } from '../shared/time.js';

export const allocationChartQuery = z.object({
  allocations: oldText.optional().describe('JSON object of symbol to any weight from 0 up; they are scaled up to 1'),
});
export type AllocationChartQuery = z.output<typeof allocationChartQuery>;

const weightsOf = z
  .record(z.string().min(1).max(32), z.number('is not a number').min(0, 'is below 0').max(1e15, 'is above 1e15'))
  .refine((map) => Object.keys(map).length <= 500, 'names more than 500 assets');

export const allocationChartSchema = z
  .object({
    data: z.array(z.object({ symbol: z.string(), weight: z.number(), weight_pct: z.number() })),
    total_weight: z.number().describe('Sum of what was given'),
    asset_count: z.int(),
    timestamp: z.iso.datetime(),
    error: z.string().optional(),
  })
  .meta({ id: 'AllocationChart' });
export type AllocationChartView = z.output<typeof allocationChartSchema>;

/**
 * Weights scaled to a sum of 1, the largest first; nothing to scale is said in `error`.
 *
 * @throws DomainError `bad_request` naming the symbol
 */
export function allocationChart(
  { allocations }: AllocationChartQuery,
  defaults: Readonly<Record<string, number>>,
  now: EpochMs,
): AllocationChartView {
  const given = allocations === undefined ? defaults : jsonParameter('allocations', allocations, weightsOf);
  const total = Object.values(given).reduce((sum, weight) => sum + weight, 0);
  const besides = { total_weight: total, timestamp: toIso(now) };
  if (!(total > 0)) return { ...besides, data: [], asset_count: 0, error: 'allocations: the weights add up to 0' };
  const data = Object.entries(given)
    .map(([symbol, weight]) => ({ symbol, weight: weight / total, weight_pct: (100 * weight) / total }))
    .toSorted((a, b) => b.weight - a.weight);
  return { ...besides, data, asset_count: data.length };
}
