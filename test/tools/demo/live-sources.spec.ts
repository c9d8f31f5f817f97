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

const probe = () => probeLiveSources({ BINANCE_BASE_URL: url, YAHOOFINANCE_BASE_URL: url });

test('a source that answers with prices is reachable', async () => {
  answer = (request, response) => response.end(request.url?.includes('klines') ? '[[1]]' : '{"chart":{}}');
  expect((await probe()).map(({ source, reachable }) => [source, reachable])).toEqual([
    ['binance', true],
    ['yahoofinance', true],
  ]);
});

test('an error status, a page of somebody else and a closed port are not', async () => {
  answer = (request, response) => {
    if (request.url?.includes('klines')) response.writeHead(451).end();
    else response.end('{"welcome":"please log in"}');
  };
  expect(await probe()).toEqual([
    { source: 'binance', reachable: false, detail: 'status 451' },
    { source: 'yahoofinance', reachable: false, detail: 'answers something else than prices' },
  ]);
  const closed = await probeLiveSources({ BINANCE_BASE_URL: 'http://127.0.0.1:9', YAHOOFINANCE_BASE_URL: url });
  expect(closed[0]?.reachable).toBe(false);
});

test('a source that says nothing costs five seconds and no more', async () => {
  answer = () => {};
  const begin = Date.now();
  expect((await probe()).map(({ reachable }) => reachable)).toEqual([false, false]);
  expect(Date.now() - begin).toBeLessThan(7_000);
}, 15_000);
