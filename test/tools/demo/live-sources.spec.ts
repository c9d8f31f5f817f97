import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { probeLiveSources } from '../../../tools/demo/live-sources.js';

let server: http.Server;
let url: string;
let answer: (request: http.IncomingMessage, response: http.ServerResponse) => void;
beforeAll(async () => {
  server = http.createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const probe = (withinMs?: number, more: NodeJS.ProcessEnv = {}) =>
  probeLiveSources({ BINANCE_BASE_URL: url, COINGECKO_BASE_URL: url, YAHOOFINANCE_BASE_URL: url, ...more }, withinMs);
const isBinance = (request: http.IncomingMessage) => request.url?.startsWith('/api/v3/ticker') === true;
const isCoinGecko = (request: http.IncomingMessage) => request.url?.startsWith('/api/v3/simple') === true;

const chart = {
  chart: {
    error: null,
    result: [
      {
        meta: {
          currency: 'USD',
          symbol: 'SPY',
          exchangeTimezoneName: 'America/New_York',
          regularMarketPrice: 612.5,
          regularMarketTime: 1_764_018_000,
          priceHint: 2,
        },
        indicators: { quote: [{}] },
      },
    ],
  },
};

test('a source that answers with a price is reachable, also one that refuses the names of HTTP libraries', async () => {
  answer = (request, response) => {
    if (isBinance(request)) response.end('{"symbol":"BTCUSDT","price":"87000.10000000"}');
    else if (isCoinGecko(request)) response.writeHead(404).end('{"error":"coin not found"}');
    else if (!request.headers['user-agent']?.startsWith('Mozilla/')) response.writeHead(429).end();
    else response.end(JSON.stringify(chart));
  };
  expect(await probe()).toEqual([
    { source: 'binance', reachable: true, detail: 'answers' },
    { source: 'coingecko', reachable: false, detail: 'unknownAsset' },
    { source: 'yahoofinance', reachable: true, detail: 'answers' },
  ]);
  // a question costs of the budget of a key: its source is taken to be there
  expect((await probe(5_000, { POLYGON_API_KEY: 'k' })).at(-1)).toEqual({
    source: 'polygon',
    reachable: true,
    detail: 'POLYGON_API_KEY is set',
  });
});

test('an error status, a page of somebody else and a closed port are not', async () => {
  answer = (request, response) => {
    if (isBinance(request)) response.writeHead(503).end();
    else if (isCoinGecko(request)) response.writeHead(429).end();
    else response.end('{"welcome":"please log in"}');
  };
  expect((await probe(5_000, { POLYGON_API_KEY: 'k' })).at(-1)).toMatchObject({ source: 'polygon', reachable: false });
  expect(await probe()).toEqual([
    { source: 'binance', reachable: false, detail: 'unavailable: status 503' },
    { source: 'coingecko', reachable: false, detail: 'rateLimited' },
    { source: 'yahoofinance', reachable: false, detail: expect.stringMatching(/^badAnswer: no chart/) },
  ]);
  answer = (_request, response) => response.writeHead(429).end();
  const [closed, , limited] = await probeLiveSources({
    BINANCE_BASE_URL: 'http://127.0.0.1:9',
    COINGECKO_BASE_URL: url,
    YAHOOFINANCE_BASE_URL: url,
  });
  expect(closed).toMatchObject({ reachable: false, detail: expect.stringContaining('127.0.0.1:9') });
  expect(limited).toMatchObject({ reachable: false, detail: 'rateLimited' });
});

test('a source that says nothing costs the time limit and no more', async () => {
  answer = (request, response) => {
    // headers alone are no answer
    if (isBinance(request)) response.writeHead(200).flushHeaders();
  };
  const begin = Date.now();
  expect(await probe(300)).toEqual([
    { source: 'binance', reachable: false, detail: 'no answer within 0.3 s' },
    { source: 'coingecko', reachable: false, detail: 'no answer within 0.3 s' },
    { source: 'yahoofinance', reachable: false, detail: 'no answer within 0.3 s' },
  ]);
  expect(Date.now() - begin).toBeLessThan(3_000);
});

test('a wrong address is named', async () => {
  await expect(probeLiveSources({ BINANCE_BASE_URL: 'nowhere' })).rejects.toThrow('BINANCE_BASE_URL');
});
