import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { assetText, intervalWord } from './query-words.js';

export const qualityQuery = z.strictObject({
  asset: assetText.optional().describe('Any spelling that resolves; without it, all assets that are enabled'),
  interval: intervalWord.optional().describe('Without it, those that are collected of each asset'),
  ...pageQuery,
});
export type QualityQuery = z.infer<typeof qualityQuery>;
