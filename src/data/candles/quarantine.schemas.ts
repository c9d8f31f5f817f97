import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { disputeStates } from '../domain/consensus.js';

export const quarantineQuery = z.object({
  state: z.enum(disputeStates).optional().describe('Without it, those of every state'),
  asset: z.string().min(1).max(32).optional().describe('Any spelling that resolves'),
  ...pageQuery,
});
export type QuarantineQuery = z.infer<typeof quarantineQuery>;

export const disputeIdParam = z.uuid();

export const closeDisputeBody = z
  .strictObject({ reason: plainText(1_000).min(1).describe('Why; kept in the audit trail') })
  .meta({ id: 'CloseDispute', example: { reason: 'the exchange confirms the spike at 14:05' } });
export type CloseDisputeBody = z.output<typeof closeDisputeBody>;
