import { z } from 'zod';
import { pageQuery } from '../platform/http/page.js';
import { tradeCategories } from '../shared/trade-categories.js';

export const signalId = z.uuid();

export const signalsQuery = z.object({
  portfolio_id: z.uuid().optional(),
  pipeline_id: z.uuid().optional(),
  asset_id: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9.-]{0,15}$/, 'is not an asset id')
    .optional(),
  category: z.enum(tradeCategories).optional(),
  ...pageQuery,
});
export type SignalsQuery = z.infer<typeof signalsQuery>;
