import { defineEntity, p } from '@mikro-orm/core';
import { choices, decisionKinds, decisionStates, type DecisionEvidence, type Proposal } from './domain/decision.js';

const DecisionSchema = defineEntity({
  name: 'Decision',
  tableName: 'decision',
  indexes: [{ properties: ['ownerId', 'id'] }, { properties: ['ownerId', 'state', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid(),
    kind: p.enum(decisionKinds),
    state: p.enum(decisionStates),
    proposal: p.json<Proposal>(),
    /** SHA-256, in hex, of the canonical JSON of what the person was shown, as the audit event has it. */
    proposalHash: p.text(),
    evidence: p.json<DecisionEvidence>(),
    asOf: p.datetime().columnType('timestamptz'),
    rehearsal: p.boolean(),
    simulated: p.boolean(),
    openedAt: p.datetime().columnType('timestamptz(3)').length(3),
    answerBy: p.datetime().columnType('timestamptz(3)').length(3),
    choice: p.enum(choices).nullable(),
    note: p.text().nullable(),
    answeredBy: p.text().nullable(),
    /** Id of the update that settled the decision; a repeated update finds its own answer by it. */
    updateId: p.text().nullable(),
    settledAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
  },
});
export class Decision extends DecisionSchema.class {}
DecisionSchema.setClass(Decision);
