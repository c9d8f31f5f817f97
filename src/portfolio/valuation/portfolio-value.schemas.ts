import { z } from 'zod';
import { oldNumber, oldText } from '../../platform/http/old-parameters.js';

export const portfolioValueQuery = z.object({
  allocations: oldText
    .optional()
    .describe('JSON object of symbol to share of the total, 0 to 1; without it, what the default portfolio holds'),
  total_value_usd: oldNumber
    .pipe(z.number().positive('must be more than 0'))
    .optional()
    .describe('What the shares are of; without it, the value of the default portfolio, else 1 BTC'),
});
export type PortfolioValueQuery = z.output<typeof portfolioValueQuery>;

export const portfolioValueSchema = z
  .object({
    total_btc: z.number(),
    holdings_btc: z.record(z.string(), z.number()).describe('What has no price is not in it, but in `unpriced`'),
    btc_allocation: z
      .number()
      .describe(
        '0 to 1: of given weights the share of the whole, as in the plan; else of what is priced; 0 of nothing',
      ),
    timestamp: z.iso.datetime(),
    notional: z.boolean().describe('True when the total is made up: the value of 1 BTC'),
    partial: z.boolean().describe('True when something has no price: totals leave it out'),
    unpriced: z.array(z.string()),
    notes: z.array(z.string()).describe('What has to be known of these numbers, in words; mostly nothing'),
  })
  .meta({ id: 'PortfolioValue' });
export type PortfolioValueView = z.output<typeof portfolioValueSchema>;
