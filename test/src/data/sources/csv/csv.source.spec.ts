import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { csv } from '../../../../../src/data/sources/csv/csv.source.js';
import { HttpSourceIo } from '../../../../../src/data/sources/http-source-io.js';
import type { Interval } from '../../../../../src/data/domain/candle.js';
import { assetOf } from '../../../../../tools/faults/corruption/fixtures.js';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'csv-source-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const now = Date.parse('2025-02-01T00:00:00Z');
const io = new HttpSourceIo({ signal: new AbortController().signal, now: () => now });
const rows = (...lines: string[]) => `${['date,open,high,low,close,volume', ...lines].join('\n')}\n`;
const first = '2025-01-01,1,2,0.5,1.5,10';
const second = '2025-01-02,1.5,2,1,1.75,0';

function folder(name: string, files: Record<string, string | Buffer>): string {
  const at = path.join(root, name);
  fs.mkdirSync(at, { recursive: true });
  for (const [file, content] of Object.entries(files)) fs.writeFileSync(path.join(at, file), content);
  return at;
}
const sources = (...folders: string[]) => csv.open({ FKS_PRICES: folders.join(path.delimiter) });
const ask = async (at: string, asset: string, from: number | null = null, to = now, interval: Interval = '1d') => {
  const outcome = await sources(at)[0]!.candles({ asset: assetOf(asset), interval, from, to }, io);
  if (outcome.kind !== 'ok') return outcome;
  const { candles, ...rest } = outcome.value;
  return { ...rest, closes: candles.map(({ close }) => close), volumes: candles.map(({ volume }) => volume) };
};

test('each folder is a source of its own, named by its last part', () => {
  const [a, b] = [folder('a/x', {}), folder('b/y', {})];
  expect(sources(`${a}/`, b).map(({ id }) => id)).toEqual(['csv:x', 'csv:y']);
});

test('refuses at the start what could not be told apart or read', () => {
  const [a, b] = [folder('a/x', {}), folder('b/x', {})];
  expect(() => sources(a, b)).toThrow(`the price folders ${a} and ${b} would both be the source csv:x: rename one`);
  expect(() => sources(path.join(root, 'none'))).toThrow(/is not there or is no folder$/);
  expect(() => sources('coins,stocks')).toThrow(/coins,stocks is not there .*; several folders are separated by ":"$/);
  expect(() => sources(folder('j', { 'folder.json': '{' }))).toThrow('folder.json is no JSON');
  expect(() => sources(folder('k', { 'folder.json': '{"quote":"EUR"}' }))).toThrow(/folder\.json: quote: /);
  expect(() => sources(folder('l', { 'folder.json': '{"qoute":"USD"}' }))).toThrow(/folder\.json: .*qoute/);
});

test('a folder that only holds folders is refused, one that is still empty is not', () => {
  folder('all/coins', { 'BTC.csv': rows(first) });
  expect(() => sources(path.join(root, 'all'))).toThrow(/all holds folders \(coins\) and no price file: name those$/);
  folder('all', { 'ETH.csv.gz': gzipSync(rows(first)) });
  expect(sources(path.join(root, 'all'))).toHaveLength(1);
  expect(sources(folder('none', {}))).toHaveLength(1);
});

test('the name of the file tells the quote currency, the folder the rest', async () => {
  const at = folder('mixed', {
    'folder.json': '{"quote":"USDT","adjustment":"split"}',
    'BTC.csv': rows(first),
    'ETH-USD.csv': rows(first),
    'SOLUSDT.csv': rows(first),
  });
  expect(await ask(at, 'BTC')).toMatchObject({ quoteCurrency: 'USDT', adjustment: 'split' });
  expect(await ask(at, 'ETH')).toMatchObject({ quoteCurrency: 'USD', adjustment: 'split' });
  expect(await ask(at, 'SOL')).toMatchObject({ quoteCurrency: 'USDT' });
  expect(await ask(folder('plain', { 'BTC.csv': rows(first) }), 'BTC')).toMatchObject({
    quoteCurrency: 'USD',
    adjustment: 'unknown',
  });
});

test('reads gzip, a byte order mark, CRLF, quotes and upper-case headers', async () => {
  const at = folder('odd', {
    'BTC.csv.gz': gzipSync(rows(first, second)),
    'ETH.csv': `\ufeffDate,Open,High,Low,Close,Volume\r\n"2025-01-01","1","2","0.5","1.5","10"\r\n`,
  });
  expect(await ask(at, 'BTC')).toMatchObject({ closes: ['1.5', '1.75'], volumes: ['10', null] });
  expect(await ask(at, 'ETH')).toMatchObject({ closes: ['1.5'], rowsRefused: 0 });
});

test('a volume of 0, or none, is unknown; any other stays as printed', async () => {
  const at = folder('v', {
    'BTC.csv': rows('2025-01-01,1,2,0.5,1.5,0.0', '2025-01-02,1,2,0.5,1.5,', '2025-01-03,1,2,0.5,1.5,0.001'),
  });
  expect(await ask(at, 'BTC')).toMatchObject({ volumes: [null, null, '0.001'] });
});

test('a stray quote costs its own row', async () => {
  const at = folder('q', { 'BTC.csv': rows(first, '2025-01-02,"1.5,2,1,1.75,3', '2025-01-03,1,2,0.5,1.25,1') });
  expect(await ask(at, 'BTC')).toMatchObject({
    closes: ['1.5', '1.25'],
    refused: [{ where: 'BTC.csv:3', reason: 'open ""1.5" is not a number' }],
  });
});

test('a file may run from the newest row down', async () => {
  const day = (n: number, close = '1.5') => `2025-01-0${n},1,2,0.5,${close},1`;
  const at = folder('down', {
    'BTC.csv': rows(day(4, '1.4'), day(3, '1.3'), day(2, '1.2'), day(1, '1.1')),
    // a row twice, and one that is not where its date belongs
    'ETH.csv': rows(
      day(5, '1.5'),
      day(4, '1.4'),
      day(4, '1.9'),
      day(3, '1.3'),
      day(8, '1.8'),
      day(2, '1.2'),
      day(1, '1.1'),
    ),
  });
  expect(await ask(at, 'BTC')).toMatchObject({ closes: ['1.1', '1.2', '1.3', '1.4'], refused: [] });
  expect(await ask(at, 'ETH')).toMatchObject({
    closes: ['1.1', '1.2', '1.3', '1.9', '1.5'],
    refused: [
      { where: 'ETH.csv:3', reason: 'date 2025-01-04T00:00:00Z stands there twice' },
      { where: 'ETH.csv:6', reason: 'date 2025-01-08T00:00:00Z is out of order' },
    ],
  });
});

test('gives the asked window only', async () => {
  const at = folder('w', { 'BTC.csv': rows(first, second) });
  const day = Date.parse('2025-01-02T00:00:00Z');
  expect(await ask(at, 'BTC', day)).toMatchObject({ closes: ['1.75'] });
  expect(await ask(at, 'BTC', null, day)).toMatchObject({ closes: ['1.5'] });
});

test.each([
  ['an empty file', '', 'BTC.csv is empty: the header date,open,high,low,close,volume is missing'],
  [
    'no header',
    `${first}\n`,
    'BTC.csv:1 is "2025-01-01,1,2,0.5,1.5,10" instead of the header date,open,high,low,close,volume',
  ],
  ['a line without end', rows('x'.repeat(10_000)), 'BTC.csv is no CSV: '],
])('calls %s a bad answer that names the file', async (_, content, why) => {
  expect(await ask(folder('bad', { 'BTC.csv': content }), 'BTC')).toEqual({
    kind: 'badAnswer',
    why: expect.stringContaining(why),
  });
});

test('a damaged archive is a bad answer, a folder that went away is unavailable', async () => {
  const at = folder('gone', { 'BTC.csv.gz': 'no gzip' });
  expect(await ask(at, 'BTC')).toEqual({ kind: 'badAnswer', why: 'BTC.csv.gz is no gzip file: Z_DATA_ERROR' });
  const cut = gzipSync(rows(first, second));
  fs.writeFileSync(path.join(at, 'ETH.csv.gz'), cut.subarray(0, cut.length - 12));
  expect(await ask(at, 'ETH')).toMatchObject({ kind: 'badAnswer' });
  const source = sources(at)[0]!;
  fs.rmSync(at, { recursive: true });
  expect(await source.candles({ asset: assetOf('BTC'), interval: '1d', from: null, to: now }, io)).toEqual({
    kind: 'unavailable',
    why: 'folder gone: ENOENT',
  });
});

test('a file with no good row is a bad answer that names the first', async () => {
  expect(await ask(folder('n', { 'BTC.csv': rows('2025-01-01,1,2,0.5,9,10') }), 'BTC')).toEqual({
    kind: 'badAnswer',
    why: 'all 1 rows refused, the first: BTC.csv:2 close 9 is above high 2',
  });
});

test('the row of the running day is left out without complaint, one of tomorrow is refused', async () => {
  const at = folder('today', { 'BTC.csv': rows(first, '2025-02-01,1,2,0.5,1.5,1', '2025-02-02,1,2,0.5,1.5,1') });
  expect(await ask(at, 'BTC')).toMatchObject({
    closes: ['1.5'],
    refused: [{ where: 'BTC.csv:4', reason: 'date 2025-02-02 is after today (2025-02-01)' }],
  });
});

test('a folder named like an owner is refused: csv:local is what the owner imported', () => {
  expect(() => sources(folder('x/local', {}))).toThrow(/x\/local would be csv:local, an owner's import: rename it$/);
});

describe('bars within a day', () => {
  const hour = (n: number, close = '1.5') => `2025-01-01T0${n}:00:00Z,1,2,0.5,${close},1`;

  test('stand in files named by the interval', async () => {
    const at = folder('hourly', {
      'BTCUSDT-1h.csv.gz': gzipSync(rows(hour(0, '1.1'), hour(1, '1.2'))),
      'BTC.csv': rows(first),
      'ETH-1h.csv': rows(hour(0)),
    });
    expect(await ask(at, 'BTC', null, now, '1h')).toMatchObject({ quoteCurrency: 'USDT', closes: ['1.1', '1.2'] });
    expect(await ask(at, 'BTC')).toMatchObject({ quoteCurrency: 'USD', closes: ['1.5'] });
    expect(await ask(at, 'ETH', null, now, '1h')).toMatchObject({ closes: ['1.5'] });
    expect(await ask(at, 'ETH')).toEqual({ kind: 'notOffered', why: 'has no file of ETH in 1d' });
  });

  test('may be spread over several files, whatever their names; of a file and its archive one is read', async () => {
    const minute = (n: number, close: string) => `2025-01-01 00:0${n},1,2,0.5,${close},1`;
    const at = folder('minutes', {
      'BTCUSD-1m-b.csv': rows(minute(0, '1.1'), minute(1, '1.2')),
      'BTCUSD-1m-a.csv.gz': gzipSync(rows(minute(2, '1.3'), minute(1, '1.9'))),
      'BTCUSD-1m-b.csv.gz': 'never read',
    });
    expect(await ask(at, 'BTC', null, now, '1m')).toMatchObject({
      closes: ['1.1', '1.2', '1.3'],
      refused: [{ where: 'BTCUSD-1m-a.csv.gz:3', reason: 'date 2025-01-01T00:01:00Z stands there twice' }],
    });
  });

  test('of stocks lie in the session of the exchange', async () => {
    const at = folder('spy', {
      'SPY-5m-2025.csv': rows('2025-01-06T14:25:00Z,1,2,0.5,1.5,0', '2025-01-06T14:30:00Z,1,2,0.5,1.6,7'),
    });
    expect(await ask(at, 'SPY', null, now, '5m')).toMatchObject({
      closes: ['1.6'],
      refused: [{ reason: 'open time 1736173500000 is no start of a bar of 5m' }],
    });
  });

  test('a pair without a hyphen is the name of a coin, never of a stock', async () => {
    const at = folder('busd', { 'VUSD.csv': rows(first) });
    expect(await ask(at, 'V')).toEqual({ kind: 'unknownAsset' });
  });
});

test('of a long file only the rows of the window are kept', async () => {
  const minutes = Array.from({ length: 20_000 }, (_, i) => {
    const time = new Date(Date.parse('2025-01-01T00:00:00Z') + i * 60_000).toISOString();
    return `${time},1,2,0.5,1.5,1`;
  });
  const at = folder('long', { 'BTC-1m.csv': rows(...minutes) });
  const from = Date.parse('2025-01-14T00:00:00Z');
  const answer = await ask(at, 'BTC', from, from + 3 * 60_000, '1m');
  expect(answer).toMatchObject({ closes: ['1.5', '1.5', '1.5'], refused: [] });
});
