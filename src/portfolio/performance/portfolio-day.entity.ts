import { defineEntity, p } from '@mikro-orm/core';

const packed = () => p.blob().columnType('bytea');

/**
 * A portfolio at the end of one UTC day: all that is needed to chain returns over any days, in any numeraire. Packed columns
 * hold one double for each asset, in their order, lowest byte first.
 */
const PortfolioDaySchema = defineEntity({
  name: 'PortfolioDayRow',
  tableName: 'portfolio_day',
  properties: {
    portfolioId: p.uuid().primary(),
    day: p.date().primary(),
    ownerId: p.text(),
    assets: p.json<readonly string[]>(),
    quantities: packed(),
    /** US dollars for one unit; NaN where nothing is held and nobody knows. */
    prices: packed(),
    flows: packed(),
    external: packed(),
    splits: packed(),
    /** US dollars; null where nobody knows. */
    btc: p.double().nullable(),
    unpriced: p.json<readonly string[]>(),
    /** Whether any of the prices came from the market simulator. */
    simulated: p.boolean(),
    /** SHA-256 of all of the above: a row is written only when it changes. */
    digest: p.text(),
    writtenAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PortfolioDayRow extends PortfolioDaySchema.class {}
PortfolioDaySchema.setClass(PortfolioDayRow);

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
