import type { MigrationObject } from '@mikro-orm/core';
import { Migration20261125000000_initial } from './Migration20261125000000_initial.js';
import { Migration20261125050000_market_data } from './Migration20261125050000_market_data.js';

/** In the order in which they run. */
export const migrations: MigrationObject[] = [
  { name: 'Migration20261125000000_initial', class: Migration20261125000000_initial },
  { name: 'Migration20261125050000_market_data', class: Migration20261125050000_market_data },
];
