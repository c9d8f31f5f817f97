import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { pageLimit, pageQuery } from '../../platform/http/page.js';
import { assetText, intervalWord, sourceText } from './query-words.js';

const windowQuery = {
  asset: assetText,
  interval: intervalWord.default('1d'),
  from: instantText.optional().describe('First bar by open time; a date means its 00:00 UTC'),
  to: instantText.optional().describe('Bars that open before it; a date includes that day'),
  source: sourceText.optional().describe('Without it, the first source in the order of the asset that has bars'),
  as_of: instantText
    .optional()
    .describe('The bars as they were to be had at that instant; without it, the newest revisions'),
};

/** Bars of one page: of JSON as of all lists, of CSV enough for years of days in one file. */
export const mostBars = { json: 500, csv: 10_000 } as const;

export const candlesQuery = z.strictObject({
  ...windowQuery,
  as_known_at: instantText
    .optional()
    .describe('For audits: only what was stored by that instant, and disputes as they stood then'),
  ...pageQuery,
  limit: pageLimit(mostBars.csv)
    .optional()
    .describe(`At most ${mostBars.json}, and 50 without it; of CSV at most ${mostBars.csv}, and so many without it`),
});
export type CandlesQuery = z.infer<typeof candlesQuery>;

export const differencesQuery = z.strictObject({
  ...windowQuery,
  as_known_at: instantText.describe('The first moment of knowledge'),
  and_known_at: instantText.optional().describe('The second one; without it, now'),
  ...pageQuery,
});
export type DifferencesQuery = z.infer<typeof differencesQuery>;
