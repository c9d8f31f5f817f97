import { defineEntity, p } from '@mikro-orm/core';
import { adjustments, intervals } from '../domain/candle.js';
import { disputeStates, type Vote } from '../domain/consensus.js';

/**
 * One opening of a dispute about a bar that sources disagree about. From `openedAt` until `closedAt` readers do not get
 * the bars of `sources`, and of `keptOut` they never do; a new vote closes the row as `released` or `superseded`. The
 * same disagreement that comes back later is a row of its own, so that an audit knows when readers had the bars.
 */
const DisputedBarSchema = defineEntity({
  name: 'DisputedBar',
  tableName: 'disputed_bar',
  uniques: [{ properties: ['assetId', 'interval', 'adjustment', 'world', 'openTime', 'votesHash', 'openedAt'] }],
  indexes: [{ properties: ['state', 'id'] }, { properties: ['assetId', 'interval', 'openTime'] }],
  properties: {
    id: p.uuid().primary(),
    assetId: p.text(),
    interval: p.enum(intervals),
    adjustment: p.enum(adjustments),
    /** Seed of the market simulator whose bars these are; empty for real ones. */
    world: p.text(),
    openTime: p.datetime().columnType('timestamptz(3)').length(3),
    state: p.enum(disputeStates),
    reason: p.text(),
    votes: p.json<readonly Vote[]>(),
    /** SHA-256 of the votes: the same disagreement is told once, as long as it lasts. */
    votesHash: p.text(),
    /** Names under which the bars that are held back are stored. */
    sources: p.json<readonly string[]>(),
    openedAt: p.datetime().columnType('timestamptz(3)').length(3),
    closedAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    closedBy: p.text().nullable(),
    /** What the person says who closed it. */
    closedReason: p.text().nullable(),
    /** Those of `sources` whose bars, up to the voted revision, a person has taken from readers for good. */
    keptOut: p.json<readonly string[]>().defaultRaw(`'[]'`),
  },
});
export class DisputedBar extends DisputedBarSchema.class {}
DisputedBarSchema.setClass(DisputedBar);
