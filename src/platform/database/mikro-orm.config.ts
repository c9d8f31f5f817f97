import { entities } from '../../entities.js';
import { ormOptions } from './orm-options.js';

/** For the `mikro-orm` command line alone: new migrations are made from what the entities say. */
export default ormOptions(
  { url: process.env['DATABASE_OWNER_URL'] ?? 'postgresql://fks_owner@127.0.0.1:55432/fks', poolMax: 2 },
  entities,
);
