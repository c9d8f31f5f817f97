import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/http/page.js';
import { choices, decisionKinds, decisionStates } from './domain/decision.js';

export const decisionsQuery = z.object({
  ...pageQuery,
  state: z.enum(decisionStates).optional(),
  portfolio_id: z.uuid().optional(),
});
export type DecisionsQuery = z.output<typeof decisionsQuery>;

export const decisionEventsQuery = z.object(pageQuery);
export type DecisionEventsQuery = z.output<typeof decisionEventsQuery>;

export const decisionIdParam = z.uuid();

export const answerBody = z
  .strictObject({
    choice: z.enum(choices),
    note: z.string().trim().max(2_000).optional(),
    proposal_hash: z
      .string()
      .max(64)
      .optional()
      .describe('Hash of the proposal that was shown; refused if it has changed'),
  })
  .meta({ id: 'AnswerDecision', example: { choice: 'approve', note: 'within my plan' } });
export type AnswerBody = z.output<typeof answerBody>;

export const decisionSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(decisionKinds),
    state: z.enum(decisionStates),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    rehearsal: z.boolean().describe('True for a run with a past as-of: no advice for today'),
    simulated: z.boolean().describe('True when any price came from the market simulator'),
    proposal: z.object({
      optimization_id: z.uuid(),
      weights: z.array(
        z.object({ asset_id: z.string(), current_weight: z.number().nullable(), target_weight: z.number() }),
      ),
      hash: z.string(),
    }),
    evidence: z.object({ pipeline_id: z.uuid(), signals: z.array(z.record(z.string(), z.unknown())) }),
    opened_at: z.iso.datetime(),
    answer_by: z.iso.datetime(),
    answer: z
      .object({ choice: z.enum(choices), note: z.string().nullable(), actor: z.string(), at: z.iso.datetime() })
      .nullable(),
  })
  .meta({ id: 'Decision' });
export type DecisionView = z.output<typeof decisionSchema>;

const decisionEventSchema = z
  .object({
    sequence: z.number().int().describe("Number of the event in its portfolio's stream"),
    kind: z.string(),
    actor: z.string(),
    payload: z.record(z.string(), z.unknown()),
    recorded_at: z.iso.datetime(),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'DecisionEvent' });
export type DecisionEventView = z.output<typeof decisionEventSchema>;

export const decisionPage = pageOf(decisionSchema).meta({ id: 'DecisionPage' });
export const decisionEventPage = pageOf(decisionEventSchema).meta({ id: 'DecisionEventPage' });
