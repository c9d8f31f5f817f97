// How much memory a large file of prices takes while it is imported, and how fast that goes:
//   DATABASE_OWNER_URL=... node dist/bench/price-import.bench.js [megabytes] [heap limit in MB]
// The import runs in a process of its own whose heap may not grow beyond the limit: it would be killed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { MikroORM } from '@mikro-orm/postgresql';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import { PriceImporter } from '../src/data/imports/price-importer.js';
import { entities } from '../src/entities.js';
import { ormOptions } from '../src/platform/database/orm-options.js';
import type { AssetId, OwnerId } from '../src/shared/ids.js';
import { minuteMs, toIso } from '../src/shared/time.js';

const [megabytes = '50', heapMegabytes = '96', isImport] = process.argv.slice(2);
const rowBytes = 80;
const rows = Math.round((Number(megabytes) * 1e6) / rowBytes);
const start = Date.parse('2015-01-01T00:00:00Z');

function* text() {
  yield Buffer.from('date,open,high,low,close,volume\n');
  let chunk = '';
  for (let i = 0; i < rows; i++) {
    const close = (100 + (i % 97) / 7).toFixed(8);
    chunk += `${toIso(start + i * minuteMs)},${close},${close},${close},${close},${i}\n`;
    if (chunk.length < 64 * 1024) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

async function importFile(url: string): Promise<void> {
  const orm = await MikroORM.init(ormOptions({ url, poolMax: 4 }, entities));
  const em = orm.em.fork();
  const series = {
    assetId: 'BENCH' as AssetId,
    interval: '1m',
    source: 'csv:bench',
    quoteCurrency: 'USD',
    adjustment: 'raw',
  } as const;
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, getHeapStatistics().used_heap_size)), 20);
  try {
    const read = () => Readable.from(text(), { objectMode: false });
    const sha256 = createHash('sha256').update(String(Date.now())).digest('hex');
    const file = { name: 'bench.csv', bytes: rows * rowBytes, sha256, beginning: Buffer.from('date'), read };
    const begin = performance.now();
    const importer = new PriceImporter(em, new CandleRepository(em));
    const { row } = await importer.add({ ownerId: 'bench' as OwnerId, assetClass: 'crypto', series, file });
    const { rowsNew } = row;
    const seconds = (performance.now() - begin) / 1_000;
    console.log(
      `${megabytes} MB, ${rowsNew.toLocaleString('en')} bars in ${seconds.toFixed(1)} s, ` +
        `${Math.round(rowsNew / seconds).toLocaleString('en')} rows/s; ` +
        `heap at most ${Math.round(most / 1e6)} MB, goal below ${heapMegabytes} MB met`,
    );
  } finally {
    clearInterval(watch);
    await em.execute(`delete from candle where asset_id = 'BENCH'`);
    // what was deleted would lie in the way of the next run
    await em.execute('vacuum candle');
    await em.execute(`delete from price_import where asset_id = 'BENCH'`);
    await em.execute(`delete from private_source where source = 'csv:bench'`);
    await orm.close(true);
  }
}

if (isImport === undefined) {
  const self = fileURLToPath(import.meta.url);
  const flags = [`--max-old-space-size=${heapMegabytes}`, self, megabytes, heapMegabytes, 'import'];
  const { status, signal } = spawnSync(process.execPath, flags, { stdio: 'inherit' });
  if (status !== 0) {
    console.log(`goal below ${heapMegabytes} MB MISSED: the import ended with ${signal ?? status}`);
    process.exitCode = 1;
  }
} else {
  const url = process.env['DATABASE_OWNER_URL'];
  if (!url) throw new Error('DATABASE_OWNER_URL is not set');
  await importFile(url);
}
