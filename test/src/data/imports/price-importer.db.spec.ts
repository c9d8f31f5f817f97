import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import pg from 'pg';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ConsensusService } from '../../../../src/data/candles/consensus.service.js';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { PriceFileError } from '../../../../src/data/imports/price-file.js';
import { PriceImporter, type WantedImport } from '../../../../src/data/imports/price-importer.js';
import type { AssetId, OwnerId } from '../../../../src/shared/ids.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';

const db = useDatabase();
/** As another process would have it. */
const importer = () => {
  const em = db.orm.em.fork();
  return new PriceImporter(em, new CandleRepository(em));
};
const add = async (what: WantedImport) => (await importer().add(what)).row;
const candles = () => new CandleRepository(db.orm.em.fork());
const query = async (sql: string) => {
  const client = new pg.Client({ connectionString: db.database.ownerUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};
const start = Date.parse('2000-01-01T00:00:00Z');
const header = 'date,open,high,low,close,volume\n';
const rows = (days: readonly number[], close = (day: number) => (100 + (day % 50)).toFixed(2)) =>
  days
    .map((day) => `${utcDate(start + day * dayMs)},${close(day)},${close(day)},${close(day)},${close(day)},1\n`)
    .join('');
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const series = (assetId: string, owner = 'local'): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: `csv:${owner}`,
  quoteCurrency: 'USD',
  adjustment: 'raw',
});
const wanted = (assetId: string, text: string, over: { owner?: string; read?: () => Readable } = {}): WantedImport => {
  const bytes = Buffer.from(text);
  const { owner = 'local' } = over;
  const file = {
    name: 'prices.csv',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    beginning: bytes.subarray(0, 16),
    read: over.read ?? (() => Readable.from([bytes], { objectMode: false })),
  };
  return { ownerId: owner as OwnerId, assetClass: 'crypto', series: series(assetId, owner), file };
};

test('stores the bars of a file with the report of them', async () => {
  const row = await add(wanted('BTC', `${header}${rows([0, 1])}2000-01-03,x,1,1,1,1\n${rows([3])}`));
  expect(row).toMatchObject({
    ownerId: 'local',
    assetId: 'BTC',
    interval: '1d',
    source: 'csv:local',
    rowsRead: 3,
    rowsNew: 3,
    rowsRevised: 0,
    rowsRefused: 1,
    refused: [{ line: 4, field: 'open', value: 'x', reason: 'open "x" is not a number' }],
    firstOpenTime: new Date('2000-01-01T00:00:00Z'),
    lastOpenTime: new Date('2000-01-04T00:00:00Z'),
  });
  expect(await candles().extent(series('BTC'))).toEqual({ rows: 3, first: start, last: start + 3 * dayMs });
});

test('the same file again is the same import; a longer one adds what is new, a corrected one revises', async () => {
  const first = await add(wanted('ETH', header + rows(upTo(10))));
  expect(await add(wanted('ETH', header + rows(upTo(10))))).toEqual(first);
  expect(await add(wanted('ETH', header + rows(upTo(12))))).toMatchObject({ rowsNew: 2, rowsRevised: 0 });
  const corrected = header + rows(upTo(12), (day) => (day === 5 ? '104.5' : (100 + (day % 50)).toFixed(2)));
  expect(await add(wanted('ETH', corrected))).toMatchObject({ rowsRead: 12, rowsNew: 0, rowsRevised: 1 });
  expect((await candles().extent(series('ETH'))).rows).toBe(12);
});

test('a history of many windows is stored whole, whichever way it runs', async () => {
  const days = upTo(9_000);
  const falling = await add(wanted('SOL', header + rows(days.toReversed())));
  expect(falling).toMatchObject({ rowsNew: 9_000, rowsRefused: 0 });
  const rising = await add(wanted('ADA', header + rows(days)));
  expect(rising).toMatchObject({ rowsNew: 9_000, rowsRefused: 0 });
  const closes = async (id: string) => (await candles().closes(series(id), null)).closes;
  expect(await closes('SOL')).toEqual(await closes('ADA'));
});

test('a file that fails on its way stores nothing, and completes when it comes again', async () => {
  const text = header + rows(upTo(9_000));
  const broken = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from(text.slice(0, 200_000));
        throw new Error('the disk is gone');
      })(),
      { objectMode: false },
    );
  await expect(add(wanted('DOT', text, { read: broken }))).rejects.toThrow('the disk is gone');
  expect((await candles().extent(series('DOT'))).rows).toBe(0);
  expect(await add(wanted('DOT', text))).toMatchObject({ rowsNew: 9_000 });
});

test('a unit that changes late in a long file stores nothing of it', async () => {
  const text = header + rows(upTo(9_000), (day) => (day < 8_000 ? '100' : '10000'));
  await expect(add(wanted('LINK', text))).rejects.toThrow(PriceFileError);
  expect((await candles().extent(series('LINK'))).rows).toBe(0);
  expect(await query(`select from price_import where asset_id = 'LINK'`)).toEqual([]);
});

test('a file in another unit than what is stored of its series is refused', async () => {
  await add(wanted('XRP', header + rows(upTo(100))));
  const later =
    header +
    rows(
      upTo(20).map((day) => day + 100),
      () => '1.5',
    );
  await expect(add(wanted('XRP', later))).rejects.toThrow(/hundredfold of 149.00, stored for 2000-04-09/);
  expect((await candles().extent(series('XRP'))).rows).toBe(100);
});

test('a history that was imported in a wrong unit is corrected by a file that says so', async () => {
  const prices = (factor: number) => header + rows(upTo(100), (day) => String((100 + day) * factor));
  await add(wanted('LTC', prices(100)));
  const right = wanted('LTC', prices(1));
  await expect(add(right)).rejects.toThrow(/hundredfold/);
  expect(await add({ ...right, unit: 'corrected' })).toMatchObject({ rowsNew: 0, rowsRevised: 100 });
  expect((await candles().closes(series('LTC'), null)).closes[99]).toBe(199);
  // a unit that changes within the file is a mistake none the less
  const mixed = header + rows(upTo(100), (day) => (day < 50 ? '100' : '10000'));
  await expect(add({ ...wanted('LTC', mixed), unit: 'corrected' })).rejects.toThrow(/hundredfold/);
});

test('a file without one good row is refused with its lines, and leaves no source behind', async () => {
  const nothing = wanted('BTC', `${header}2000-01-01,x,1,1,1,1\n`, { owner: 'nobody' });
  await expect(add(nothing)).rejects.toMatchObject({
    message: 'has no row that is believed',
    refused: [{ line: 2, field: 'open' }],
  });
  expect(await query(`select from private_source where source = 'csv:nobody'`)).toEqual([]);
});

test('one file from many processes at once is one import', async () => {
  const text = header + rows(upTo(500));
  const imports = await Promise.all(Array.from({ length: 4 }, () => importer().add(wanted('ATOM', text))));
  expect(new Set(imports.map(({ row }) => row.id)).size).toBe(1);
  expect(imports.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect((await candles().extent(series('ATOM'))).rows).toBe(500);
});

test('what an owner sent is seen by them alone, until it is published', async () => {
  await add(wanted('LTC', header + rows(upTo(5)), { owner: 'anna' }));
  const seenBy = async (viewer?: string) =>
    (await candles().seriesOfAsset('LTC' as AssetId, '1d', viewer as OwnerId | undefined)).map(
      (one) => one.series.source,
    );
  expect(await seenBy('anna')).toEqual(['csv:anna']);
  expect([await seenBy('bert'), await seenBy()]).toEqual([[], []]);
  await query(`update private_source set published_at = now(), published_by = 'admin' where source = 'csv:anna'`);
  expect(await seenBy('bert')).toEqual(['csv:anna']);
});

test('an import is no vote among the sources, until it is published', async () => {
  const em = db.orm.em.fork();
  const consensus = new ConsensusService(em, new CandleRepository(em), new AssetRegistry(em));
  const bar = { open: '200', high: '200', low: '200', close: '200', volume: null };
  const bars = upTo(3).map((day) => ({ openTime: start + day * dayMs, ...bar }));
  await candles().storeSeries({ ...series('TRX'), source: 'yahoofinance' }, bars);
  await add(wanted('TRX', header + rows(upTo(3)), { owner: 'carl' }));
  const judged = { assetId: 'TRX' as AssetId, assetClass: 'crypto', interval: '1d', adjustment: 'raw' } as const;
  const judge = () => consensus.judge({ ...judged, from: start, to: start + 3 * dayMs });
  expect(await judge()).toEqual({ disputed: 0 });
  await query(`update private_source set published_at = now(), published_by = 'admin' where source = 'csv:carl'`);
  expect(await judge()).toEqual({ disputed: 3 });
});

test('two owners may send the same file: each has an import and bars of their own', async () => {
  const text = header + rows(upTo(5));
  const [anna, bert] = [
    await add(wanted('BNB', text, { owner: 'anna' })),
    await add(wanted('BNB', text, { owner: 'bert' })),
  ];
  expect(anna.id).not.toBe(bert.id);
  expect([anna, bert]).toMatchObject([{ rowsNew: 5 }, { rowsNew: 5 }]);
});
