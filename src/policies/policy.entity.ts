import { defineEntity, p } from '@mikro-orm/core';
import type { StoredLimits } from './domain/policy-limits.js';

/** A line of limits that portfolios follow; the limits are its versions. */
const PolicySchema = defineEntity({
  name: 'Policy',
  tableName: 'policy',
  uniques: [{ properties: ['ownerId', 'name'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    name: p.text(),
    /** The one that portfolios follow which chose none. */
    isDefault: p.boolean(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class Policy extends PolicySchema.class {}
PolicySchema.setClass(Policy);

/** Never changed: what rested on a version can be derived again from it. */
const PolicyVersionSchema = defineEntity({
  name: 'PolicyVersion',
  tableName: 'policy_version',
  properties: {
    policyId: p.uuid().primary(),
    /** Numbered from 1 within the policy. */
    version: p.integer().primary(),
    ownerId: p.text(),
    limits: p.json<StoredLimits>(),
    reason: p.text(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PolicyVersion extends PolicyVersionSchema.class {}
PolicyVersionSchema.setClass(PolicyVersion);

/** Which portfolios a version was given to, and when: the newest that reaches a portfolio is in force for it. */
const PolicyRolloutSchema = defineEntity({
  name: 'PolicyRollout',
  tableName: 'policy_rollout',
  properties: {
    policyId: p.uuid().primary(),
    sequence: p.integer().primary(),
    ownerId: p.text(),
    version: p.integer(),
    share: p.float().columnType('double precision'),
    portfolios: p.json<string[]>(),
    reason: p.text(),
    actor: p.text(),
    at: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PolicyRollout extends PolicyRolloutSchema.class {}
PolicyRolloutSchema.setClass(PolicyRollout);

/** The policy that a portfolio chose; without a row it follows its owner's default. */
const PortfolioPolicySchema = defineEntity({
  name: 'PortfolioPolicy',
  tableName: 'portfolio_policy',
  properties: {
    portfolioId: p.uuid().primary(),
    ownerId: p.text(),
    policyId: p.uuid(),
    since: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PortfolioPolicy extends PortfolioPolicySchema.class {}
PortfolioPolicySchema.setClass(PortfolioPolicy);
