import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BinanceSource } from '../../../src/data/sources/binance/binance.source.js';
import { HttpSourceIo } from '../../../src/data/sources/http-source-io.js';
import { YahooFinanceSource } from '../../../src/data/sources/yahoofinance/yahoofinance.source.js';
import type { CandleRequest } from '../../../src/data/sources/market-data-source.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { utcDate } from '../../../src/shared/time.js';
import {
  startMarketSimulator,
  type MarketSimulator,
  type SimulatorOptions,
} from '../../../tools/market-simulator/server.js';

// Wednesday 2025-06-18, 15:00 UTC = 11:00 in New York: the session is running
const now = Date.parse('2025-06-18T15:00:00Z');
const running: MarketSimulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
});
async function simulate(options: SimulatorOptions = {}): Promise<MarketSimulator> {
  const simulator = await startMarketSimulator({ seed: 7, now, ...options });
  running.push(simulator);
  return simulator;
}

const io = new HttpSourceIo({ signal: new AbortController().signal, now: () => now });
const request = (assetId: string, from: string, to: string): CandleRequest => ({
  assetId: assetId as AssetId,
  interval: '1d',
  from: Date.parse(`${from}T00:00:00Z`),
  to: Date.parse(`${to}T00:00:00Z`),
});
async function bars(source: BinanceSource | YahooFinanceSource, asked: CandleRequest) {
  const outcome = await source.candles(asked, io);
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

test('the adapters read years of both venues, marked as simulated', async () => {
  const { url } = await simulate();
  const btc = await bars(new BinanceSource(url), request('BTC', '2020-01-01', '2025-06-18'));
  expect(btc).toMatchObject({ simulatedSeed: '7', quoteCurrency: 'USDT', rowsRefused: 0 });
  // 2020-01-01 to 2025-06-17, every day: two pages
  expect(btc.candles).toHaveLength(1_995);
  const spy = await bars(new YahooFinanceSource(url), request('SPY', '2025-05-01', '2025-06-18'));
  expect(spy).toMatchObject({ simulatedSeed: '7', quoteCurrency: 'USD', adjustment: 'split', rowsRefused: 0 });
  // weekdays from 1 May to 17 June
  expect(spy.candles).toHaveLength(34);
  expect(spy.candles.every(({ openTime }) => ![0, 6].includes(new Date(openTime).getUTCDay()))).toBe(true);
});

test('the same seed gives the same prices whatever was asked before; another seed gives others', async () => {
  const [a, b, other] = [await simulate(), await simulate(), await simulate({ seed: 8 })];
  await bars(new BinanceSource(b.url), request('ETH', '2019-01-01', '2020-01-01'));
  const asked = request('BTC', '2024-01-01', '2024-03-01');
  const ofA = await bars(new BinanceSource(a.url), asked);
  const late = await bars(new BinanceSource(b.url), request('BTC', '2018-01-01', '2024-03-01'));
  expect(late.candles.slice(-60)).toEqual(ofA.candles);
  expect((await bars(new BinanceSource(other.url), asked)).candles).not.toEqual(ofA.candles);
});

test('serves the running bar as the venues do, and the adapters leave it out', async () => {
  const { url } = await simulate();
  const klines = (await (await fetch(`${url}/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=2`)).json()) as number[][];
  expect(klines.map(([openTime]) => utcDate(openTime!))).toEqual(['2025-06-17', '2025-06-18']);
  const body = (await (await fetch(`${url}/v8/finance/chart/SPY?range=5d&interval=1d`)).json()) as {
    chart: { result: { timestamp: number[]; meta: { regularMarketTime: number } }[] };
  };
  const { timestamp, meta } = body.chart.result[0]!;
  expect(timestamp.at(-1)).toBe(meta.regularMarketTime);
  expect(timestamp.at(-1)).toBe(now / 1000);
  const spy = await bars(new YahooFinanceSource(url), request('SPY', '2025-06-16', '2025-06-20'));
  expect(spy.candles.map(({ openTime }) => utcDate(openTime))).toEqual(['2025-06-16', '2025-06-17']);
});

test('shows nothing of a session before it opens', async () => {
  const { url } = await simulate({ now: Date.parse('2025-06-18T13:00:00Z') });
  const response = await fetch(`${url}/v8/finance/chart/SPY?range=5d&interval=1d`);
  const body = (await response.json()) as { chart: { result: { timestamp: number[] }[] } };
  expect(utcDate(body.chart.result[0]!.timestamp.at(-1)! * 1000)).toBe('2025-06-17');
});

test('answers what it does not have in the venues’ own words', async () => {
  const { url } = await simulate();
  const get = async (route: string) => {
    const response = await fetch(url + route);
    return [response.status, await response.json()] as const;
  };
  expect(await get('/api/v3/klines?symbol=NOPEUSDT&interval=1d')).toEqual([
    400,
    { code: -1121, msg: 'Invalid symbol.' },
  ]);
  expect(await get('/api/v3/klines?symbol=BTCUSDT&interval=2d')).toEqual([
    400,
    { code: -1120, msg: 'Invalid interval.' },
  ]);
  expect(await get('/api/v3/ticker/price')).toMatchObject([400, { code: -1102 }]);
  expect(await get('/v8/finance/chart/NOPE?range=5d')).toMatchObject([
    404,
    { chart: { error: { code: 'Not Found' } } },
  ]);
  expect(await get('/v8/finance/chart/SPY?period1=0&period2=86400')).toMatchObject([
    400,
    { chart: { error: { description: "Data doesn't exist for startDate = 0, endDate = 86400" } } },
  ]);
  expect(await get('/elsewhere')).toMatchObject([404, { error: '/elsewhere is no route of the simulator' }]);
});

test('the latest prices of both venues', async () => {
  const { url } = await simulate();
  const quotes = [
    await new BinanceSource(url).latestQuote('BTC' as AssetId, io),
    await new YahooFinanceSource(url).latestQuote('SPY' as AssetId, io),
    await new BinanceSource(url).latestQuote('SPY' as AssetId, io),
  ];
  expect(quotes).toEqual([
    { kind: 'ok', value: { price: expect.any(String), quoteCurrency: 'USDT', time: now, simulatedSeed: '7' } },
    { kind: 'ok', value: { price: expect.any(String), quoteCurrency: 'USD', time: now, simulatedSeed: '7' } },
    { kind: 'unknownAsset' },
  ]);
});

test('each fault reaches the adapter as what it is, as often as ordered, and requests are counted', async () => {
  const { url } = await simulate();
  const order = async (body: object) =>
    (await fetch(`${url}/__faults`, { method: 'PUT', body: JSON.stringify(body) })).status;
  let timeoutMs = 20_000;
  const patient = { signal: io.signal, now: () => now, get: (at: URL) => io.get(at, { timeoutMs }) };
  const ask = async (source: BinanceSource | YahooFinanceSource, assetId: string) =>
    source.candles(request(assetId, '2025-06-02', '2025-06-07'), patient);
  const sources = [
    ['/api/v3/klines', new BinanceSource(url), 'BTC'],
    ['/v8/finance/chart', new YahooFinanceSource(url), 'AAPL'],
  ] as const;
  for (const [route, source, assetId] of sources) {
    expect(await order({ route, kind: '429', count: 1, retryAfterSeconds: 3 })).toBe(200);
    expect(await ask(source, assetId)).toEqual({ kind: 'rateLimited', retryAfterMs: 3_000 });
    await order({ route, kind: '429-no-retry-after' });
    expect(await ask(source, assetId)).toEqual({ kind: 'rateLimited', retryAfterMs: undefined });
    for (const [kind, seen] of [
      ['500', 'unavailable'],
      ['cut', 'unavailable'],
      ['slow', 'unavailable'],
      ['html', 'badAnswer'],
    ]) {
      await order({ route, kind, count: 2 });
      timeoutMs = kind === 'slow' ? 200 : 20_000;
      expect(await ask(source, assetId)).toMatchObject({ kind: seen });
      expect(await ask(source, assetId)).toMatchObject({ kind: seen });
    }
    timeoutMs = 20_000;
    await order({ route, kind: 'nan' });
    expect(await ask(source, assetId)).toMatchObject({ kind: 'ok', value: { rowsRefused: 1 } });
    expect(await ask(source, assetId)).toMatchObject({ kind: 'ok', value: { rowsRefused: 0 } });
  }
  expect(await order({ route: '/api/v3/klines', kind: 'earthquake' })).toBe(422);
  await order({ route: '/api/v3/klines', kind: 429 });
  expect((await fetch(`${url}/__faults`, { method: 'DELETE' })).status).toBe(200);
  expect(await ask(sources[0][1], 'BTC')).toMatchObject({ kind: 'ok' });
  expect(await (await fetch(`${url}/__stats`)).json()).toEqual({
    requests: { '/api/v3/klines': 13, '/v8/finance/chart': 12 },
  });
});

test('a volume that nobody counted stays unknown where the wire has a word for it', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
  fs.writeFileSync(path.join(folder, 'BTC.csv'), 'date,open,high,low,close,volume\n2025-06-02,1,3,0.5,2,\n');
  const { url } = await simulate({ prices: [folder] });
  const response = await fetch(`${url}/v8/finance/chart/BTC-USD?range=1mo&interval=1d`);
  expect(await response.json()).toMatchObject({ chart: { result: [{ indicators: { quote: [{ volume: [null] }] } }] } });
  const page = await fetch(`${url}/api/v3/klines?symbol=BTCUSDT&interval=1d`);
  expect(await page.json()).toEqual([expect.arrayContaining(['2.00000000', '0.00000000'])]);
  fs.rmSync(folder, { recursive: true });
});

test('serves folders of real histories, which are not marked as simulated', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
  fs.writeFileSync(
    path.join(folder, 'BTC-USD.csv'),
    'date,open,high,low,close,volume\n2025-06-02,1,3,0.5,2,10\n2025-06-03,2,3,1,2.5,10\n',
  );
  const { url } = await simulate({ prices: [folder] });
  expect((await fetch(`${url}/api/v3/ticker/price?symbol=BTCUSDT`)).headers.get('x-market-simulator')).toBe('folder');
  const btc = await bars(new BinanceSource(url), request('BTC', '2025-06-01', '2025-06-10'));
  expect(btc).toMatchObject({ simulatedSeed: null, candles: [{ close: '2.00000000' }, { close: '2.50000000' }] });
  expect(await new BinanceSource(url).candles(request('ETH', '2025-06-01', '2025-06-10'), io)).toEqual({
    kind: 'unknownAsset',
  });
  fs.rmSync(folder, { recursive: true });
});
