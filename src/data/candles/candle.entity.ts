import { defineEntity, p } from '@mikro-orm/core';
import { adjustments, intervals } from '../domain/candle.js';

/**
 * One revision of one bar of one series. A correction is a new row with the next revision: what was stored is never
 * overwritten, so that an old result can be computed again from what was known then.
 */
const CandleSchema = defineEntity({
  name: 'Candle',
  tableName: 'candle',
  checks: [
    // NaN and infinity are not below infinity in PostgreSQL's order of numeric; how a bar's prices lie to each other is
    // checked before they come here, with a tolerance
    { name: 'candle_open_valid', expression: `open > 0 and open < 'Infinity'::numeric` },
    { name: 'candle_high_valid', expression: `high > 0 and high < 'Infinity'::numeric` },
    { name: 'candle_low_valid', expression: `low > 0 and low < 'Infinity'::numeric` },
    { name: 'candle_close_valid', expression: `close > 0 and close < 'Infinity'::numeric` },
    { name: 'candle_volume_valid', expression: `volume >= 0 and volume < 'Infinity'::numeric` },
    { name: 'candle_revision_valid', expression: 'revision > 0' },
    {
      name: 'candle_prices_whole',
      expression: '(open is null) = (high is null) and (open is null) = (low is null)',
    },
  ],
  properties: {
    assetId: p.text().primary(),
    interval: p.enum(intervals).primary(),
    /** `binance`, `yahoofinance`, `csv:<folder>`, `simulated:<source>:<seed>`. */
    source: p.text().primary(),
    quoteCurrency: p.enum(['USD', 'USDT'] as const).primary(),
    adjustment: p.enum(adjustments).primary(),
    openTime: p.datetime().columnType('timestamptz(3)').length(3).primary(),
    /** 1 for the bar as first stored. */
    revision: p.integer().primary(),
    /** Null, with high and low, where the source knows only closes. */
    open: p.decimal().columnType('numeric').nullable(),
    high: p.decimal().columnType('numeric').nullable(),
    low: p.decimal().columnType('numeric').nullable(),
    close: p.decimal().columnType('numeric'),
    /** Null where the source gives none. */
    volume: p.decimal().columnType('numeric').nullable(),
    /** When the bar could first be had: its close plus the source's publication lag. */
    availableAt: p.datetime().columnType('timestamptz(3)').length(3),
    /** When this revision was stored. */
    knownAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class CandleRow extends CandleSchema.class {}
CandleSchema.setClass(CandleRow);
