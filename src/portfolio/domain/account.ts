export const accountTypes = ['prop_firm', 'personal_trading', 'long_term_retirement', 'long_term_taxable'] as const;
export type AccountType = (typeof accountTypes)[number];

/** What the web client calls some of them. */
export const accountTypeAliases: Readonly<Record<string, AccountType>> = {
  retirement: 'long_term_retirement',
  taxable: 'long_term_taxable',
};

/** How gains and income in an account are taxed: as they arise, when money is taken out, or not at all. */
export const taxStatuses = ['taxable', 'tax_deferred', 'tax_exempt'] as const;
export type TaxStatus = (typeof taxStatuses)[number];
