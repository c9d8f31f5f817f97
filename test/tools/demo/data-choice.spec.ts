import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { chooseData } from '../../../tools/demo/data-choice.js';
import type { Probe } from '../../../tools/demo/live-sources.js';
import type { DemoOptions } from '../../../tools/demo/options.js';

const now = Date.parse('2026-11-25T12:00:00Z');
const options: DemoOptions = {
  once: true,
  priceFolders: [],
  asOf: undefined,
  simulate: false,
  seed: 1,
  live: false,
  answer: 'approve',
  report: undefined,
  fresh: false,
};
const probes = (binance: boolean, yahoo: boolean) => (): Promise<Probe[]> =>
  Promise.resolve([
    { source: 'binance', reachable: binance, detail: binance ? 'answers' : 'status 451' },
    { source: 'yahoofinance', reachable: yahoo, detail: yahoo ? 'answers' : 'cannot be reached' },
  ]);
const noProbe = () => Promise.reject(new Error('no source may be asked'));

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-prices-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

/** A file with one row a day from `first` to `last`. */
function history(name: string, first: string, last: string) {
  const lines = ['date,open,high,low,close,volume'];
  for (let day = Date.parse(first); day <= Date.parse(last); day += 86_400_000) {
    lines.push(`${new Date(day).toISOString().slice(0, 10)},1,2,1,2,10`);
  }
  const text = `${lines.join('\n')}\n`;
  fs.writeFileSync(path.join(dir, name), name.endsWith('.gz') ? gzipSync(text) : text);
}

test('folders are used alone, as of the last day with a BTC bar, with the assets they have', async () => {
  history('BTC-USD.csv', '2020-01-01', '2021-07-06');
  history('ETHUSDT.csv.gz', '2020-01-01', '2021-07-06');
  history('SPY.csv', '2020-01-01', '2026-03-27');
  history('GLD.csv', '2021-07-01', '2026-03-27');
  const choice = await chooseData({ ...options, priceFolders: [dir] }, { now, probe: noProbe });
  expect(choice).toEqual({
    words: `csv:${path.basename(dir)}`,
    assets: ['BTC', 'ETH', 'SPY'],
    leftOut: [
      { asset: 'SOL', reason: 'no file in the folders' },
      { asset: 'QQQ', reason: 'no file in the folders' },
      { asset: 'GLD', reason: '6 days in the year up to 2021-07-06' },
    ],
    asOf: '2021-07-06',
    simulate: undefined,
    env: { FKS_PRICES: dir, FKS_SOURCES: 'csv' },
  });
});

test('a day that is not over is not the last one', async () => {
  for (const name of ['BTC.csv', 'SPY.csv', 'QQQ.csv']) history(name, '2026-01-01', '2026-11-25');
  const choice = await chooseData({ ...options, priceFolders: [dir] }, { now, probe: noProbe });
  expect(choice.asOf).toBe('2026-11-24');
});

test('an as-of that was given decides which assets have enough days', async () => {
  history('BTC.csv', '2019-01-01', '2021-07-06');
  history('ETH.csv', '2019-01-01', '2021-07-06');
  history('SOL.csv', '2019-01-01', '2021-07-06');
  history('SPY.csv', '2021-01-01', '2021-07-06');
  const choice = await chooseData({ ...options, priceFolders: [dir], asOf: '2020-06-30' }, { now, probe: noProbe });
  expect(choice.assets).toEqual(['BTC', 'ETH', 'SOL']);
  expect(choice.asOf).toBe('2020-06-30');
});

test('folders without BTC, or with fewer than three assets, are refused with the reason', async () => {
  history('ETH.csv', '2020-01-01', '2021-07-06');
  const choose = () => chooseData({ ...options, priceFolders: [dir] }, { now, probe: noProbe });
  await expect(choose()).rejects.toThrow(`--prices: no BTC.csv, BTC-USD.csv or BTCUSDT.csv in ${dir}`);
  history('BTC.csv', '2020-01-01', '2021-07-06');
  await expect(choose()).rejects.toThrow(
    'BTC and two other assets of the sample portfolio are needed as of 2021-07-06',
  );
});

test('with --live the live sources stand behind the folders, as of now', async () => {
  history('BTC.csv', '2020-01-01', '2021-07-06');
  const choice = await chooseData({ ...options, priceFolders: [dir], live: true }, { now, probe: noProbe });
  expect(choice.env).toEqual({
    FKS_PRICES: dir,
    FKS_SOURCES: 'csv,binance,coingecko,yahoofinance,polygon,alphavantage,coinmarketcap,fks_data',
  });
  expect(choice.asOf).toBeUndefined();
});

test('without folders the live sources that answer are used', async () => {
  const both = await chooseData(options, { now, probe: probes(true, true) });
  expect(both).toMatchObject({
    words: 'live: binance, yahoofinance',
    env: { FKS_PRICES: '', FKS_SOURCES: 'binance,yahoofinance' },
  });
  const yahoo = await chooseData(options, { now, probe: probes(false, true) });
  expect(yahoo).toMatchObject({
    assets: ['BTC', 'ETH', 'SOL', 'SPY', 'QQQ', 'GLD'],
    env: { FKS_SOURCES: 'yahoofinance' },
  });
  const binance = await chooseData(options, { now, probe: probes(true, false) });
  expect(binance).toMatchObject({
    assets: ['BTC', 'ETH', 'SOL'],
    leftOut: expect.arrayContaining([
      { asset: 'SPY', reason: 'only yahoofinance, polygon, alphavantage have it, of which none can be asked' },
    ]) as unknown,
    env: { FKS_SOURCES: 'binance' },
  });
});

test('where none answers the simulator is used, and that none did is said in a short line', async () => {
  const choice = await chooseData(options, { now, probe: probes(false, false) });
  expect(choice.simulate).toEqual({ seed: 1 });
  expect(choice.words).toBe(
    'market simulator, seed 1: no live source can be reached (binance, yahoofinance; --live says why)',
  );
});

test('--live never falls back to the simulator', async () => {
  await expect(chooseData({ ...options, live: true }, { now, probe: probes(false, false) })).rejects.toThrow(
    '--live: no live source can be reached (binance: status 451; yahoofinance: cannot be reached)',
  );
});

test('--simulate asks no source', async () => {
  const choice = await chooseData({ ...options, simulate: true, seed: 9 }, { now, probe: noProbe });
  expect(choice).toMatchObject({ simulate: { seed: 9 }, env: { FKS_PRICES: '', FKS_SOURCES: '' } });
});
