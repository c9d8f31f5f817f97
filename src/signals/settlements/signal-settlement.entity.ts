import { defineEntity, p } from '@mikro-orm/core';
import { exitReasons, exitTellings } from '../domain/settlement.js';

const SignalSettlementSchema = defineEntity({
  name: 'SignalSettlement',
  tableName: 'signal_settlement',
  properties: {
    /** Business key: a signal is settled once. */
    signalId: p.uuid().primary(),
    ownerId: p.text(),
    reason: p.enum(exitReasons),
    price: p.decimal().columnType('numeric'),
    exitedAt: p.datetime().columnType('timestamptz'),
    gap: p.boolean(),
    told: p.enum(exitTellings),
    /** Fractions of the entry, for and against the trade. */
    bestMove: p.float().columnType('double precision'),
    worstMove: p.float().columnType('double precision'),
    /** After the costs of both trades. */
    returnUsd: p.float().columnType('double precision'),
    /** Null where bitcoin had no price. */
    returnBtc: p.float().columnType('double precision').nullable(),
    rMultiple: p.float().columnType('double precision'),
    costRate: p.float().columnType('double precision'),
    settledAt: p.datetime().columnType('timestamptz'),
  },
});
export class SignalSettlement extends SignalSettlementSchema.class {}
SignalSettlementSchema.setClass(SignalSettlement);
