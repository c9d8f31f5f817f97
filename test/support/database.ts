import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '../../src/entities.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { ormOptions } from '../../src/platform/database/orm-options.js';

export function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this spec needs the test stack of the "stack" project`);
  return value;
}

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: withDatabase(fromEnvironment('TEST_PG_URL'), 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Named by the migrations' text, so that a changed migration never meets an old template. */
function templateName(): string {
  const folder = path.resolve('src/platform/database/migrations');
  const hash = createHash('sha256');
  for (const file of fs.readdirSync(folder).sort()) hash.update(fs.readFileSync(path.join(folder, file)));
  return `template_${hash.digest('hex').slice(0, 12)}`;
}

/** A migrated database that every spec clones; made by whoever comes first. */
async function template(client: pg.Client): Promise<string> {
  const name = templateName();
  await client.query('select pg_advisory_lock(42)');
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1 and datistemplate', [name]);
    if (rowCount) return name;
    await client.query(`drop database if exists "${name}"`);
    await client.query(`create database "${name}" owner fks_owner`);
    await migrate(withDatabase(fromEnvironment('TEST_PG_OWNER_URL'), name), 'fks_app', entities);
    await client.query(`alter database "${name}" is_template true`);
    return name;
  } finally {
    await client.query('select pg_advisory_unlock(42)');
  }
}

export interface TestDatabase {
  name: string;
  /** Connects as the role of API and worker. */
  url: string;
  /** Connects as the tables' owner. */
  ownerUrl: string;
  drop(): Promise<void>;
}

let made = 0;

/** A database of the caller's own, with the newest schema and no rows. */
export const freshDatabase = (): Promise<TestDatabase> => aDatabase(template);

/** A database of the caller's own, without any table. */
export const emptyDatabase = (): Promise<TestDatabase> => aDatabase(() => Promise.resolve('template0'));

const aDatabase = (templateFrom: (client: pg.Client) => Promise<string>): Promise<TestDatabase> =>
  asSuperuser(async (client) => {
    made += 1;
    const name = `t_${process.pid}_${Date.now().toString(36)}_${made}`;
    await client.query(`create database "${name}" template "${await templateFrom(client)}" owner fks_owner`);
    return {
      name,
      url: withDatabase(fromEnvironment('TEST_PG_APP_URL'), name),
      ownerUrl: withDatabase(fromEnvironment('TEST_PG_OWNER_URL'), name),
      drop: () =>
        asSuperuser(async (again) => {
          await again.query(`drop database if exists "${name}" with (force)`);
        }),
    };
  });

/** An ORM on a test database; its entity manager must be forked, as everywhere. */
export const openOrm = (url: string): Promise<MikroORM> =>
  MikroORM.init({ ...ormOptions({ url, poolMax: 10 }, entities), logger: () => undefined });

/** A database and an ORM on it for the tests around the call, gone when they have ended. */
export function useDatabase(): { readonly database: TestDatabase; readonly orm: MikroORM } {
  let open: { database: TestDatabase; orm: MikroORM } | undefined;
  beforeAll(async () => {
    const database = await freshDatabase();
    open = { database, orm: await openOrm(database.url) };
  });
  afterAll(async () => {
    await open?.orm.close(true);
    await open?.database.drop();
  });
  const opened = () => {
    if (!open) throw new Error('the database is opened before the first test, not while the file is read');
    return open;
  };
  return {
    get database() {
      return opened().database;
    },
    get orm() {
      return opened().orm;
    },
  };
}
