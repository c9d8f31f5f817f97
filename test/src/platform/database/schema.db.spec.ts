import fs from 'node:fs';
import pg from 'pg';
import { entities } from '../../../../src/entities.js';
import { migrate } from '../../../../src/platform/database/migrate.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const asApp = async (sql: string) => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
};

test('the migrations make exactly what the entities describe', async () => {
  const orm = await openOrm(database.ownerUrl);
  try {
    expect(await orm.migrator.checkSchema()).toBe(false);
    const sql = await orm.schema.getCreateSchemaSQL({ wrap: false });
    expect(fs.readFileSync('docs/generated/schema.sql', 'utf8')).toContain(sql.trim());
  } finally {
    await orm.close();
  }
});

test('migrating again changes nothing, also twice at the same time', async () => {
  const again = () => migrate(database.ownerUrl, 'fks_app', entities);
  expect(await Promise.all([again(), again()])).toEqual([[], []]);
});

test('the application role is neither superuser nor owner and passes no row-level security', async () => {
  const { rows } = await asApp(
    'select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user',
  );
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false }]);
  const owned = await asApp(
    "select count(*)::int as n from pg_tables where schemaname = 'public' and tableowner = current_user",
  );
  expect(owned.rows).toEqual([{ n: 0 }]);
});

test.each([
  'ai_exchange',
  'audit_event',
  'candle',
  'corporate_action',
  'job_event',
  'ledger_transaction',
  'market_snapshot',
  'optimization',
  'policy_rollout',
  'policy_version',
  'rebalancing_plan',
  'risk_report',
  'signal',
  'signal_opinion',
  'signal_outcome',
  'signal_run',
  'source_attempt',
])('the application role can neither change nor remove rows of %s', async (table) => {
  await expect(asApp(`delete from "${table}"`)).rejects.toThrow('permission denied');
  await expect(asApp(`update "${table}" set owner_id = 'x'`)).rejects.toThrow(/permission denied|does not exist/);
});

test('every table of an owner carries the owner', async () => {
  const { rows } = await asApp(
    `select table_name from information_schema.tables t where table_schema = 'public' and not exists (
       select from information_schema.columns c where c.table_name = t.table_name and c.column_name = 'owner_id')`,
  );
  // prices and opinions on them belong to nobody, and so does the record of collecting them
  expect(rows.map((row: { table_name: string }) => row.table_name).sort()).toEqual([
    'ai_exchange',
    'asset',
    'candle',
    'collection_receipt',
    'corporate_action',
    'disputed_bar',
    'mikro_orm_migrations',
    'source_attempt',
    'source_state',
    'source_usage',
  ]);
});
