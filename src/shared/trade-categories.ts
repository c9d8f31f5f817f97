/** How long a trade is meant to last, the shortest first. */
export const tradeCategories = ['scalp', 'intraday', 'swing', 'long_term'] as const;
export type TradeCategory = (typeof tradeCategories)[number];
