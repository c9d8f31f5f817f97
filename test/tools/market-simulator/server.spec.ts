import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Interval } from '../../../src/data/domain/candle.js';
import { judge } from '../../../src/data/domain/consensus.js';
import { expectedOpens } from '../../../src/data/domain/exchange-calendar.js';
import { dayMs, utcDate } from '../../../src/shared/time.js';
import { assetOf, bars, browser, ioAt, now, request, simulate, sourceAt, sourceNames } from './simulated.js';

const paid = { COINMARKETCAP_API_KEY: 'paid' };
const io = ioAt();
const get = async (url: string) => (await fetch(url, browser)).json() as Promise<never>;

test('the adapters read years of both venues, marked as simulated', async () => {
  const simulator = await simulate();
  const btc = await bars(sourceAt(simulator, 'binance'), request('BTC', '2020-01-01', '2025-06-18'));
  expect(btc).toMatchObject({ simulatedSeed: '7', quoteCurrency: 'USDT', rowsRefused: 0 });
  // 2020-01-01 to 2025-06-17, every day: two pages
  expect(btc.candles).toHaveLength(1_995);
  const spy = await bars(sourceAt(simulator, 'yahoofinance'), request('SPY', '2025-05-01', '2025-06-18'));
  expect(spy).toMatchObject({ simulatedSeed: '7', quoteCurrency: 'USD', adjustment: 'split', rowsRefused: 0 });
  expect(spy.candles.map(({ openTime }) => openTime)).toEqual(
    expectedOpens('etf', '1d', Date.UTC(2025, 4, 1), Date.UTC(2025, 5, 18)),
  );
});

test('every source gives the last weeks of what it has, whole and nearly alike', async () => {
  const simulator = await simulate({ limits: { alphavantage: { second: null } } });
  const closes = async (asset: string, names = sourceNames) => {
    const found = [];
    for (const name of names) {
      const answer = await bars(sourceAt(simulator, name, paid), request(asset, '2025-05-01', '2025-06-18'));
      expect({ name, ...answer }).toMatchObject({ name, simulatedSeed: '7', rowsRefused: 0 });
      const { assetClass } = assetOf(asset);
      expect(answer.candles.map(({ openTime }) => openTime)).toEqual(
        expectedOpens(assetClass, '1d', Date.UTC(2025, 4, 1), Date.UTC(2025, 5, 18)),
      );
      found.push({ name, quoteCurrency: answer.quoteCurrency, closes: answer.candles.map(({ close }) => close) });
    }
    return found;
  };
  const tether = (await closes('USDT', ['yahoofinance']))[0]!.closes.map(Number);
  const ofBtc = await closes('BTC');
  const ofSpy = await closes('SPY', ['yahoofinance', 'polygon', 'alphavantage']);
  const spot = ofBtc.filter(({ name }) => name !== 'fks_data');
  tether.forEach((usdt, day) => {
    const ballots = spot.map(({ name: source, quoteCurrency, closes: of }) => ({
      source,
      revision: 1,
      quoteCurrency,
      close: of[day]!,
    }));
    const { kind, votes } = judge('crypto', ballots, usdt);
    expect(kind).toBe('agreed');
    // each has its own small difference, and Tether costs a dollar and a little
    expect(new Set(votes.map(({ usd }) => usd)).size).toBe(spot.length);
    expect(Math.max(...votes.map(({ deviation }) => deviation))).toBeLessThan(0.001);
  });
  const [ofYahoo, ...others] = ofSpy.map(({ closes: of }) => of.map(Number));
  for (const other of others) {
    expect(other.every((close, day) => Math.abs(close / ofYahoo![day]! - 1) < 0.0011)).toBe(true);
  }
  // the perpetual has a basis of its own
  const perpetual = ofBtc.find(({ name }) => name === 'fks_data')!.closes;
  const basis = perpetual.map((close, day) => Number(close) / Number(spot[0]!.closes[day]) - 1);
  expect(Math.max(...basis.map(Math.abs))).toBeGreaterThan(0.001);
  expect(Math.max(...basis.map(Math.abs))).toBeLessThan(0.005);
});

const withinADay: [string, string, Interval[]][] = [
  ['binance', 'BTC', ['4h', '1h', '15m', '5m', '1m']],
  ['fks_data', 'ETH', ['1h', '5m']],
  ['yahoofinance', 'SPY', ['1h', '15m', '5m', '1m']],
  ['yahoofinance', 'BTC', ['1h', '5m']],
  ['polygon', 'SPY', ['15m', '5m', '1m']],
  ['polygon', 'BTC', ['1h', '1m']],
  ['coinmarketcap', 'BTC', ['1h']],
];

test.each(withinADay)('the bars of %s within a day of %s are the day', async (name, asset, intervals) => {
  const source = sourceAt(await simulate(), name as 'binance', paid);
  const [from, to] = ['2025-06-16', '2025-06-18'];
  const daily = await bars(source, request(asset, from, to));
  expect(daily.candles).toHaveLength(2);
  for (const interval of intervals) {
    const within = await bars(source, request(asset, from, to, interval));
    expect(within.candles.map(({ openTime }) => openTime)).toEqual(
      expectedOpens(assetOf(asset).assetClass, interval, Date.parse(from), Date.parse(to)),
    );
    for (const day of daily.candles) {
      const parts = within.candles.filter(({ openTime }) => Math.floor(openTime / dayMs) * dayMs === day.openTime);
      expect({
        open: Number(parts[0]!.open),
        high: Math.max(...parts.map(({ high }) => Number(high))),
        low: Math.min(...parts.map(({ low }) => Number(low))),
        close: Number(parts.at(-1)!.close),
      }).toEqual({ open: Number(day.open), high: Number(day.high), low: Number(day.low), close: Number(day.close) });
      const volume = parts.reduce((sum, part) => sum + Number(part.volume), 0);
      // one in dollars is a product with the closes of shorter bars, and CoinMarketCap's is of many venues: none is kept
      const isInDollars = name === 'yahoofinance' && asset === 'BTC';
      expect(day.volume === null ? 1 : volume / Number(day.volume)).toBeCloseTo(1, isInDollars ? 1 : 6);
    }
  }
});

test('CoinGecko’s hours are the closes of the hours', async () => {
  const simulator = await simulate();
  const asked = request('BTC', '2025-06-10', '2025-06-18', '1h');
  const points = await bars(sourceAt(simulator, 'coingecko'), asked);
  expect(points).toMatchObject({ rowsRefused: 0 });
  expect(points.candles).toHaveLength(8 * 24);
  const hours = await bars(sourceAt(simulator, 'binance'), asked);
  points.candles.forEach(({ openTime, open, close }, i) => {
    expect([openTime, open]).toEqual([hours.candles[i]!.openTime, null]);
    expect(Math.abs(Number(close) / Number(hours.candles[i]!.close) - 1)).toBeLessThan(0.004);
  });
});

test('the same seed gives the same prices whatever was asked before; another seed gives others', async () => {
  const [a, b, other] = [await simulate(), await simulate(), await simulate({ seed: 8 })];
  await bars(sourceAt(b, 'binance'), request('ETH', '2019-01-01', '2020-01-01'));
  const asked = request('BTC', '2024-01-01', '2024-03-01');
  const ofA = await bars(sourceAt(a, 'binance'), asked);
  const late = await bars(sourceAt(b, 'binance'), request('BTC', '2018-01-01', '2024-03-01'));
  expect(late.candles.slice(-60)).toEqual(ofA.candles);
  expect((await bars(sourceAt(other, 'binance'), asked)).candles).not.toEqual(ofA.candles);
  const hours = request('BTC', '2024-02-20', '2024-03-01', '1h');
  const ofHours = await bars(sourceAt(a, 'binance'), hours);
  expect(await bars(sourceAt(b, 'binance'), hours)).toEqual(ofHours);
});

test('serves the running bar as the venues do, and the adapters leave it out', async () => {
  const simulator = await simulate();
  const klines = (await get(`${simulator.url}/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=2`)) as number[][];
  expect(klines.map(([openTime]) => utcDate(openTime!))).toEqual(['2025-06-17', '2025-06-18']);
  const body = (await get(`${simulator.url}/v8/finance/chart/SPY?range=5d&interval=1d`)) as {
    chart: { result: { timestamp: number[]; meta: { regularMarketTime: number } }[] };
  };
  const { timestamp, meta } = body.chart.result[0]!;
  expect(timestamp.at(-1)).toBe(meta.regularMarketTime);
  expect(timestamp.at(-1)).toBe(now / 1000);
  const spy = await bars(sourceAt(simulator, 'yahoofinance'), request('SPY', '2025-06-16', '2025-06-20'));
  expect(spy.candles.map(({ openTime }) => utcDate(openTime))).toEqual(['2025-06-16', '2025-06-17']);
});

test('shows nothing of a session before it opens, and of a day only what was traded so far', async () => {
  const early = await simulate({ now: Date.parse('2025-06-18T13:00:00Z') });
  const body = (await get(`${early.url}/v8/finance/chart/SPY?range=5d&interval=1d`)) as {
    chart: { result: { timestamp: number[] }[] };
  };
  expect(utcDate(body.chart.result[0]!.timestamp.at(-1)! * 1000)).toBe('2025-06-17');
  const late = await simulate({ now: Date.parse('2025-06-18T21:00:00Z') });
  const days = async ({ url }: { url: string }) =>
    (await get(`${url}/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=2`)) as string[][];
  const [before, after] = [await days(early), await days(late)];
  expect(before[0]).toEqual(after[0]);
  expect(before[1]![1]).toBe(after[1]![1]);
  expect(Number(before[1]![5])).toBeLessThan(Number(after[1]![5]));
  const hours = (await get(`${early.url}/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=14`)) as string[][];
  expect(before[1]![4]).toBe(hours.at(-1)![4]);
});

test('a stock that was split: history adjusted at Yahoo and Polygon, a jump at Alpha Vantage', async () => {
  const simulator = await simulate({ now: Date.parse('2024-06-20T00:00:00Z') });
  const at = ioAt(Date.parse('2024-06-20T00:00:00Z'));
  const asked = request('NVDA', '2024-06-03', '2024-06-14');
  const ofYahoo = await bars(sourceAt(simulator, 'yahoofinance'), asked, at);
  const ofPolygon = await bars(sourceAt(simulator, 'polygon'), asked, at);
  const raw = await bars(sourceAt(simulator, 'alphavantage'), asked, at);
  const split = { kind: 'split', exDate: Date.UTC(2024, 5, 10), numerator: '10', denominator: '1' };
  expect(ofYahoo.actions).toEqual([split]);
  expect(ofPolygon.actions).toEqual([split]);
  const jumps = ({ candles }: typeof raw) =>
    candles.slice(1).map(({ close }, i) => Number(close) / Number(candles[i]!.close));
  expect(jumps(ofYahoo).every((jump) => Math.abs(jump - 1) < 0.3)).toBe(true);
  expect(jumps(raw).filter((jump) => jump < 0.2)).toHaveLength(1);
  // before the day of the split nobody adjusts for it
  const earlier = await simulate({ now: Date.parse('2024-06-07T00:00:00Z') });
  const before = await bars(
    sourceAt(earlier, 'yahoofinance'),
    request('NVDA', '2024-06-03', '2024-06-07'),
    ioAt(Date.parse('2024-06-07T00:00:00Z')),
  );
  expect(Number(before.candles[0]!.close) / Number(ofYahoo.candles[0]!.close)).toBeCloseTo(10, 1);
  expect(Number(before.candles[0]!.close) / Number(raw.candles[0]!.close)).toBeCloseTo(1, 2);
});

test('Yahoo tells the dividends of a fund and closes adjusted for them', async () => {
  const { url } = await simulate();
  const { chart } = (await get(
    `${url}/v8/finance/chart/SPY?period1=1741564800&period2=1743379200&interval=1d&events=div%7Csplit`,
  )) as {
    chart: {
      result: [{ events: unknown; indicators: { quote: [{ close: number[] }]; adjclose: [{ adjclose: number[] }] } }];
    };
  };
  const [{ events, indicators }] = chart.result;
  const at = Date.parse('2025-03-21T13:30:00Z') / 1_000;
  expect(events).toEqual({ dividends: { [at]: { amount: 1.5, date: at } } });
  const [close, adjusted] = [indicators.quote[0].close, indicators.adjclose[0].adjclose];
  expect(adjusted[0]! / close[0]!).toBeLessThan(1);
  expect(adjusted.at(-1)! / close.at(-1)!).toBeLessThanOrEqual(1);
});

test('the latest prices of all sources', async () => {
  const simulator = await simulate();
  const quote = async (name: (typeof sourceNames)[number], asset: string) =>
    sourceAt(simulator, name).latestQuote!(assetOf(asset), io);
  const closed = Date.parse('2025-06-17T20:00:00Z');
  const ok = (quoteCurrency: string, time: unknown = now) => ({
    kind: 'ok',
    value: { price: expect.any(String) as string, quoteCurrency, time, simulatedSeed: '7' },
  });
  expect(await quote('binance', 'BTC')).toEqual(ok('USDT'));
  expect(await quote('yahoofinance', 'SPY')).toEqual(ok('USD'));
  expect(await quote('coingecko', 'BTC')).toEqual(ok('USD'));
  expect(await quote('coinmarketcap', 'BTC')).toEqual(ok('USD'));
  expect(await quote('polygon', 'BTC')).toEqual(ok('USD'));
  expect(await quote('polygon', 'SPY')).toEqual(ok('USD', closed));
  expect(await quote('alphavantage', 'BTC')).toEqual(ok('USD'));
  expect(await quote('fks_data', 'BTC')).toEqual(ok('USDT'));
  expect(await quote('binance', 'SPY')).toEqual({ kind: 'unknownAsset' });
});

test('serves folders of real histories, which are not marked as simulated', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
  fs.writeFileSync(
    path.join(folder, 'BTC-USD.csv'),
    'date,open,high,low,close,volume\n2025-06-02,1,3,0.5,2,10\n2025-06-03,2,3,1,2.5,10\n',
  );
  const simulator = await simulate({ prices: [folder] });
  const ticker = await fetch(`${simulator.url}/api/v3/ticker/price?symbol=BTCUSDT`);
  expect(ticker.headers.get('x-market-simulator')).toBe('folder');
  const btc = await bars(sourceAt(simulator, 'binance'), request('BTC', '2025-06-01', '2025-06-10'));
  expect(btc).toMatchObject({ simulatedSeed: null, candles: [{ close: '2.00000000' }, { close: '2.50000000' }] });
  expect(await sourceAt(simulator, 'binance').candles(request('ETH', '2025-06-01', '2025-06-10'), io)).toEqual({
    kind: 'unknownAsset',
  });
  // what happened within a day the files do not tell
  expect(
    await sourceAt(simulator, 'binance').candles(request('BTC', '2025-06-01', '2025-06-10', '1h'), io),
  ).toMatchObject({ kind: 'unavailable' });
  fs.rmSync(folder, { recursive: true });
});

test('a volume that nobody counted stays unknown where the wire has a word for it', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prices-'));
  fs.writeFileSync(path.join(folder, 'BTC.csv'), 'date,open,high,low,close,volume\n2025-06-02,1,3,0.5,2,\n');
  const { url } = await simulate({ prices: [folder] });
  expect(await get(`${url}/v8/finance/chart/BTC-USD?range=1mo&interval=1d`)).toMatchObject({
    chart: { result: [{ indicators: { quote: [{ volume: [null] }] } }] },
  });
  expect(await get(`${url}/api/v3/klines?symbol=BTCUSDT&interval=1d`)).toEqual([
    expect.arrayContaining(['2.00000000', '0.00000000']),
  ]);
  fs.rmSync(folder, { recursive: true });
});
