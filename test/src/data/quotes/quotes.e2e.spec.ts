import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { startMarketSimulator, type MarketSimulator } from '../../../../tools/market-simulator/server.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';
import { simulatedSources } from '../../../support/simulated-sources.js';

const dayMs = 86_400_000;
let database: TestDatabase;
let simulator: MarketSimulator;
let app: NestExpressApplication;
beforeAll(async () => {
  database = await freshDatabase();
  simulator = await startMarketSimulator({ seed: 7 });
  app = await startApi(testConfig(database.url, simulatedSources(simulator.url)));
});
afterAll(async () => {
  await app.close();
  await simulator.stop();
  await database.drop();
});

const quotes = (query: string, of = app) => request(of.getHttpServer()).get(`/api/v1/data/quotes${query}`);
const prices = (query: string, of = app) => request(of.getHttpServer()).get(`/api/assets/prices${query}`);
const tickerRequests = () => simulator.stats().requests['/api/v3/ticker/price'] ?? 0;

describe('GET /api/v1/data/quotes', () => {
  test('tells a price with its source, its time and its world', async () => {
    const { body } = await quotes('?assets=btc-usd,SPY,USD').expect(200);
    expect(body.next_cursor).toBeNull();
    expect(body.items.map((one: { asset_id: string }) => one.asset_id)).toEqual(['BTC', 'SPY', 'USD']);
    const [btc, spy, usd] = body.items;
    expect(btc).toMatchObject({
      price: expect.any(Number),
      quote_currency: 'USDT',
      price_usd: expect.any(Number),
      conversion: { usd_per_usdt: expect.any(Number), kind: expect.stringMatching(/^(quote|assumed)$/) },
      source: 'simulated:binance:7',
      source_kind: 'quote',
      basis: 'spot',
      stale: false,
      market_open: true,
      simulated: true,
      problem: null,
      attempts: [{ source: 'binance', outcome: 'ok' }],
    });
    expect(btc.price_usd).toBeCloseTo(btc.price * btc.conversion.usd_per_usdt, 6);
    expect(spy).toMatchObject({ quote_currency: 'USD', conversion: null, source: 'simulated:yahoofinance:7' });
    expect(spy.price_usd).toBe(spy.price);
    expect(usd).toMatchObject({
      price: 1,
      price_usd: 1,
      source: 'definition',
      source_kind: 'definition',
      attempts: [],
    });
  });

  test('asks no source twice within 300 s', async () => {
    await quotes('?assets=ETH').expect(200);
    const asked = tickerRequests();
    const { body } = await quotes('?assets=ETH,eth,ETHUSDT').expect(200);
    expect(body.items).toHaveLength(1);
    expect(tickerRequests()).toBe(asked);
  });

  test('without a list, the enabled assets, the most important first', async () => {
    const { body } = await quotes('').expect(200);
    expect(body.items.map((one: { asset_id: string }) => one.asset_id)).toEqual([
      'BTC',
      'ETH',
      'SPY',
      'BNB',
      'QQQ',
      'SOL',
      'ADA',
      'AVAX',
      'POL',
    ]);
  });

  test('refuses what nobody knows, naming each text and the nearest assets', async () => {
    const { body, headers } = await quotes('?assets=BTC,BTX,ETG').expect(422);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body.errors).toEqual([
      { field: 'assets', value: 'BTX', message: expect.stringContaining('the nearest are BTC') },
      { field: 'assets', value: 'ETG', message: expect.stringContaining('the nearest are ') },
    ]);
    expect((await quotes(`?assets=${'BTC'.padEnd(2_001, ',')}`).expect(422)).body.errors).toEqual([
      expect.objectContaining({ field: 'assets' }),
    ]);
  });
});

describe('GET /api/assets/prices', () => {
  const symbolsOf = async (query: string) =>
    (await prices(query).expect(200)).body.map(({ symbol }: { symbol: string }) => symbol);

  test('is a bare array of numbers, in USD and in BTC', async () => {
    const { body } = await prices('?symbols=ETH,BTC').expect(200);
    expect(body).toEqual([
      { symbol: 'ETH', price_usd: expect.any(Number), price_btc: expect.any(Number), change_24h: null },
      { symbol: 'BTC', price_usd: expect.any(Number), price_btc: 1, change_24h: null },
    ]);
    expect(body[0].price_btc).toBeCloseTo(body[0].price_usd / body[1].price_usd, 12);
    const { body: eth } = await prices('?symbols=ETH').expect(200);
    expect(eth).toEqual([{ ...body[0] }]);
  });

  test('keeps the order, collapses what is named twice, leaves out what nobody knows, and is kind about spelling', async () => {
    expect(await symbolsOf('?symbols=SOL,btc,XYZZY,SOL,BTC-USD, eth ')).toEqual(['SOL', 'BTC', 'ETH']);
    expect(await symbolsOf('?symbols=SOL&symbols=BTC')).toEqual(['BTC']);
    expect(await symbolsOf('?symbols=XYZZY')).toEqual([]);
    expect(await symbolsOf('?symbols=USD&other=1')).toEqual(['USD']);
    expect(await symbolsOf('?symbols=')).toHaveLength(9);
  });

  test('all enabled assets without a list; with a trailing slash and as HEAD, too', async () => {
    const expected = ['BTC', 'ETH', 'SPY', 'BNB', 'QQQ', 'SOL', 'ADA', 'AVAX', 'POL'];
    expect(await symbolsOf('')).toEqual(expected);
    expect(await symbolsOf('/')).toEqual(expected);
    await request(app.getHttpServer()).head('/api/assets/prices').expect(200);
  });

  test('fills the change over a day in percent, against a close of the same world', async () => {
    const orm = await openOrm(database.url);
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    await new CandleRepository(orm.em.fork()).storeSeries(
      {
        assetId: 'SOL' as AssetId,
        interval: '1d',
        source: 'simulated:binance:7',
        quoteCurrency: 'USDT',
        adjustment: 'raw',
      },
      [3, 2, 1]
        .map((days) => today - days * dayMs)
        .map((at) => ({
          openTime: at,
          open: '2',
          high: '2',
          low: '2',
          close: '2',
          volume: null,
        })),
    );
    await orm.close(true);
    const { body: quoted } = await quotes('?assets=SOL').expect(200);
    const { body } = await prices('?symbols=SOL').expect(200);
    expect(body[0].change_24h).toBeCloseTo((quoted.items[0].price / 2 - 1) * 100, 6);
  });
});

describe('when every source is silent', () => {
  let silent: Server;
  let own: TestDatabase;
  let api: NestExpressApplication;
  let held = 0;
  beforeAll(async () => {
    // takes every request and answers none
    silent = createServer(() => (held += 1));
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    own = await freshDatabase();
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    api = await startApi(testConfig(own.url, simulatedSources(url)));
    const orm = await openOrm(own.url);
    const lastDay = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
    const closes = async (assetId: string, source: string, close: string) => {
      await new CandleRepository(orm.em.fork()).storeSeries(
        { assetId: assetId as AssetId, interval: '1d', source, quoteCurrency: 'USD', adjustment: 'raw' },
        [{ openTime: lastDay, open: null, high: null, low: null, close, volume: null }],
      );
    };
    await closes('BTC', 'coingecko', '50000');
    await closes('ETH', 'coingecko', '2500');
    await orm.close(true);
  });
  afterAll(async () => {
    await api.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    await own.drop();
  });

  test('the old route answers from what is stored while they are still silent', async () => {
    const { body } = await prices('?symbols=BTC,ETH,SPY', api).expect(200);
    expect(body).toEqual([
      { symbol: 'BTC', price_usd: 50_000, price_btc: 1, change_24h: null },
      { symbol: 'ETH', price_usd: 2_500, price_btc: 0.05, change_24h: null },
    ]);
    expect(held).toBeGreaterThan(0);
  });

  test('the new route labels the close and says of each asset without one who was asked', async () => {
    const { body } = await quotes('?assets=ETH,SPY', api).expect(200);
    const [eth, spy] = body.items;
    expect(eth).toMatchObject({ price: 2_500, source: 'coingecko', source_kind: 'close', problem: null });
    expect(spy).toMatchObject({ price: null, price_usd: null, source: null, time: null, stale: null });
    expect(spy.problem).toContain('yahoofinance unavailable');
  });

  test('D35: health answers meanwhile', async () => {
    const asking = prices('', api).expect(200);
    await request(api.getHttpServer()).get('/health').expect(200);
    await asking;
  });
});
