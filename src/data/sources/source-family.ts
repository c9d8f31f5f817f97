import { z } from 'zod';
import { budgetKey, type BudgetWindow } from '../../platform/outbound/budget.js';
import type { MarketDataSource, SourceBudget, SourceFamily } from './market-data-source.js';

class SourceSettingsError extends Error {
  override readonly name = 'SourceSettingsError';
}

/** A source's base address, for its environment. */
export const baseUrl = (standard: string) =>
  z.url({ protocol: /^https?$/, error: 'is not a URL of the expected kind' }).default(standard);

/** A provider's key; absent when it is not set. */
export const apiKey = z.string().min(1).optional();

/** A limit of the plan, which moves more often than this code; `least` is what the heaviest request takes. */
export const planLimit = (standard: number, least = 1) =>
  // the budget counts in the database's 32-bit integers
  z.coerce.number().int().min(least).max(2_147_483_647).default(standard);

/** A family whose variables are read, checked and handed over typed. */
export const sourceFamily = <E extends z.ZodObject>(
  name: string,
  environment: E,
  create: (settings: z.output<E>) => readonly MarketDataSource[],
): SourceFamily => ({
  name,
  environment,
  open(given) {
    // an empty variable means the same as an absent one
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    const parsed = environment.safeParse(set);
    if (parsed.success) return create(parsed.data);
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new SourceSettingsError(`wrong environment: ${wrong.join('; ')}`);
  },
});

/** One budget for each provider, host and key; the key is hashed, so that rows and logs do not hold it. */
export function budgetOf(source: string, url: string, key: string | undefined, windows: BudgetWindow[]): SourceBudget {
  return { key: budgetKey(source, url, key), windows };
}
