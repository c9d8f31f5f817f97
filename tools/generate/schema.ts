// Writes docs/generated/schema.sql: what the migrations make, read back from a database they have run on.
import { writeFileSync } from 'node:fs';
import { MikroORM } from '@mikro-orm/postgresql';
import { entities } from '../../src/entities.js';
import { ormOptions } from '../../src/platform/database/orm-options.js';

const orm = await MikroORM.init(ormOptions({ url: 'postgresql://nobody@127.0.0.1:1/none', poolMax: 1 }, entities));
const sql = await orm.schema.getCreateSchemaSQL({ wrap: false });
writeFileSync(
  'docs/generated/schema.sql',
  `-- Generated from the entities; the migrations are checked to make exactly this, and add a trigger against truncate.\n${sql.trim()}\n`,
);
await orm.close();
