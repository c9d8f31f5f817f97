import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { intervals } from '../domain/candle.js';

export const qualityQuery = z.object({
  asset: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .describe('Any spelling that resolves; without it, all assets that are enabled'),
  interval: z.enum(intervals).optional().describe('Without it, those that are collected of each asset'),
  ...pageQuery,
});
export type QualityQuery = z.infer<typeof qualityQuery>;
