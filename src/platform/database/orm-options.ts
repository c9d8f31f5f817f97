import type { EntityClass } from '@mikro-orm/core';
import { Migrator, TSMigrationGenerator } from '@mikro-orm/migrations';
import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { migrations } from './migrations/index.js';

/** One set of options for the API, the worker, the migrations and the tests. */
export const ormOptions = (database: { url: string; poolMax: number }, entities: readonly EntityClass[]): Options =>
  defineConfig({
    clientUrl: database.url,
    entities: [...entities],
    extensions: [Migrator],
    migrations: {
      migrationsList: migrations,
      pathTs: 'src/platform/database/migrations',
      generator: TSMigrationGenerator,
      snapshot: false,
      allOrNothing: true,
    },
    forceUtcTimezone: true,
    allowGlobalContext: false,
    pool: { min: 0, max: database.poolMax },
    driverOptions: {
      connectionTimeoutMillis: 3_000,
      statement_timeout: 60_000,
      // for a server that went silent and cannot end the statement itself
      query_timeout: 65_000,
      application_name: 'fks-portfolio',
    },
  });
