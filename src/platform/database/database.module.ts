import type { DynamicModule } from '@nestjs/common';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityClass } from '@mikro-orm/core';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { ormOptions } from './orm-options.js';

/** The entity manager of the process; it connects at the first query, so a late database delays nothing. */
export const databaseModule = (entities: readonly EntityClass[]): Promise<DynamicModule> =>
  Promise.resolve(
    MikroOrmModule.forRootAsync({
      driver: PostgreSqlDriver,
      inject: [CONFIG],
      useFactory: (config: Config) => ormOptions(config.database, entities),
    }),
  );
