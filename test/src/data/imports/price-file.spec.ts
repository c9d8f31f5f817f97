import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { isGzip, PriceFile, PriceFileError, unpacked } from '../../../../src/data/imports/price-file.js';
import type { AssetClass } from '../../../../src/data/domain/asset.js';
import type { Candle, Interval } from '../../../../src/data/domain/candle.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const now = Date.parse('2026-01-01T12:00:00Z');
const header = 'date,open,high,low,close,volume\n';
const start = Date.parse('2020-01-01T00:00:00Z');
const line = (day: number, close = '2') => `${utcDate(start + day * dayMs)},${close},${close},${close},${close},10\n`;

const fileOf = (
  bytes: string | Buffer,
  over: { interval?: Interval; mostBytes?: number; assetClass?: AssetClass } = {},
) => {
  const buffer = Buffer.from(bytes);
  const { interval = '1d', mostBytes = 1_000_000, assetClass = 'crypto' } = over;
  const text = unpacked(Readable.from([buffer], { objectMode: false }), isGzip(buffer), mostBytes);
  return new PriceFile(text, assetClass, interval, now);
};
async function read(file: PriceFile): Promise<Candle[]> {
  const bars: Candle[] = [];
  for await (const part of file.parts()) bars.push(...part);
  return bars;
}

test('reads the bars of a file with the texts that stand in it', async () => {
  const file = fileOf(`${header}2020-01-01,1.10,2,1,1.50000000,7\n"2020-01-02", "1.5" ,2,1,1.6,0\n\n`);
  expect(await read(file)).toEqual([
    { openTime: start, open: '1.10', high: '2', low: '1', close: '1.50000000', volume: '7' },
    // a volume of 0 means that nobody counted
    { openTime: start + dayMs, open: '1.5', high: '2', low: '1', close: '1.6', volume: null },
  ]);
  expect(file).toMatchObject({
    rowsRead: 2,
    rowsRefused: 0,
    refused: [],
    firstOpenTime: start,
    lastOpenTime: start + dayMs,
  });
});

test('reads a packed file by its bytes, whatever it is called', async () => {
  expect(await read(fileOf(gzipSync(header + line(0) + line(1))))).toHaveLength(2);
});

test('tells each line that it does not believe, with field and value, and keeps the others', async () => {
  const file = fileOf(
    [
      header.trim(),
      line(0).trim(),
      'yesterday,1,2,1,1.5,7',
      '2020-01-02,1,2,1,NaN,7',
      '2020-01-02,1,2,1,"1,234.5",7',
      '2020-01-02,1,2,1',
      '2020-01-02,-1,2,1,1.5,7',
      '2020-01-02,1,1,2,1.5,7',
      '2020-01-02,1,2,1,1e999,7',
      '2020-01-02,1,2,1,1.5,-7',
      line(1).trim(),
      line(1).trim(),
      '2035-01-01,1,2,1,1.5,7',
      `2020-01-03,1,2,1,1.5,7${' '.repeat(5_000)}`,
      '2020-01-03,1,2,1,\u0000\ud800,7',
      line(2).trim(),
    ].join('\r\n'),
  );
  expect(await read(file)).toHaveLength(3);
  expect(file).toMatchObject({ rowsRead: 3, rowsRefused: 12 });
  expect(file.refused).toEqual([
    { line: 3, field: 'date', value: 'yesterday', reason: expect.stringContaining('date "yesterday" is not a') },
    { line: 4, field: 'close', value: 'NaN', reason: 'close "NaN" is not a number' },
    { line: 5, field: null, value: '2020-01-02,1,2,1,"1,234.5",7', reason: '7 fields instead of 6' },
    { line: 6, field: null, value: '2020-01-02,1,2,1', reason: '4 fields instead of 6' },
    { line: 7, field: 'open', value: '-1', reason: 'open -1 is not positive' },
    { line: 8, field: 'high', value: '1', reason: 'high 1 is below low 2' },
    { line: 9, field: 'close', value: '1e999', reason: 'close "1e999" is not a number' },
    { line: 10, field: 'volume', value: '-7', reason: 'volume -7 is negative' },
    { line: 12, field: 'date', value: '2020-01-02', reason: 'date 2020-01-02T00:00:00Z stands there twice' },
    { line: 13, field: 'date', value: '2035-01-01', reason: 'date 2035-01-01 is after today (2026-01-01)' },
    {
      line: 14,
      field: null,
      value: expect.stringMatching(/^2020-01-03,1,2,1,1.5,7 +…$/),
      reason: 'has more than 4096 characters',
    },
    { line: 15, field: 'close', value: '\u{FFFD}\u{FFFD}', reason: 'close "\u{FFFD}\u{FFFD}" is not a number' },
  ]);
});

test('hours of a coin begin at 00:00, of a share at the opening; a stamp between is refused', async () => {
  const hours = `${header}2025-01-06T14:00:00Z,1,2,1,1.5,7\n2025-01-06T14:30:00Z,1,2,1,1.5,7\n`;
  const coin = fileOf(hours, { interval: '1h' });
  expect((await read(coin)).map(({ openTime }) => openTime)).toEqual([Date.parse('2025-01-06T14:00:00Z')]);
  expect(coin.refused).toEqual([
    {
      line: 3,
      field: 'date',
      value: '2025-01-06T14:30:00Z',
      reason: 'date 2025-01-06T14:30:00Z is no start of a bar of 1h',
    },
  ]);
  const share = fileOf(hours, { interval: '1h', assetClass: 'etf' });
  expect((await read(share)).map(({ openTime }) => openTime)).toEqual([Date.parse('2025-01-06T14:30:00Z')]);
});

test('tells the first hundred refused lines and counts all', async () => {
  const bad = Array.from({ length: 1_000 }, (_, i) => line(i, `x${i}`)).join('');
  const file = fileOf(header + bad + line(1_001));
  expect(await read(file)).toHaveLength(1);
  expect(file.rowsRefused).toBe(1_000);
  expect(file.refused.map(({ line: at }) => at)).toEqual(Array.from({ length: 100 }, (_, i) => i + 2));
});

test.each<[string, string | Buffer, Partial<PriceFileError>]>([
  ['an empty file', '', { message: 'is empty: the header date,open,high,low,close,volume is missing' }],
  [
    'another header',
    'Date,Close\n1,2\n',
    { message: 'does not begin with the header date,open,high,low,close,volume', value: 'Date,Close' },
  ],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), { value: '\u{FFFD}PNG\u{FFFD}\u{FFFD}\u{FFFD}' }],
  ['UTF-16', Buffer.from(`\u{FEFF}${header}`, 'utf16le'), { message: expect.stringContaining('does not begin with') }],
  [
    'half an archive',
    gzipSync(header + line(0)).subarray(0, 40),
    { message: 'is a damaged or incomplete gzip file', value: 'Z_BUF_ERROR' },
  ],
  [
    'a damaged archive',
    Buffer.concat([gzipSync(header).subarray(0, 12), Buffer.alloc(20, 0xff)]),
    { message: 'is a damaged or incomplete gzip file' },
  ],
])('%s is no file of prices, and says why', async (_what, bytes, why) => {
  const failure = await read(fileOf(bytes)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PriceFileError);
  expect(failure).toMatchObject(why);
});

test('another unit from some row on refuses the file, naming the line', async () => {
  const file = fileOf(header + line(0) + line(1) + line(2, '200') + line(3, '201'));
  await expect(read(file)).rejects.toMatchObject({
    name: 'UnitChangedError',
    message: 'line 4: close 200 is a hundredfold of 2 beside it, or its hundredth: the unit changed',
  });
});

test('a small archive that unpacks to a large text is refused at the limit, and not unpacked further', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x61));
  expect(bomb.length).toBeLessThan(100_000);
  const failure = await read(fileOf(bomb)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'PriceFileError', message: 'has more than 1000000 bytes, unpacked' });
});

test('a reader that stops early closes the file', async () => {
  const bytes = Readable.from(
    (async function* () {
      yield Buffer.from(header);
      for (let day = 0; ; day++) yield Buffer.from(line(day % 2_000));
    })(),
    { objectMode: false },
  );
  const file = new PriceFile(unpacked(bytes, false, 1e9), 'crypto', '1d', now, { rows: 100, ahead: 10 });
  for await (const part of file.parts()) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  expect(bytes.destroyed).toBe(true);
});
