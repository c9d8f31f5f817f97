/** Stream of the audit trail in which acts about what everybody shares are told: assets, disputes, published prices. */
export const dataStream = 'data';
