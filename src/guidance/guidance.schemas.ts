import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/http/page.js';
import { plainText } from '../platform/http/plain-text.js';
import { tradeCategories } from '../shared/trade-categories.js';
import { directions } from '../signals/domain/signal.js';
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
    note: plainText(2_000).optional(),
    proposal_hash: z
      .string()
      .max(64)
      .optional()
      .describe('Hash of the proposal that was shown; refused if it has changed'),
  })
  .meta({ id: 'AnswerDecision', example: { choice: 'approve', note: 'within my plan' } });
export type AnswerBody = z.output<typeof answerBody>;

const hash = z.string().describe('Of what was shown: an answer may name it');

const allocationProposal = z
  .object({
    optimization_id: z.uuid(),
    prices_of: z.iso.date().nullable().describe('Day of the closes behind the current weights'),
    assumptions: z.array(z.string()).describe('What the current weights take for granted'),
    weights: z.array(
      z.object({ asset_id: z.string(), current_weight: z.number().nullable(), target_weight: z.number() }),
    ),
    hash,
  })
  .meta({ id: 'AllocationProposal' });

const tradeProposal = z
  .object({
    signal_id: z.uuid(),
    asset_id: z.string(),
    category: z.enum(tradeCategories),
    direction: z.enum(directions),
    entry_price: z.number(),
    take_profit: z.number(),
    stop_loss: z.number(),
    position_size_pct: z.number().describe('Fraction of the portfolio'),
    confidence: z.number().min(0).max(1),
    expires_at: z.iso.datetime(),
    hash,
  })
  .meta({ id: 'TradeProposal' });

export const decisionSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(decisionKinds),
    state: z.enum(decisionStates),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    rehearsal: z.boolean().describe('True for a run with a past as-of: no advice for today'),
    simulated: z.boolean().describe('True when any price came from the market simulator'),
    proposal: z
      .union([allocationProposal, tradeProposal])
      .describe('Weights of a `target_allocation`, the trade of a `signal_trade`'),
    evidence: z.object({
      pipeline_id: z.uuid().nullable().describe('Null when no pipeline made it'),
      run_id: z.uuid().nullable().describe('The run of signals; null when a pipeline made it'),
      signals: z.array(z.record(z.string(), z.unknown())),
    }),
    opened_at: z.iso.datetime(),
    answer_by: z.iso.datetime(),
    answer: z
      .object({ choice: z.enum(choices), note: z.string().nullable(), actor: z.string(), at: z.iso.datetime() })
      .nullable(),
  })
  .meta({
    id: 'Decision',
    example: {
      id: '01a21087-6992-76a8-a7a1-e22b9f466cf6',
      kind: 'target_allocation',
      state: 'approved',
      portfolio_id: '01a21087-674f-7215-bb32-e1c32cda4a10',
      as_of: '2021-07-07T00:00:00Z',
      rehearsal: true,
      simulated: false,
      proposal: {
        optimization_id: '01a21087-6991-7299-9dd6-5c3dd9f6d0ff',
        prices_of: '2021-07-06',
        assumptions: [],
        weights: [
          { asset_id: 'BTC', current_weight: 0.4642, target_weight: 0.6 },
          { asset_id: 'ETH', current_weight: 0.2521, target_weight: 0.2 },
          { asset_id: 'SPY', current_weight: 0.2837, target_weight: 0.2 },
        ],
        hash: 'dec8894ed8d94f4b3f1f3fb5d2a1d3a0e6a8cb3c2d8a6f9b7c1e5d4a3b2f1e0d',
      },
      evidence: { pipeline_id: '01a21087-6991-7299-9dd6-53a9b2d3a2a4', run_id: null, signals: [] },
      opened_at: '2026-11-25T02:27:21.674Z',
      answer_by: '2026-11-28T02:27:21.674Z',
      answer: { choice: 'approve', note: 'within my plan', actor: 'local', at: '2026-11-25T02:27:22.332Z' },
    },
  });
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
