import { z } from 'zod';
import { collectionReportSchema } from '../data/collection/collections.views.js';
import { parseAsOf } from '../shared/time.js';
import { signalView } from '../signals/signals.views.js';

export const createPipelineBody = z
  .strictObject({
    portfolio_id: z.uuid(),
    as_of: z
      .string()
      .refine((text) => parseAsOf(text) !== undefined, 'is neither a date (YYYY-MM-DD) nor a time with Z or an offset')
      .optional()
      .describe('A date D means D+1T00:00Z. A past one makes the run a rehearsal.'),
  })
  .meta({
    id: 'CreatePipeline',
    example: { portfolio_id: '01a21087-674f-7215-bb32-e1c32cda4a10', as_of: '2021-07-06' },
  });
export type CreatePipelineBody = z.output<typeof createPipelineBody>;

export const pipelineIdParam = z.uuid();

export const pipelineSchema = z
  .object({
    id: z.uuid(),
    job_id: z.uuid(),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    rehearsal: z.boolean(),
    simulated: z.boolean().nullable().describe('Null until prices were collected'),
    collection: collectionReportSchema.nullable(),
    signals: z
      .object({
        items: z.array(signalView),
        withheld: z.array(z.object({ asset_id: z.string(), category: z.string(), reason: z.string() })),
      })
      .nullable(),
    optimization_id: z.uuid().nullable(),
    decision_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Pipeline' });
export type PipelineView = z.output<typeof pipelineSchema>;
