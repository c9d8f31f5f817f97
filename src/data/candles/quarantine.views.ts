import { z } from 'zod';
import { pageOf } from '../../platform/http/page.js';
import { toIso } from '../../shared/time.js';
import type { DisputedBar } from './disputed-bar.entity.js';
import { adjustments, intervals } from '../domain/candle.js';
import { consensusActor, disputeStates } from '../domain/consensus.js';

export const disputeSchema = z
  .object({
    id: z.uuid(),
    asset_id: z.string(),
    interval: z.enum(intervals),
    adjustment: z.enum(adjustments),
    simulated_seed: z
      .string()
      .nullable()
      .describe('World of the market simulator that the bars are of; null when real'),
    open_time: z.iso.datetime(),
    state: z
      .enum(disputeStates)
      .describe(
        'Readers do not get the bars while it is `open`, and those of `kept_out` not afterwards; `superseded`: see a newer one',
      ),
    reason: z.string(),
    held_back: z.array(z.string()).describe('The sources whose bars readers do not get'),
    votes: z.array(
      z.object({
        source: z.string(),
        revision: z.number().int(),
        close: z.string().describe('As stored'),
        quote_currency: z.enum(['USD', 'USDT']),
        usd: z.number().describe('What is compared'),
        conversion: z
          .enum(['stored', 'assumed'])
          .nullable()
          .describe('How USDT became USD: by a stored price, or taken for one dollar because none is stored'),
        deviation: z.number().describe('Distance from the median, as a fraction of it'),
      }),
    ),
    opened_at: z.iso.datetime(),
    closed_at: z.iso.datetime().nullable(),
    closed_by: z.string().nullable().describe(`An admin, or \`${consensusActor}\` when later votes closed it`),
    closed_reason: z.string().nullable().describe('Why, as the admin said who closed it'),
    kept_out: z
      .array(z.string())
      .describe('Those of `held_back` whose bars, up to the voted revision, readers never get: an admin decided so'),
  })
  .meta({ id: 'DisputedBar' });
export type DisputeView = z.infer<typeof disputeSchema>;

export const disputePage = pageOf(disputeSchema).meta({ id: 'DisputedBarPage' });

export const disputeView = (row: DisputedBar): DisputeView => ({
  id: row.id,
  asset_id: row.assetId,
  interval: row.interval,
  adjustment: row.adjustment,
  simulated_seed: row.world === '' ? null : row.world,
  open_time: toIso(row.openTime.getTime()),
  state: row.state,
  reason: row.reason,
  held_back: [...row.sources],
  votes: row.votes.map(({ quoteCurrency, ...vote }) => ({ ...vote, quote_currency: quoteCurrency })),
  opened_at: toIso(row.openedAt.getTime()),
  closed_at: row.closedAt ? toIso(row.closedAt.getTime()) : null,
  closed_by: row.closedBy ?? null,
  closed_reason: row.closedReason ?? null,
  kept_out: [...row.keptOut],
});

export const closedDisputesSchema = z
  .object({
    state: z.enum(['released', 'discarded']),
    asset_id: z.string(),
    interval: z.enum(intervals),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    source: z.string().nullable(),
    reason: z.string(),
    disputes: z.number().int().describe('How many were open, and ended'),
    closed_at: z.iso.datetime().nullable().describe('Null when none was open'),
  })
  .meta({ id: 'ClosedDisputes' });
export type ClosedDisputesView = z.infer<typeof closedDisputesSchema>;
