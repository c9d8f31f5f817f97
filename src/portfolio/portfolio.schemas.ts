import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/http/page.js';
import { plainText } from '../platform/http/plain-text.js';

/** Decimal text; JSON numbers are accepted in. */
const decimalIn = z.union([z.string().max(64), z.number()]).transform(String);

const name = plainText(100).min(1);
const numeraire = z.string().min(1).max(32).describe('Asset or currency that the portfolio is counted in');

export const createPortfolioBody = z
  .strictObject({ name, numeraire: numeraire.default('USD') })
  .meta({ id: 'CreatePortfolio', example: { name: 'Core' } });
export type CreatePortfolioBody = z.output<typeof createPortfolioBody>;

export const changePortfolioBody = z
  .strictObject({
    name,
    numeraire,
    is_default: z.literal(true).describe('Makes it the one that is meant where none is named, instead of another'),
  })
  .partial()
  .meta({ id: 'ChangePortfolio', example: { numeraire: 'BTC' } });
export type ChangePortfolioBody = z.output<typeof changePortfolioBody>;

export const setHoldingsBody = z
  .strictObject({
    holdings: z
      .record(z.string().min(1).max(32), decimalIn)
      .refine((map) => Object.keys(map).length <= 500, 'must not name more than 500 assets'),
  })
  .meta({ id: 'SetHoldings', example: { holdings: { BTC: '0.5', ETH: '4', SPY: '12' } } });
export type SetHoldingsBody = z.output<typeof setHoldingsBody>;

export const portfoliosQuery = z.strictObject(pageQuery);
export type PortfoliosQuery = z.output<typeof portfoliosQuery>;

export const portfolioIdParam = z.uuid();

export const portfolioSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    numeraire: z.string(),
    is_default: z.boolean(),
    holdings: z.record(z.string(), z.string()).describe('Units of each asset, as decimal text'),
    created_at: z.iso.datetime(),
  })
  .meta({
    id: 'Portfolio',
    example: {
      id: '01a21087-674f-7215-bb32-e1c32cda4a10',
      name: 'Core',
      numeraire: 'USD',
      is_default: true,
      holdings: { BTC: '0.5', ETH: '4', SPY: '12' },
      created_at: '2026-11-25T02:27:20.911Z',
    },
  });
export type PortfolioView = z.output<typeof portfolioSchema>;

export const portfolioPage = pageOf(portfolioSchema).meta({ id: 'PortfolioPage' });
