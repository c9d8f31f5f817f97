import { defineEntity, p } from '@mikro-orm/core';
import type { SeriesRef } from '../data/domain/candle.js';
import type { RiskAssessment } from './domain/assessment.js';
import type { RiskRequest } from './risk.contract.js';

/** What a report rests on. */
export interface RiskProvenance {
  readonly algorithm: { readonly name: 'risk_report'; readonly version: number };
  readonly serviceVersion: string;
  readonly series: readonly {
    readonly series: SeriesRef;
    readonly first: string;
    readonly last: string;
    readonly bars: number;
    /** Bars within the lookback that are left out because sources disagree about them. */
    readonly heldBack: number;
    /** Of the closes in US dollars, adjusted for splits. */
    readonly sha256: string;
    /** Of splits; reports of version 1 have none. */
    readonly notes?: readonly string[];
  }[];
}

/** Never changed: what was said of a portfolio's risk, from which weights, prices and limits. */
const RiskReportSchema = defineEntity({
  name: 'RiskReportRow',
  tableName: 'risk_report',
  uniques: [{ properties: ['ownerId', 'key'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid().nullable(),
    key: p.text(),
    asOf: p.datetime().columnType('timestamptz(3)').length(3),
    knownAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    request: p.json<RiskRequest>(),
    assessment: p.json<RiskAssessment>(),
    provenance: p.json<RiskProvenance>(),
    simulated: p.boolean(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class RiskReportRow extends RiskReportSchema.class {}
RiskReportSchema.setClass(RiskReportRow);
