import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { oldInteger, oldSymbols, oldText } from '../../platform/http/old-parameters.js';
import { tradeCategories, type TradeCategory } from '../../shared/trade-categories.js';
import { provenances } from '../domain/record/recorded-signal.js';

const provenanceWords =
  '`live`: signals of their own day; `rehearsal`: of a past as-of, whose outcome a model may know; `simulated`: prices or opinion came from a simulator';

export const recordQuery = z.strictObject({
  portfolio_id: z.uuid().optional(),
  category: z.enum(tradeCategories).optional(),
  from: instantText.optional().describe('As-of at or after; a date D means its 00:00 UTC'),
  to: instantText.optional().describe('As-of before; a date D means its end'),
  provenance: z.enum(provenances).default('live').describe(provenanceWords),
});
export type RecordQuery = z.output<typeof recordQuery>;

// the routes of the prototype

const isCategory = (text: string): text is TradeCategory => (tradeCategories as readonly string[]).includes(text);

export const oldComparisonQuery = z.object({
  category: oldText
    .default('swing')
    .transform((text) => text.trim().toLowerCase())
    .transform((text): TradeCategory => (isCategory(text) ? text : 'swing'))
    .describe('Another word than scalp, intraday, swing or long_term means swing, and the answer says so'),
  symbols: oldSymbols.optional().describe('Comma-separated; without it, all'),
  days: oldInteger(1, 3650).default(30).describe('Signals of the last so many days'),
  provenance: oldText.pipe(z.enum(provenances)).default('live').describe(provenanceWords),
});
export type OldComparisonQuery = z.output<typeof oldComparisonQuery>;
