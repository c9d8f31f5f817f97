import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { HttpSourceIo } from '../../../../src/data/sources/http-source-io.js';
import { withoutSecrets } from '../../../../src/platform/outbound/http-exchange.js';

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

const megabyte = 1024 * 1024;

describe('a compressed body', () => {
  const sends = (body: Buffer, encoding = 'gzip') =>
    serving((_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body));

  test('is asked for and read', async () => {
    let accepted: unknown;
    const url = await serving((request, response) => {
      accepted = request.headers['accept-encoding'];
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":"é"}'));
    });
    expect(await io().get(url)).toMatchObject({ kind: 'response', body: '{"a":"é"}' });
    expect(accepted).toBe('gzip');
  });

  test('that unpacks beyond the limit is refused without being unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * megabyte));
    expect(bomb.byteLength).toBeLessThan(megabyte);
    const url = await sends(bomb);
    const before = process.memoryUsage().arrayBuffers;
    expect(await io().get(url)).toMatchObject({ why: expect.stringContaining('more than the size limit allows') });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * megabyte);
  });

  test('that is large while it unpacks to nothing is refused, too', async () => {
    const nothing = Buffer.concat(Array.from({ length: 10_000 }, () => gzipSync('')));
    const outcome = await io({ maximumBytes: 100_000 }).get(await sends(nothing));
    expect(outcome).toMatchObject({ why: expect.stringContaining('more than the size limit allows') });
  });

  test.each([
    ['cut short', gzipSync('x'.repeat(5_000)).subarray(0, 30), 'gzip', 'failed: unexpected end of file'],
    ['no archive', Buffer.from('plain'), 'gzip', 'failed: incorrect header check'],
    ['of a kind that was not asked for', brotliCompressSync('{}'), 'br', 'sent content-encoding br'],
  ])('that is %s is unavailable', async (_, body, encoding, why) => {
    const outcome = await io().get(await sends(body, encoding));
    expect(outcome).toMatchObject({ kind: 'unavailable', why: expect.stringContaining(why) });
  });
});

describe('a body that is no UTF-8', () => {
  const latin = Buffer.from('{"a":"\u00e9"}', 'latin1');

  test('is no answer: a replaced character would be a changed one', async () => {
    const url = await serving((_, response) => void response.end(latin));
    expect(await io().get(url)).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('sent a body that is not UTF-8'),
    });
  });

  test('does not hide what the status of an error says', async () => {
    const url = await serving((_, response) => void response.writeHead(429, { 'retry-after': '3' }).end(latin));
    expect(await io().get(url)).toMatchObject({ kind: 'response', status: 429, body: '{"a":"\ufffd"}' });
  });

  test('a byte order mark before UTF-8 is no part of it', async () => {
    const url = await serving((_, response) => void response.end('\ufeff{}'));
    expect(await io().get(url)).toMatchObject({ body: '{}' });
  });
});

test('a redirection is not followed: a key goes to the host that it was meant for', async () => {
  const asked: string[] = [];
  const url = await serving((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await io().get(url)).toMatchObject({ kind: 'response', status: 302 });
  expect(asked).toHaveLength(1);
});

test('questions one after the other share connections, and many at once have a few', async () => {
  const sockets = new Set<unknown>();
  const waiting: (() => void)[] = [];
  const answerAll = () => {
    for (const answer of waiting.splice(0)) answer();
  };
  let atOnce = true;
  const url = await serving((request, response) => {
    sockets.add(request.socket);
    waiting.push(() => void response.end('{}'));
    if (atOnce) answerAll();
  });
  for (let i = 0; i < 20; i++) await io().get(url);
  expect(sockets.size).toBeLessThanOrEqual(2);
  atOnce = false;
  const answering = setInterval(answerAll, 20);
  await Promise.all(Array.from({ length: 40 }, () => io().get(url)));
  clearInterval(answering);
  expect(sockets.size).toBeLessThanOrEqual(8);
});

test('silence in the middle of a body ends the exchange long before its whole time is over', async () => {
  const url = await serving((_, response) => void response.writeHead(200).write('['));
  expect(await io({ idleTimeoutMs: 50 }).get(url, { timeoutMs: 20_000 })).toMatchObject({
    kind: 'unavailable',
    why: expect.stringContaining('failed: Body Timeout Error'),
  });
});

test('silence before the headers, too', async () => {
  const url = await serving(() => undefined);
  expect(await io({ idleTimeoutMs: 50 }).get(url, { timeoutMs: 20_000 })).toMatchObject({
    kind: 'unavailable',
    why: expect.stringContaining('failed: Headers Timeout Error'),
  });
});

test('no reason tells a key that was sent in a header', async () => {
  const url = await serving((request) => void request.socket.destroy());
  const outcome = await io().get(url, { headers: { authorization: 'Bearer hunter2' } });
  expect(outcome).toMatchObject({ kind: 'unavailable' });
  expect(JSON.stringify(outcome)).not.toMatch(/hunter2|s3cret/);
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
