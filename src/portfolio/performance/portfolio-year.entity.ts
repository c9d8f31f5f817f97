import { defineEntity, p } from '@mikro-orm/core';
import type { Position } from '../domain/ledger.js';
import type { UnpricedRun } from '../domain/portfolio-days.js';

const packed = () => p.blob().columnType('bytea');

/**
 * The days of a portfolio within one UTC year, after the day before as row 0: all that is needed to chain returns over any
 * of them, in any numeraire. Packed columns hold doubles, lowest byte first. `asset_values` and `changes` are read only
 * where the year counts in part, or in a numeraire other than dollars and BTC.
 */
const PortfolioYearSchema = defineEntity({
  name: 'PortfolioYearRow',
  tableName: 'portfolio_year',
  properties: {
    portfolioId: p.uuid().primary(),
    year: p.integer().primary(),
    ownerId: p.text(),
    /** Day of row 0. */
    first: p.date(),
    rows: p.integer(),
    /** Columns. */
    assets: p.json<readonly string[]>(),
    /** Value, what came and what left, and one BTC, each with one number a row; US dollars. */
    totals: packed(),
    /** Who made the return of the whole year, in US dollars and in BTC: for each, four numbers an asset. */
    usdAttribution: packed(),
    btcAttribution: packed(),
    unpriced: p.json<readonly UnpricedRun[]>(),
    /** One byte a row: whether a price came from the market simulator. */
    simulated: packed(),
    assetValues: packed(),
    changes: packed(),
    /** What is held at the end: the next year begins with it. */
    closing: p.json<readonly Position[]>(),
    /** SHA-256 of all that the year was derived from: another text, another year. */
    digest: p.text(),
    writtenAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PortfolioYearRow extends PortfolioYearSchema.class {}
PortfolioYearSchema.setClass(PortfolioYearRow);

/** What the days of a portfolio were made from. */
const PortfolioSnapshotSchema = defineEntity({
  name: 'PortfolioSnapshot',
  tableName: 'portfolio_snapshot',
  properties: {
    portfolioId: p.uuid().primary(),
    ownerId: p.text(),
    /** When the portfolio had last been changed, to the microsecond: another text, another ledger. */
    ledgerVersion: p.text(),
    /** The last day that was over. */
    completeUntil: p.date(),
    refreshedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PortfolioSnapshot extends PortfolioSnapshotSchema.class {}
PortfolioSnapshotSchema.setClass(PortfolioSnapshot);
