import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { AssetCollection } from '../../../../src/data/data.contract.js';
import { HttpSourceIo } from '../../../../src/data/sources/http-source-io.js';
import { sourcesInOrder } from '../../../../src/data/sources/registry.js';
import { Fault } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { startMarketSimulator, type MarketSimulator } from '../../../../tools/market-simulator/server.js';
import { collectionParts } from '../../../support/collecting.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { simulatedSources } from '../../../support/simulated-sources.js';

const asOf = '2025-06-01T00:00:00Z';
const klines = '/api/v3/klines';
const charts = '/v8/finance/chart';

let database: TestDatabase;
let orm: MikroORM;
let simulator: MarketSimulator;
let folder: string;
beforeEach(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  simulator = await startMarketSimulator({ seed: 11 });
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
});
afterEach(async () => {
  await simulator.stop();
  await orm.close(true);
  await database.drop();
  fs.rmSync(folder, { recursive: true });
});

const asked: string[] = [];
const sourcesOf = (order: readonly string[]) =>
  sourcesInOrder(order, { FKS_PRICES: folder, ...simulatedSources(simulator.url) });
const io = () => new HttpSourceIo({ signal: new AbortController().signal, onRequest: (url) => asked.push(url) });
/** The collection of an asset, again after each fault that another attempt soon is worth it for. */
async function collect(
  assetId: string,
  order = ['csv', 'binance', 'yahoofinance'],
  at = asOf,
): Promise<AssetCollection> {
  const { collector } = collectionParts(orm, sourcesOf(order));
  const input = { collectionId: randomUUID(), assetId: assetId as AssetId, interval: '1d', asOf: at } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      return await collector.collect(input, io(), () => undefined);
    } catch (error) {
      if (!(error instanceof Fault) || attempt === 4) throw error;
    }
  }
}
const start = (url: string | undefined) => new URL(url!).searchParams.get('startTime');

test('collects 800 days from two sources, and the report says what each one said', async () => {
  expect(await collect('BTC')).toEqual({
    assetId: 'BTC',
    interval: '1d',
    series: {
      assetId: 'BTC',
      interval: '1d',
      source: 'simulated:binance:11',
      quoteCurrency: 'USDT',
      adjustment: 'raw',
    },
    simulated: true,
    rowsRead: 1600,
    rowsNew: 1600,
    rowsRevised: 0,
    rowsRefused: 0,
    refused: [],
    rowsStored: 800,
    firstOpenTime: '2023-03-24T00:00:00Z',
    lastOpenTime: '2025-05-31T00:00:00Z',
    attempts: [
      { source: `csv:${path.basename(folder)}`, outcome: 'unknownAsset', milliseconds: expect.any(Number) },
      { source: 'binance', outcome: 'ok', milliseconds: expect.any(Number) },
      { source: 'yahoofinance', outcome: 'ok', milliseconds: expect.any(Number) },
    ],
    votes: 2,
    disputedBars: 0,
    missingBars: 0,
    wantedFrom: '2023-03-24T00:00:00Z',
    missingBeforeFirst: 0,
    whyNotEarlier: null,
    fresh: true,
  });
});

test('asks again from the last stored bar only; an earlier as-of, or a hole, asks for its own history', async () => {
  await collect('BTC', ['binance']);
  asked.length = 0;
  const later = '2025-06-04T00:00:00Z';
  expect(await collect('BTC', ['binance'], later)).toMatchObject({ rowsRead: 4, rowsNew: 3, rowsStored: 803 });
  expect(asked.map(start)).toEqual([String(Date.parse('2025-05-31T00:00:00Z'))]);

  const years = await collect('BTC', ['binance'], '2021-01-01T00:00:00Z');
  expect(years).toMatchObject({ rowsRead: 800, rowsNew: 800, lastOpenTime: '2025-06-03T00:00:00Z' });
  // the part up to 2020-12-31 is there: asked from its last bar on
  expect(await collect('BTC', ['binance'], '2022-06-01T00:00:00Z')).toMatchObject({ rowsRead: 517, rowsNew: 516 });
  // a hole from 2022-06-01 to 2023-03-23, 296 days: from there on, because the stored bars behind it are few
  expect(await collect('BTC', ['binance'], '2023-08-01T00:00:00Z')).toMatchObject({
    rowsRead: 426,
    rowsNew: 296,
    rowsRevised: 0,
  });
});

test('the whole file of a folder is stored, whatever the as-of', async () => {
  const rows = ['2020-01-02,1,2,0.5,1.5,0', '2020-01-03,1,2,0.5,9,1', '2025-07-01,1,2,0.5,1.75,1'];
  fs.writeFileSync(path.join(folder, 'GLD.csv'), ['date,open,high,low,close,volume', ...rows].join('\n'));
  expect(await collect('GLD', ['csv'])).toMatchObject({
    series: { source: `csv:${path.basename(folder)}`, quoteCurrency: 'USD', adjustment: 'unknown' },
    simulated: false,
    rowsRead: 2,
    rowsNew: 2,
    rowsStored: 2,
    rowsRefused: 1,
    refused: [{ where: 'GLD.csv:3', reason: 'close 9 is above high 2' }],
    attempts: [{ outcome: 'ok', detail: '2 bars, 1 rows refused; the last bar ended 2020-01-03T00:00:00Z' }],
    fresh: false,
  });
  expect(await collect('GLD', ['csv'])).toMatchObject({ rowsRead: 2, rowsNew: 0, rowsRevised: 0, rowsStored: 2 });
});

test('D30: goes on to the next source when one is away, limited, or answers nonsense', async () => {
  const answers = { '500': 'unavailable', '429': 'rateLimited', html: 'badAnswer', cut: 'unavailable' } as const;
  for (const [kind, outcome] of Object.entries(answers)) {
    // longer than any attempt waits, so that the source is left
    simulator.fault({ route: klines, kind: kind as keyof typeof answers, count: 3, retryAfterSeconds: 3_600 });
    expect(await collect('ETH', ['binance', 'yahoofinance'])).toMatchObject({
      series: { source: 'simulated:yahoofinance:11', quoteCurrency: 'USD' },
      attempts: [
        { source: 'binance', outcome },
        { source: 'yahoofinance', outcome: 'ok' },
      ],
      votes: 1,
      fresh: true,
    });
    simulator.clearFaults();
    await orm.em.fork().execute('delete from source_state');
  }
});

test('D30: an asset is asked for by its venue spelling, and a source that does not have it is not asked', async () => {
  asked.length = 0;
  const collected = await collect('LTC', ['binance', 'yahoofinance', 'polygon']);
  expect(collected).toMatchObject({ series: { source: 'simulated:binance:11' }, votes: 2 });
  expect(asked.map((url) => new URL(url).pathname)).toContain('/v8/finance/chart/LTC-USD');
  // Yahoo's UNI-USD is another coin
  asked.length = 0;
  await collect('UNI', ['yahoofinance']);
  expect(asked.map((url) => new URL(url).pathname)).toEqual(['/v8/finance/chart/UNI7083-USD']);
  asked.length = 0;
  expect(await collect('AVAX', ['polygon'])).toMatchObject({
    series: null,
    attempts: [{ source: 'polygon', outcome: 'unknownAsset', milliseconds: 0 }],
  });
  expect(asked).toEqual([]);
});

test('D30: the order of the asset is the order in which its sources are asked', async () => {
  const { assets, em } = collectionParts(orm, []);
  await assets.catalogue();
  await em.execute(`update asset set source_order = '["yahoofinance", "binance"]' where id = 'BTC'`);
  const { attempts, series } = await collect('BTC', ['binance', 'yahoofinance']);
  expect(attempts.map(({ source }) => source)).toEqual(['yahoofinance', 'binance']);
  expect(series?.source).toBe('simulated:yahoofinance:11');
});

test('refused rows do not keep the others out', async () => {
  simulator.fault({ route: klines, kind: 'nan' });
  expect(await collect('BTC', ['binance'])).toMatchObject({
    rowsRead: 799,
    rowsRefused: 1,
    refused: [{ where: 'binance klines[400]', reason: 'open "NaN" is not a number' }],
    missingBars: 1,
    fresh: true,
  });
});

test('is worth another attempt when no source delivered and one could not be asked', async () => {
  simulator.fault({ route: klines, kind: '429', retryAfterSeconds: 3_600 });
  simulator.fault({ route: charts, kind: '500', count: 12 });
  await expect(collect('BTC', ['binance', 'yahoofinance'])).rejects.toMatchObject({
    type: 'SourceUnavailable',
    retryable: true,
    message: expect.stringMatching(
      /^no prices of BTC: binance rateLimited \(.+\); yahoofinance unavailable \(status 500\)$/,
    ),
  });
  // one source does not have it, the other could not be asked: it may have it
  await expect(collect('SPY', ['csv', 'binance', 'yahoofinance'])).rejects.toMatchObject({ type: 'SourceUnavailable' });
});

test('that no source has an asset is an outcome', async () => {
  expect(await collect('SPY', ['csv', 'binance'])).toMatchObject({
    series: null,
    rowsStored: 0,
    attempts: [
      { source: `csv:${path.basename(folder)}`, outcome: 'unknownAsset' },
      { source: 'binance', outcome: 'notOffered', detail: 'has no etf prices', milliseconds: 0 },
    ],
  });
});

/** A file of 900 days from 2023-01-01 on, weekdays only for a stock. */
function writePrices(into: string, assetId: string, factor = 1, isStock = false): void {
  const rows = Array.from({ length: 900 }, (_, i) => new Date(Date.parse('2023-01-01T00:00:00Z') + i * dayMs))
    .filter((date) => !isStock || ![0, 6].includes(date.getUTCDay()))
    .map((date) => `${date.toISOString().slice(0, 10)},${[8, 16, 4, 12].map((price) => price * factor).join(',')},1`);
  fs.writeFileSync(path.join(into, `${assetId}.csv`), ['date,open,high,low,close,volume', ...rows].join('\n'));
}
/** Replaces the simulator by one at the same address. */
async function serve(options: Parameters<typeof startMarketSimulator>[0]): Promise<void> {
  await simulator.stop();
  simulator = await startMarketSimulator({ ...options, port: simulator.port });
}

test('prices that are adjusted for splits are asked for whole: a split revises all of them', async () => {
  const real = fs.mkdtempSync(path.join(os.tmpdir(), 'real-'));
  writePrices(real, 'GLD', 1, true);
  await serve({ prices: [real] });
  const first = await collect('GLD', ['yahoofinance']);
  expect(first).toMatchObject({ series: { source: 'yahoofinance', adjustment: 'split' }, rowsRevised: 0 });
  // four new shares for one
  writePrices(real, 'GLD', 0.25, true);
  await serve({ prices: [real] });
  const second = await collect('GLD', ['yahoofinance'], '2025-06-03T00:00:00Z');
  // 800 days to 2025-06-03 begin on 2023-03-25, a Saturday: 570 weekdays; Friday the 24th is outside the window
  expect(second).toMatchObject({ rowsRead: 571, rowsNew: 1, rowsRevised: 570 });
  const stored = await collectionParts(orm, []).candles.closedBars(second.series!, null, { last: 571 });
  expect(new Set(stored.map(({ close }) => Number(close)))).toEqual(new Set([3]));
  fs.rmSync(real, { recursive: true });
});

test('worlds of different seeds are different sources', async () => {
  const first = await collect('BTC', ['binance']);
  await serve({ seed: 12 });
  const second = await collect('BTC', ['binance']);
  expect(second).toMatchObject({ series: { source: 'simulated:binance:12' }, rowsRead: 800, rowsNew: 800 });
  const lastClose = async ({ series }: typeof first) =>
    (await collectionParts(orm, []).candles.closedBars(series!, null, { last: 1 }))[0]!.close;
  expect(await lastClose(second)).not.toBe(await lastClose(first));
});

test('a source that ended long ago is no reason to leave the next one unasked', async () => {
  const csv = `csv:${path.basename(folder)}`;
  const write = (...dates: string[]) =>
    fs.writeFileSync(
      path.join(folder, 'GLD.csv'),
      ['date,open,high,low,close,volume', ...dates.map((date) => `${date},1,2,0.5,1.5,1`)].join('\n'),
    );
  write('2025-05-22', '2026-01-02');
  expect(await collect('GLD')).toMatchObject({
    series: { source: 'simulated:yahoofinance:11' },
    attempts: [
      { source: csv, outcome: 'ok', detail: 'the last bar ended 2025-05-23T00:00:00Z' },
      { source: 'yahoofinance', outcome: 'ok' },
      { source: 'binance', outcome: 'notOffered' },
    ],
    votes: 1,
  });
  // nobody has a later bar: of stopped sources the one that goes furthest
  simulator.fault({ route: charts, kind: '500', count: 6 });
  expect(await collect('GLD', ['csv', 'yahoofinance'])).toMatchObject({
    series: { source: csv },
    rowsRead: 2,
    attempts: [{ source: csv }, { source: 'yahoofinance', outcome: 'unavailable' }],
    votes: 0,
    fresh: false,
  });
  write('2026-01-02');
  expect(await collect('GLD', ['csv', 'yahoofinance'])).toMatchObject({
    series: { source: csv },
    attempts: [{ detail: 'no bar ended by the as-of' }, { source: 'yahoofinance' }],
  });
});

test('what is stored answers for a source that cannot be asked when it leaves nothing to ask for', async () => {
  const real = fs.mkdtempSync(path.join(os.tmpdir(), 'real-'));
  writePrices(real, 'BTC');
  await serve({ prices: [real] });
  await collect('BTC', ['binance']);
  simulator.fault({ route: klines, kind: '500', count: 12 });
  expect(await collect('BTC', ['binance'])).toMatchObject({
    series: { source: 'binance' },
    simulated: false,
    rowsRead: 0,
    rowsNew: 0,
    rowsStored: 800,
    lastOpenTime: '2025-05-31T00:00:00Z',
    attempts: [
      {
        source: 'binance',
        outcome: 'unavailable',
        detail: 'status 500; what is stored of it leaves nothing to ask for',
      },
    ],
    votes: 1,
    fresh: true,
  });
  // the bar of 1 June is missing
  await expect(collect('BTC', ['binance'], '2025-06-02T00:00:00Z')).rejects.toMatchObject({
    type: 'SourceUnavailable',
  });
  fs.rmSync(real, { recursive: true });
});

test('a simulated history does not answer for a source that cannot be asked', async () => {
  await collect('BTC', ['binance']);
  simulator.fault({ route: klines, kind: '500', count: 12 });
  await expect(collect('BTC', ['binance'])).rejects.toMatchObject({ type: 'SourceUnavailable' });
});

test('a simulated history is no reason to ask the real source for less', async () => {
  await collect('BTC', ['binance']);
  const real = fs.mkdtempSync(path.join(os.tmpdir(), 'real-'));
  writePrices(real, 'BTC');
  // the same address serves real prices now
  await serve({ prices: [real] });
  expect(await collect('BTC', ['binance'])).toMatchObject({
    series: { source: 'binance' },
    simulated: false,
    rowsRead: 800,
    rowsNew: 800,
  });
  fs.rmSync(real, { recursive: true });
});

test('under spot perpetual prices are a cross-check, under perpetual spot ones stand in', async () => {
  const order = ['fks_data', 'binance', 'yahoofinance'];
  const under = async (basis: 'spot' | 'perpetual', sources: string[]) => {
    const { collector } = collectionParts(orm, sourcesOf(sources), basis);
    const input = { collectionId: randomUUID(), assetId: 'BTC' as AssetId, interval: '1d', asOf } as const;
    const { attempts, series, votes } = await collector.collect(input, io(), () => undefined);
    return { asked: attempts.map(({ source }) => source), source: series?.source, votes };
  };
  expect(await under('spot', order)).toMatchObject({ asked: ['binance', 'yahoofinance'], votes: 2 });
  expect(await under('spot', ['fks_data', 'binance'])).toEqual({
    asked: ['binance', 'fks_data'],
    source: 'simulated:binance:11',
    votes: 1,
  });
  expect(await under('spot', ['fks_data'])).toEqual({ asked: ['fks_data'], source: undefined, votes: 0 });
  expect(await under('perpetual', order)).toEqual({ asked: ['fks_data'], source: 'simulated:fks_data:11', votes: 1 });
  simulator.fault({ source: 'fks_data', kind: 'html' });
  expect(await under('perpetual', order)).toEqual({
    asked: ['fks_data', 'binance'],
    source: 'simulated:binance:11',
    votes: 1,
  });
});
