import { defineEntity, p } from '@mikro-orm/core';
import { adjustments, intervals } from '../domain/candle.js';
import { disputeStates, type Vote } from '../domain/consensus.js';

/**
 * A bar that sources disagree about. While it is open, and for ever once it is discarded, readers do not get the bars of
 * `sources`; a new vote closes the row as `released` or `superseded`.
 */
const DisputedBarSchema = defineEntity({
  name: 'DisputedBar',
  tableName: 'disputed_bar',
  uniques: [{ properties: ['assetId', 'interval', 'adjustment', 'world', 'openTime', 'votesHash'] }],
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
    /** SHA-256 of the votes: the same disagreement is told once. */
    votesHash: p.text(),
    /** Names under which the bars that are held back are stored. */
    sources: p.json<readonly string[]>(),
    openedAt: p.datetime().columnType('timestamptz(3)').length(3),
    closedAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    closedBy: p.text().nullable(),
    note: p.text().nullable(),
  },
});
export class DisputedBar extends DisputedBarSchema.class {}
DisputedBarSchema.setClass(DisputedBar);
