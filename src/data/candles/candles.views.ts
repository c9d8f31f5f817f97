import { z } from 'zod';
import { toIso, utcDate, type EpochMs } from '../../shared/time.js';
import type { ChosenSeries } from './canonical-series.js';
import type { BarDifference } from '../domain/as-known.js';
import { adjustments, intervals, isSimulatedSource, priceBases, type Candle, type Interval } from '../domain/candle.js';
import { basisOfSource } from '../domain/price-basis.js';
import { header, simulatedColumn } from '../sources/csv/csv.payloads.js';

const price = z.number().nullable().describe('Null where the source knows only closes');

const candleSchema = z
  .object({
    open_time: z.iso.datetime(),
    open: price,
    high: price,
    low: price,
    close: z.number(),
    volume: z.number().nullable().describe('Null where the source gives none'),
  })
  .meta({ id: 'Candle' });

const seriesSchema = z
  .object({
    asset_id: z.string(),
    interval: z.enum(intervals),
    source: z.string(),
    quote_currency: z.enum(['USD', 'USDT']),
    adjustment: z.enum(adjustments),
    basis: z.enum(priceBases).describe('Whether the prices are of the asset or of its perpetual futures'),
    simulated: z.boolean().describe('Whether the market simulator made them'),
    derived_from: z
      .enum(intervals)
      .nullable()
      .describe('The finer interval whose stored bars these are put together from; null when they are stored'),
  })
  .meta({ id: 'CandleSeries' });

const series = seriesSchema.nullable().describe('The one series that all bars belong to; null when none is stored');

export const candlePage = z
  .object({
    items: z.array(candleSchema).describe('Oldest first'),
    next_cursor: z.string().nullable(),
    series,
    disputed: z
      .array(z.iso.datetime())
      .describe('Bars of the page that are held back because sources disagree: the first 500 open times'),
    earlier: z
      .object({ interval: z.enum(intervals), source: z.string(), first_open_time: z.iso.datetime() })
      .nullable()
      .describe(
        'A finer series that begins earlier than these stored bars do: it is asked for by its own interval, never joined',
      ),
  })
  .meta({ id: 'CandlePage' });
export type CandlePage = z.infer<typeof candlePage>;

const knownSchema = z.object({
  known_at: z.iso.datetime(),
  bars: z.number().int(),
  sha256: z
    .string()
    .describe(
      'Of the canonical JSON {"bars":[{close,high,low,open,openTime,volume}],"series":{...}} with decimal texts',
    ),
});

export const candleDifferencesPage = z
  .object({
    items: z
      .array(
        z.object({
          open_time: z.iso.datetime(),
          before: candleSchema
            .nullable()
            .describe('As known at `as_known_at`; null when it was not known or held back'),
          after: candleSchema.nullable().describe('As known at `and_known_at`; null when it is not known or held back'),
        }),
      )
      .describe('The bars that differ, oldest first'),
    next_cursor: z.string().nullable(),
    series,
    differing: z.number().int().describe('How many bars differ, on this page or not'),
    before: knownSchema.nullable(),
    after: knownSchema.nullable(),
  })
  .meta({ id: 'CandleDifferencesPage' });
export type CandleDifferencesPage = z.infer<typeof candleDifferencesPage>;

const numberOf = (text: string | null) => (text === null ? null : Number(text));

export const candleView = ({ openTime, open, high, low, close, volume }: Candle): z.infer<typeof candleSchema> => ({
  open_time: toIso(openTime),
  open: numberOf(open),
  high: numberOf(high),
  low: numberOf(low),
  close: Number(close),
  volume: numberOf(volume),
});

export const differenceView = ({ openTime, before, after }: BarDifference) => ({
  open_time: toIso(openTime),
  before: before && candleView(before),
  after: after && candleView(after),
});

export const seriesView = ({ series: one, derivedFrom }: ChosenSeries): z.infer<typeof seriesSchema> => ({
  asset_id: one.assetId,
  interval: one.interval,
  source: one.source,
  quote_currency: one.quoteCurrency,
  adjustment: one.adjustment,
  basis: basisOfSource(one.source),
  simulated: isSimulatedSource(one.source),
  derived_from: derivedFrom,
});

/**
 * A page of bars as the folders of the `csv` source have them: decimal texts as stored, nothing where nothing is known.
 * Simulated prices have a column more, which says so and by which no import takes them for real.
 */
export function candlesCsv(bars: readonly Candle[], interval: Interval, source: string | undefined): string {
  const simulated = source !== undefined && isSimulatedSource(source) ? [source] : [];
  const columns = [...header, ...simulated.map(() => simulatedColumn)];
  const date = (openTime: EpochMs) => (interval === '1d' || interval === '1w' ? utcDate(openTime) : toIso(openTime));
  const lines = bars.map(({ openTime, open, high, low, close, volume }) =>
    [date(openTime), open, high, low, close, volume, ...simulated].map((value) => value ?? '').join(','),
  );
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** Name of a file that says which series it holds. */
export function csvFileName({
  series: { assetId, interval, source, quoteCurrency, adjustment },
}: ChosenSeries): string {
  return `${[assetId, interval, source, quoteCurrency, adjustment].join('_').replace(/[^\w.-]+/g, '-')}.csv`;
}
