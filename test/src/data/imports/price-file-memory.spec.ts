import v8 from 'node:v8';
import vm from 'node:vm';
import { PriceFile } from '../../../../src/data/imports/price-file.js';
import { minuteMs, toIso } from '../../../../src/shared/time.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;
const liveHeap = () => {
  collectGarbage();
  return v8.getHeapStatistics().used_heap_size / 1e6;
};

/** Size of the file in MB; FKS_IMPORT_TEST_MB=50 and more say the same. */
const megabytes = Number(process.env['FKS_IMPORT_TEST_MB'] ?? 8);
const rowBytes = 80;
const rows = Math.round((megabytes * 1e6) / rowBytes);
const start = Date.parse('2015-01-01T00:00:00Z');

/** Every tenth row is wrong, so that refused lines are many, too. */
async function* text() {
  yield Buffer.from('date,open,high,low,close,volume\n');
  let chunk = '';
  for (let i = 0; i < rows; i++) {
    const close = (100 + (i % 97) / 7).toFixed(8);
    chunk += `${toIso(start + i * minuteMs)},${close},${close},${close},${i % 10 === 0 ? 'n/a' : close},${i}\n`;
    if (chunk.length < 64_000) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

test(`a file of ${megabytes} MB is read without being held: the live heap grows by a window of rows, not with the file`, async () => {
  const before = liveHeap();
  const file = new PriceFile(text(), 'crypto', '1m', Date.parse('2030-01-01T00:00:00Z'));
  let most = 0;
  let parts = 0;
  for await (const part of file.parts()) {
    // a collection takes long beside what there is to collect
    if (++parts % Math.ceil(megabytes / 8) === 0) most = Math.max(most, liveHeap() - before);
    expect(part.length).toBeLessThanOrEqual(5_000);
  }
  expect(file.rowsRead + file.rowsRefused).toBe(rows);
  expect(file.rowsRefused).toBe(Math.ceil(rows / 10));
  // 5,000 rows of some 600 bytes are 3 MB; the rows of 8 MB would be 60 MB, of 50 MB 380 MB
  expect(most).toBeLessThan(15);
}, 120_000);
