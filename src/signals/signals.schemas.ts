import { z } from 'zod';
import { bodyInstant, instantText } from '../platform/http/instant.js';
import { pageQuery } from '../platform/http/page.js';
import { tradeCategories } from '../shared/trade-categories.js';
import { opinionWishes } from './domain/signal-run.js';
import { signalStates } from './domain/signal-state.js';

export const signalId = z.uuid();
export const signalRunId = z.uuid();
const mostAssets = 500;

export const signalsQuery = z.strictObject({
  portfolio_id: z.uuid().optional(),
  pipeline_id: z.uuid().optional(),
  run_id: z.uuid().optional().describe('What the run was told, also where an earlier run had found it'),
  asset_id: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9.-]{0,15}$/, 'is not an asset id')
    .optional(),
  category: z.enum(tradeCategories).optional(),
  state: z.enum(signalStates).optional().describe('Without it all but those held back'),
  rehearsal: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Without it both: signals in earnest and those of rehearsals'),
  as_of: instantText.optional(),
  as_of_from: instantText.optional(),
  as_of_to: instantText.optional(),
  ...pageQuery,
});
export type SignalsQuery = z.infer<typeof signalsQuery>;

export const createSignalRunBody = z
  .strictObject({
    portfolio_id: z.uuid(),
    categories: z
      .array(z.enum(tradeCategories))
      .min(1, 'names no category')
      .max(tradeCategories.length, `names more than ${tradeCategories.length} categories`)
      .optional()
      .describe('Without it all'),
    assets: z
      .array(z.string().min(1, 'is empty').max(32, 'has more than 32 characters'))
      .min(1, 'names no asset')
      .max(mostAssets, `names more than ${mostAssets} assets`)
      .optional()
      .describe('Without it what the portfolio holds and every enabled asset, but no cash'),
    as_of: bodyInstant
      .refine((text) => text.length <= 40, 'has more than 40 characters')
      .optional()
      .describe('A date D means D+1T00:00Z. A past one makes the run a rehearsal.'),
    opinions: z
      .enum(opinionWishes)
      .optional()
      .describe(
        'Whether a language model is asked about each signal; by default it is, and not in a rehearsal, whose future it may know',
      ),
  })
  .meta({
    id: 'CreateSignalRun',
    example: {
      portfolio_id: '01a21087-674f-7215-bb32-e1c32cda4a10',
      categories: ['swing', 'long_term'],
      assets: ['BTC', 'ETH', 'SPY'],
      as_of: '2021-07-06',
    },
  });
export type CreateSignalRunBody = z.output<typeof createSignalRunBody>;

export const signalRunQuery = z.object(pageQuery);
export type SignalRunQuery = z.output<typeof signalRunQuery>;
