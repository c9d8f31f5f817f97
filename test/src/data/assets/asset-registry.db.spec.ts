import pg from 'pg';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import { useDatabase } from '../../../support/database.js';

const db = useDatabase();
/** The registry of a process that has just started. */
const registry = () => new AssetRegistry(db.orm.em.fork());
const asOwner = async (sql: string) => {
  const client = new pg.Client({ connectionString: db.database.ownerUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

test('a new database has the assets of domain-rules, in the order of lists, with all that is known of them', async () => {
  const { assets } = await registry().catalogue();
  expect(assets).toEqual(seedAssets);
});

test('what schedules collect comes in the order of priority, then of ids', async () => {
  const ids = (await registry().enabled()).map(({ id }) => id);
  expect(ids).toEqual(['BTC', 'ETH', 'SPY', 'BNB', 'QQQ', 'SOL', 'ADA', 'AVAX', 'POL']);
});

test('any spelling finds its asset; an unknown one is refused with the field and the nearest', async () => {
  expect(await registry().known('maticusdt')).toMatchObject({ id: 'POL', assetClass: 'crypto' });
  await expect(registry().known('BTX', 'assets.0')).rejects.toMatchObject({
    kind: 'invalid',
    message: 'assets.0 "BTX" is not a known asset; the nearest are BTC, ETH, BNB',
    details: {
      errors: [{ field: 'assets.0', value: 'BTX', message: 'is not a known asset; the nearest are BTC, ETH, BNB' }],
    },
  });
});

test('a start brings in what is missing and leaves what is there as it is', async () => {
  await registry().catalogue();
  await asOwner(`delete from asset where id = 'IBM'`);
  await asOwner(`update asset set enabled = true, priority = 1, name = 'Ours' where id = 'XRP'`);
  const running = registry();
  expect(await running.known('IBM')).toMatchObject({ name: 'IBM' });
  expect(await running.known('XRP')).toMatchObject({ enabled: true, priority: 1, name: 'Ours' });
  await asOwner(`update asset set enabled = false, priority = 3, name = 'XRP' where id = 'XRP'`);
});

test('many processes may start at once', async () => {
  await asOwner('truncate asset');
  const read = await Promise.all(Array.from({ length: 8 }, () => registry().catalogue()));
  expect(read.map(({ assets }) => assets.length)).toEqual(read.map(() => seedAssets.length));
});

test('D58: nothing is kept in memory: a change in the database is seen by every process at once', async () => {
  const [one, other] = [registry(), registry()];
  expect((await one.known('LTC')).enabled || (await other.known('LTC')).enabled).toBe(false);
  await asOwner(`update asset set enabled = true where id = 'LTC'`);
  expect([await one.known('LTC'), await other.known('LTC')]).toMatchObject([{ enabled: true }, { enabled: true }]);
  await asOwner(`update asset set enabled = false where id = 'LTC'`);
});

test('D58: a registry that cannot be read is an error and stays as it is, never a registry without assets', async () => {
  const running = registry();
  await running.catalogue();
  await asOwner('revoke select on asset from fks_app');
  try {
    await expect(running.catalogue()).rejects.toThrow(/permission denied/);
    await expect(registry().enabled()).rejects.toThrow(/permission denied/);
  } finally {
    await asOwner('grant select on asset to fks_app');
  }
  expect((await running.catalogue()).assets).toEqual(seedAssets);
});

test('a start that could not reach the table tries again at the next question', async () => {
  await asOwner('truncate asset');
  await asOwner('revoke insert on asset from fks_app');
  const running = registry();
  await expect(running.catalogue()).rejects.toThrow(/permission denied/);
  await asOwner('grant insert on asset to fks_app');
  expect((await running.catalogue()).assets).toHaveLength(seedAssets.length);
});

test('an empty registry is told as such', async () => {
  const running = registry();
  expect(await running.whyUnreadable()).toBeUndefined();
  await asOwner('truncate asset');
  expect(await running.whyUnreadable()).toBe('the asset registry is empty');
});

test('a first read inside a transaction that is rolled back leaves the assets where they are', async () => {
  await asOwner('truncate asset');
  const em = db.orm.em.fork();
  const running = new AssetRegistry(em);
  const failing = em.transactional(async (tx) => {
    await running.catalogue(tx);
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect((await running.catalogue()).assets).toHaveLength(seedAssets.length);
});
