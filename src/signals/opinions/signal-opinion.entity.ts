import { defineEntity, p } from '@mikro-orm/core';
import { opinionDirections, questionKinds } from '../../ai/domain/opinion.js';
import { opinionBases, opinionModes } from '../../ai/domain/effect.js';
import { opinionModes as opinionSettings } from '../../policies/domain/policy-limits.js';
import { opinionOutcomes, type OpinionAttempt } from '../domain/recorded-opinion.js';

/**
 * What a model said of a signal and what is served for it since: written once, when the asking has ended. The signal's own
 * row stays what the rules said, the baseline that both arms here are compared with.
 */
const SignalOpinionSchema = defineEntity({
  name: 'SignalOpinion',
  tableName: 'signal_opinion',
  checks: [
    {
      name: 'signal_opinion_answered',
      expression: `(outcome = 'answered') = (direction is not null and confidence is not null and answered_at is not null)`,
    },
    {
      name: 'signal_opinion_points',
      expression:
        'ai_confidence_points >= 0 and ai_confidence_points <= 100 and served_confidence_points >= 0 and served_confidence_points <= 100',
    },
  ],
  properties: {
    /** Business key: a signal has one opinion. */
    signalId: p.uuid().primary(),
    ownerId: p.text(),
    /** How it was asked: the fixed rules, or the model. */
    kind: p.enum(questionKinds),
    outcome: p.enum(opinionOutcomes),
    attempts: p.json<OpinionAttempt[]>(),
    /** Of the opinion that was used: null unless it was answered. */
    direction: p.enum(opinionDirections).nullable(),
    confidence: p.float().columnType('double precision').nullable(),
    model: p.text().nullable(),
    summary: p.text().nullable(),
    answeredAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    /** The AI simulator had a part in it. */
    simulated: p.boolean(),
    /** The signal had been served from rules alone for longer than opinions are waited for. */
    late: p.boolean(),
    /** Calls that were sent for these answers, and how long they took together. */
    calls: p.integer(),
    milliseconds: p.integer(),
    /** The AI arm: the signal with the opinion followed in full, whatever is served; as the rules say it without one. */
    aiConfidencePoints: p.integer(),
    aiSizeFraction: p.float().columnType('double precision'),
    aiCancelled: p.boolean(),
    /** The setting of the policy in force when it was recorded, and what it came to. */
    setting: p.enum(opinionSettings),
    mode: p.enum(opinionModes),
    /** What is served. */
    servedBasis: p.enum(opinionBases),
    servedConfidencePoints: p.integer(),
    servedSizeFraction: p.float().columnType('double precision'),
    servedCancelled: p.boolean(),
    /** Why it is so, in words. */
    reasons: p.json<string[]>(),
    recordedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class SignalOpinion extends SignalOpinionSchema.class {}
SignalOpinionSchema.setClass(SignalOpinion);
