import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpSourceIo, withoutSecrets } from '../../../../src/data/sources/http-source-io.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serving(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?apikey=s3cret&symbol=BTC`);
}
const io = (options: Partial<ConstructorParameters<typeof HttpSourceIo>[0]> = {}) =>
  new HttpSourceIo({ signal: new AbortController().signal, ...options });

test('shows addresses without keys', () => {
  const url = new URL('https://me:pw@example.org/q?apiKey=1&x=2&access_token=3&crumb=4');
  expect(withoutSecrets(url)).toBe('https://example.org/q?apiKey=REDACTED&x=2&access_token=REDACTED&crumb=REDACTED');
});

test('answers with status, headers, body and the mark of the simulator', async () => {
  const url = await serving((_, response) => {
    response.writeHead(418, { 'retry-after': '5', 'x-market-simulator': 'model; seed=3' }).end('né');
  });
  const response = await io().get(url);
  expect(response).toMatchObject({ kind: 'response', status: 418, body: 'né', simulatedSeed: '3' });
  expect(response.kind === 'response' && response.header('Retry-After')).toBe('5');
});

test('a body over the limit is not read to its end', async () => {
  let sent = 0;
  const url = await serving((_, response) => {
    const more = () => {
      while (!response.destroyed && sent < 50_000_000) {
        sent += 65_536;
        if (!response.write(Buffer.alloc(65_536, 'x'))) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  expect(await io({ maximumBytes: 1_000_000 }).get(url)).toEqual({
    kind: 'unavailable',
    why: expect.stringContaining('apikey=REDACTED&symbol=BTC sent more than the size limit allows'),
  });
  expect(sent).toBeLessThan(20_000_000);
});

test('one limit for the whole exchange: headers at once do not excuse a body that never ends', async () => {
  const url = await serving((_, response) => void response.writeHead(200).write('['));
  expect(await io().get(url, { timeoutMs: 100 })).toMatchObject({
    kind: 'unavailable',
    why: expect.stringContaining('gave no whole answer within 0.1 s'),
  });
});

test('says what happened on the network', async () => {
  expect(await io().get(new URL('http://127.0.0.1:9/'))).toMatchObject({
    kind: 'unavailable',
    why: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\/ failed: /),
  });
});

test('throws the reason of a caller that gives up in the middle', async () => {
  const caller = new AbortController();
  const url = await serving((_, response) => {
    response.writeHead(200).write('[');
    caller.abort(new Error('cancelled'));
  });
  await expect(io({ signal: caller.signal }).get(url)).rejects.toThrow('cancelled');
});

test('reports each request by an address that may be shown', async () => {
  const url = await serving((_, response) => void response.end('{}'));
  const shown: string[] = [];
  await io({ onRequest: (one) => shown.push(one) }).get(url);
  expect(shown).toEqual([expect.stringMatching(/\/x\?apikey=REDACTED&symbol=BTC$/)]);
});
