import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { disputeStates } from '../domain/consensus.js';
import { assetText, intervalWord, sourceText } from './query-words.js';

const windowStart = instantText.describe('First bar by open time; a date means its 00:00 UTC');
const windowEnd = instantText.describe('Bars that open before it; a date includes that day');

export const quarantineQuery = z.strictObject({
  state: z
    .enum(disputeStates, { error: `is none of ${disputeStates.join(', ')}` })
    .optional()
    .describe('Without it, those of every state'),
  asset: assetText.optional(),
  interval: intervalWord.optional(),
  source: sourceText.optional().describe('Those that hold back bars of this source'),
  from: windowStart.optional(),
  to: windowEnd.optional(),
  ...pageQuery,
});
export type QuarantineQuery = z.infer<typeof quarantineQuery>;

export const disputeIdParam = z.uuid('is no id of a dispute');

const reason = plainText(1_000).min(1, 'is empty').describe('Why; kept in the audit trail, and as `closed_reason`');
const source = sourceText
  .optional()
  .describe(
    'To release: whose bars readers get, those of the others are kept out; needed where several sources are held back. ' +
      'To discard: whose bars readers never get; without it those of all that are held back',
  );

export const closeDisputeBody = z.strictObject({ source, reason }).meta({
  id: 'CloseDispute',
  example: { source: 'binance', reason: 'the exchange confirms the spike at 14:05' },
});
export type CloseDisputeBody = z.output<typeof closeDisputeBody>;

export const closeDisputesBody = z
  .strictObject({ asset: assetText, interval: intervalWord, from: windowStart, to: windowEnd, source, reason })
  .meta({
    id: 'CloseDisputes',
    example: {
      asset: 'BTC',
      interval: '1d',
      from: '2025-03-01',
      to: '2025-03-31',
      source: 'binance',
      reason: 'the other source gave cents for dollars that month',
    },
  });
export type CloseDisputesBody = z.output<typeof closeDisputesBody>;
