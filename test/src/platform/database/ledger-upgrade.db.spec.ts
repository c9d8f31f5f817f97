import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '../../../../src/entities.js';
import { migrate } from '../../../../src/platform/database/migrate.js';
import { ormOptions } from '../../../../src/platform/database/orm-options.js';
import { emptyDatabase, type TestDatabase } from '../../../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.drop());

const before = 'Migration20261125050000_market_data';
const ids = [
  '01a21087-0000-7000-8000-000000000001',
  '01a21087-0000-7000-8000-000000000002',
  '01a21087-0000-7000-8000-000000000003',
];

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('what was held before transactions were kept is held afterwards, as an adjustment whose cost nobody knows', async () => {
  const orm = await MikroORM.init({
    ...ormOptions({ url: database.ownerUrl, poolMax: 1 }, entities),
    logger: () => undefined,
  });
  await orm.migrator.up({ to: before });
  await orm.close();
  await query(`insert into portfolio (id, owner_id, name, created_at, updated_at) values
    ('${ids[0]}', 'ann', 'First', '2026-01-01Z', '2026-03-01T10:00:00.123Z'),
    ('${ids[1]}', 'ann', 'Empty', '2026-01-02Z', '2026-01-02Z'),
    ('${ids[2]}', 'bob', 'His', '2026-01-03Z', '2026-01-04Z')`);
  await query(`insert into holding (portfolio_id, asset_id, owner_id, quantity) values
    ('${ids[0]}', 'BTC', 'ann', 0.500000000000000001), ('${ids[0]}', 'USD', 'ann', 100), ('${ids[2]}', 'SPY', 'bob', 12)`);
  const held = () => query('select portfolio_id, asset_id, owner_id, quantity from holding order by 1, 2');
  const heldBefore = await held();

  await migrate(database.ownerUrl, 'fks_app', entities);

  expect(await held()).toEqual(heldBefore);
  expect(await query('select name, numeraire, is_default from portfolio order by id')).toEqual([
    { name: 'First', numeraire: 'USD', is_default: true },
    { name: 'Empty', numeraire: 'USD', is_default: false },
    { name: 'His', numeraire: 'USD', is_default: true },
  ]);
  expect(
    await query('select portfolio_id, owner_id, name, currency, tracks_cash, is_default from account order by 1'),
  ).toEqual(
    ids.map((id, i) => ({
      portfolio_id: id,
      owner_id: i === 2 ? 'bob' : 'ann',
      name: 'Default',
      currency: 'USD',
      tracks_cash: false,
      is_default: true,
    })),
  );
  const stated =
    await query(`select t.portfolio_id, t.kind, t.asset_id, t.quantity, t.amount, a.is_default as is_default_account,
    t.executed_at = p.updated_at as is_as_stated
    from ledger_transaction t join account a on a.id = t.account_id join portfolio p on p.id = t.portfolio_id order by 1, 3`);
  expect(stated).toEqual(
    [
      [ids[0], 'BTC', '0.500000000000000001'],
      [ids[0], 'USD', '100'],
      [ids[2], 'SPY', '12'],
    ].map(([portfolio, asset, quantity]) => ({
      portfolio_id: portfolio,
      kind: 'adjustment',
      asset_id: asset,
      quantity,
      amount: null,
      is_default_account: true,
      is_as_stated: true,
    })),
  );
});
