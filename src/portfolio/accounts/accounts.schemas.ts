import { z } from 'zod';
import { plainText } from '../../platform/http/plain-text.js';
import { accountTypeAliases, accountTypes, taxStatuses, type AccountType } from '../domain/account.js';

const aliases = Object.keys(accountTypeAliases);

/** The web client has names of its own for some types; answers have ours. */
const typeIn = z
  .enum([...accountTypes, ...aliases])
  .transform((text) => accountTypeAliases[text] ?? (text as AccountType))
  .describe(`Of ${aliases.join(', ')}, the long names are answered`);

const name = plainText(100).min(1);
const broker = plainText(100).min(1).nullable();
const taxStatus = z.enum(taxStatuses).nullable();
const tracksCash = z
  .boolean()
  .describe('Whether trades, fees and dividends move its cash, which may then not become less than 0');

export const createAccountBody = z
  .strictObject({
    name,
    type: typeIn,
    currency: z
      .string()
      .min(1)
      .max(16)
      .default('USD')
      .describe('Of its prices, amounts and fees; it cannot be changed'),
    broker: broker.default(null),
    tax_status: taxStatus.default(null),
    tracks_cash: tracksCash.default(false),
  })
  .meta({
    id: 'CreateAccount',
    example: { name: 'Pension', type: 'long_term_retirement', broker: 'Example Bank', tax_status: 'tax_deferred' },
  });
export type CreateAccountBody = z.output<typeof createAccountBody>;

export const changeAccountBody = z
  .strictObject({ name, type: typeIn, broker, tax_status: taxStatus, tracks_cash: tracksCash })
  .partial()
  .meta({ id: 'ChangeAccount', example: { tracks_cash: true } });
export type ChangeAccountBody = z.output<typeof changeAccountBody>;

export const accountIdParam = z.uuid();

export const accountSchema = z
  .object({
    id: z.uuid(),
    portfolio_id: z.uuid(),
    name: z.string(),
    type: z.enum(accountTypes),
    currency: z.string(),
    broker: z.string().nullable(),
    tax_status: z.enum(taxStatuses).nullable(),
    tracks_cash: z.boolean(),
    is_default: z.boolean().describe('Transactions that name no account go to it'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
export type AccountView = z.output<typeof accountSchema>;

/** At most 100 accounts: a list without pages. */
export const accountList = z
  .object({ items: z.array(accountSchema), next_cursor: z.null() })
  .meta({ id: 'AccountList' });
export type AccountList = z.output<typeof accountList>;
