import { z } from 'zod';
import { bodyInstant } from '../../platform/http/instant.js';
import { pageQuery } from '../../platform/http/page.js';
import { intervals } from '../domain/candle.js';

export const createCollectionBody = z
  .strictObject({
    assets: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(500)
      .optional()
      .describe('Any spellings that resolve; without it, all enabled assets'),
    intervals: z.array(z.enum(intervals)).min(1).max(intervals.length).default(['1d']),
    from: bodyInstant
      .optional()
      .describe('First bar by open time, a date means its 00:00 UTC; without it, what is missing of the usual history'),
    recheck: z
      .boolean()
      .default(false)
      .describe('Asks for the whole window, what is stored too: finds what a source has rewritten'),
    as_of: bodyInstant
      .optional()
      .describe('The history before it is wanted; a date D means D+1T00:00Z. Without it, now'),
  })
  .meta({
    id: 'CreateCollection',
    example: { assets: ['BTC', 'ETH'], intervals: ['1d'], from: '2024-01-01', as_of: '2025-12-31' },
  });
export type CreateCollectionBody = z.output<typeof createCollectionBody>;

export const collectionIdParam = z.uuid();

export const collectionsQuery = z.object(pageQuery);
export type CollectionsQuery = z.output<typeof collectionsQuery>;
