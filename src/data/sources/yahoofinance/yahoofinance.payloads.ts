import { z } from 'zod';

const seconds = z.int();

const error = z.object({ code: z.string(), description: z.string().nullable() });

/** The error of any route: under `chart` here, under `finance` from the routes that want a crumb. */
export const errorBody = z.union([
  z.object({ chart: z.object({ error }) }).transform(({ chart }) => chart.error),
  z.object({ finance: z.object({ error }) }).transform(({ finance }) => finance.error),
]);

const column = z.array(z.unknown());
/** By the second of the event, as a text; each is read on its own. */
const events = z.record(z.string(), z.unknown()).nullish();

/** A dividend, or a split of `denominator` shares into `numerator`. */
export const actionEvent = z.union([
  z.object({ date: seconds, amount: z.number().positive() }),
  z.object({ date: seconds, numerator: z.number().positive(), denominator: z.number().positive() }),
]);

/** `timestamp` is missing, and `quote` is `[{}]`, when there are no bars. Columns are read value by value. */
export const chartBody = z
  .object({
    chart: z.object({
      result: z
        .array(
          z.object({
            meta: z.object({
              currency: z.string().nullish(),
              symbol: z.string(),
              instrumentType: z.string().nullish(),
              exchangeTimezoneName: z.string(),
              regularMarketPrice: z.number().nullish(),
              regularMarketTime: seconds.nullish(),
              priceHint: z.int().min(0).max(20).nullish(),
              dataGranularity: z.string().nullish(),
              currentTradingPeriod: z.object({ regular: z.object({ start: seconds, end: seconds }) }).nullish(),
            }),
            // a wrong stamp is one wrong bar
            timestamp: column.nullish(),
            events: z.object({ dividends: events, splits: events }).nullish(),
            indicators: z.object({
              quote: z
                .array(
                  z.object({
                    open: column.optional(),
                    high: column.optional(),
                    low: column.optional(),
                    close: column.optional(),
                    volume: column.optional(),
                  }),
                )
                .min(1),
            }),
          }),
        )
        .min(1),
    }),
  })
  .transform(({ chart }) => chart.result[0]!);

export type Chart = z.output<typeof chartBody>;
