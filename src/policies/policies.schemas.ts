import { z } from 'zod';
import { pageLimit, pageOf, pageQuery } from '../platform/http/page.js';
import { plainText } from '../platform/http/plain-text.js';
import { tradeCategories } from '../shared/trade-categories.js';
import { biasResponses, opinionModes } from './domain/policy-limits.js';

const fraction = z.number().min(0).max(1);
const band = z.strictObject({ min: fraction, max: fraction });
const symbol = z.string().min(1).max(32);

const signalsBody = z.strictObject({
  opinions: z
    .enum(opinionModes)
    .default('by_record')
    .describe('What an opinion of the AI may change: nothing, only lower, or what the record of opinions allows'),
  bias: z
    .strictObject({ medium: z.enum(biasResponses).default('warn'), high: z.enum(biasResponses).default('ask_reason') })
    .prefault({})
    .describe('What a finding of bias leads to, by its severity'),
  decisions: z
    .strictObject({
      categories: z
        .array(z.enum(tradeCategories))
        .max(tradeCategories.length)
        .refine((all) => new Set(all).size === all.length, 'names a category twice')
        .default([]),
      min_confidence: fraction.default(0.7),
    })
    .prefault({})
    .describe('Signals that are put before a person'),
});

const limitsBody = z
  .strictObject({
    anchor: symbol.default('BTC'),
    anchor_band: band.default({ min: 0.5, max: 0.6 }),
    others: band.default({ min: 0, max: 0.2 }),
    assets: z
      .record(symbol, band)
      .refine((map) => Object.keys(map).length <= 500, 'must not name more than 500 assets')
      .default({}),
    groups: z
      .array(band.extend({ name: plainText(60).min(1), assets: z.array(symbol).min(1).max(500) }))
      .max(50)
      .default([]),
    thresholds: z
      .strictObject({
        daily_cvar_95: z.number().positive().max(1).default(0.08),
        max_drawdown: z.number().positive().max(1).default(0.5),
        sharpe: z.number().min(-10).max(10).default(0.5),
      })
      .default({ daily_cvar_95: 0.08, max_drawdown: 0.5, sharpe: 0.5 }),
    signals: signalsBody.prefault({}),
  })
  .meta({
    id: 'PolicyLimits',
    description: 'Fractions of a portfolio: what is not named keeps the default',
    example: {
      anchor: 'BTC',
      anchor_band: { min: 0.5, max: 0.6 },
      others: { min: 0, max: 0.2 },
      assets: { ETH: { min: 0.05, max: 0.25 } },
      groups: [{ name: 'stocks', assets: ['SPY', 'QQQ'], min: 0, max: 0.3 }],
      thresholds: { daily_cvar_95: 0.08, max_drawdown: 0.5, sharpe: 0.5 },
      signals: {
        opinions: 'by_record',
        bias: { medium: 'warn', high: 'ask_reason' },
        decisions: { categories: ['swing'], min_confidence: 0.7 },
      },
    },
  });
export type LimitsBody = z.output<typeof limitsBody>;

const reason = plainText(500).min(1);

export const createPolicyBody = z
  .strictObject({ name: plainText(100).min(1), limits: limitsBody, reason })
  .meta({ id: 'CreatePolicy' });
export type CreatePolicyBody = z.output<typeof createPolicyBody>;

export const createVersionBody = z.strictObject({ limits: limitsBody, reason }).meta({ id: 'CreatePolicyVersion' });
export type CreateVersionBody = z.output<typeof createVersionBody>;

export const rolloutBody = z
  .strictObject({
    version: z.int().min(1),
    share: fraction.default(1).describe('Part of the portfolios that get the version; the rest keep what they have'),
    portfolios: z.array(z.uuid()).max(1_000).default([]).describe('Portfolios that get it besides'),
    reason,
  })
  .meta({ id: 'RollOutPolicy', example: { version: 2, share: 0.1, reason: 'a tenth first' } });
export type RolloutBody = z.output<typeof rolloutBody>;

export const rollbackBody = z.strictObject({ reason }).meta({ id: 'RollBackPolicy' });
export type RollbackBody = z.output<typeof rollbackBody>;

export const choosePolicyBody = z.strictObject({ policy_id: z.uuid() }).meta({ id: 'ChoosePolicy' });
export type ChoosePolicyBody = z.output<typeof choosePolicyBody>;

export const policyIdParam = z.uuid();
export const versionParam = z.coerce.number().int().min(1).max(1_000_000);
export const policiesQuery = z.object(pageQuery);
export type PoliciesQuery = z.output<typeof policiesQuery>;

const versionSchema = z.object({
  version: z.int(),
  limits: limitsBody,
  reason: z.string(),
  created_at: z.iso.datetime(),
});

const rolloutSchema = z.object({
  sequence: z.int(),
  version: z.int(),
  share: z.number(),
  portfolios: z.array(z.uuid()),
  reason: z.string(),
  actor: z.string(),
  at: z.iso.datetime(),
});

export const policySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    is_default: z.boolean().describe('Followed by portfolios that chose none'),
    created_at: z.iso.datetime(),
    versions: z.array(versionSchema).describe('Oldest first'),
    rollouts: z.array(rolloutSchema).describe('Oldest first; the newest that reaches a portfolio is in force for it'),
  })
  .meta({ id: 'Policy' });
export type PolicyView = z.output<typeof policySchema>;
export const policyPage = pageOf(policySchema).meta({ id: 'PolicyPage' });

export const policyInForceSchema = z
  .object({ policy_id: z.uuid(), name: z.string(), version: z.int(), limits: limitsBody })
  .meta({ id: 'PolicyInForce' });
export type PolicyInForceView = z.output<typeof policyInForceSchema>;

const breachSchema = z.object({
  limit: z.string().describe('The asset, or the group'),
  kind: z.enum(['asset', 'group']),
  weight: z.number(),
  min: z.number(),
  max: z.number(),
});

export const policyEffectQuery = z.object({
  ...pageQuery,
  limit: pageLimit(50)
    .default(20)
    .describe('Portfolios that are looked at for a page; those that follow another policy are not shown'),
});
export type PolicyEffectQuery = z.output<typeof policyEffectQuery>;

export const policyEffectSchema = z
  .object({
    policy_id: z.uuid(),
    version: z.int(),
    portfolios: z.array(
      z.object({
        portfolio_id: z.uuid(),
        name: z.string(),
        version_in_force: z.int(),
        why_not: z.string().nullable().describe('Why the effect is not known; the rest is then empty'),
        breaches_now: z.array(breachSchema),
        breaches_then: z.array(breachSchema),
        least_turnover_now: z.number().nullable().describe('Share that has to change hands to keep the limits'),
        least_turnover_then: z.number().nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'PolicyEffect' });
export type PolicyEffectView = z.output<typeof policyEffectSchema>;
