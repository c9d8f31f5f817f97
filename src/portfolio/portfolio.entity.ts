import { defineEntity, p } from '@mikro-orm/core';

const PortfolioSchema = defineEntity({
  name: 'Portfolio',
  tableName: 'portfolio',
  indexes: [{ properties: ['ownerId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    name: p.text(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    updatedAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class Portfolio extends PortfolioSchema.class {}
PortfolioSchema.setClass(Portfolio);

/** How much of one asset a portfolio holds, in units of the asset. */
const HoldingSchema = defineEntity({
  name: 'Holding',
  tableName: 'holding',
  checks: [{ name: 'holding_quantity_positive', expression: 'quantity > 0' }],
  properties: {
    portfolioId: p.uuid().primary(),
    assetId: p.text().primary(),
    ownerId: p.text(),
    quantity: p.decimal().columnType('numeric'),
  },
});
export class Holding extends HoldingSchema.class {}
HoldingSchema.setClass(Holding);
