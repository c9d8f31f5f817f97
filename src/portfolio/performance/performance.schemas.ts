import { z } from 'zod';

export const performanceQuery = z.object({
  from: z.iso.date().optional().describe('First UTC day that counts; without it, the day of the first transaction'),
  to: z.iso.date().optional().describe('Last UTC day that counts; without it, the last one that is over'),
  numeraire: z.string().min(1).max(32).optional().describe("Any asset or currency; without it, the portfolio's own"),
});
export type PerformanceQuery = z.output<typeof performanceQuery>;

const money = z.number().describe('In the numeraire');

export const performanceSchema = z
  .object({
    portfolio_id: z.uuid(),
    numeraire: z.string(),
    from: z.iso.date().nullable().describe('First day that is measured; null when there is none'),
    to: z.iso.date().nullable(),
    days: z.int().describe('Number of days that are measured'),
    complete_until: z.iso.date().describe('The last day that the stored days reach'),
    current: z
      .boolean()
      .describe(
        'Whether every transaction and every day that is over is in it; prices stored since are taken in within minutes',
      ),
    note: z.string().nullable().describe('What to know when it is not current, or nothing is measured'),
    partial: z.boolean().describe('True when something had no price on a day on which it was held or paid in'),
    unpriced: z.array(
      z.object({
        asset_id: z.string(),
        from: z.iso.date(),
        to: z.iso.date(),
        days: z.int().describe('Days within it on which it was left out'),
      }),
    ),
    simulated: z.boolean().describe('True when any price came from the market simulator'),
    totals: z
      .object({
        value_begin: money.describe('At the end of the day before the first'),
        value_end: money,
        external_flow: money.describe('Net value that came from outside'),
        gain: money.describe('value_end - value_begin - external_flow'),
        time_weighted_return: z.number().describe('Chain-linked over flows'),
        annualised_time_weighted_return: z.number().nullable().describe('Null for less than a year'),
        money_weighted_return: z.object({
          yearly: z.number().nullable().describe('Internal rate of return of the dated flows (XIRR)'),
          reason: z.string().nullable().describe('Why there is none'),
        }),
      })
      .nullable(),
    only_btc: z
      .object({
        value: money.describe('Had the same money been BTC from the first day on and at every flow'),
        gain: money,
        difference: money.describe('What the portfolio is worth more than that'),
        return: z.number().describe('Of BTC in the numeraire'),
      })
      .nullable()
      .describe('Null when BTC has no price on every day'),
    assets: z.array(
      z.object({
        asset_id: z.string(),
        gain: money,
        contribution: z.number().describe('To the time-weighted return'),
        asset_effect: money.nullable().describe('What it made against BTC; with btc_effect it is the gain'),
        btc_effect: money.nullable().describe('What BTC made against the numeraire'),
      }),
    ),
    contributions_sum: z.number().nullable().describe('The time-weighted return, but for the last digits of doubles'),
    series: z.array(
      z.object({
        date: z.iso.date(),
        value: money,
        external_flow: money,
        time_weighted_return: z.number().describe('From the beginning to the end of this day'),
        only_btc: money.nullable(),
        btc_return: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Performance' });
export type PerformanceView = z.output<typeof performanceSchema>;
