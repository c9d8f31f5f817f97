import { ExpressAdapter } from '@nestjs/platform-express';
import fc from 'fast-check';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ambiguityOf, refuseAmbiguous } from '../../../../src/platform/http/json-body.js';
import { refuseSlowBodies } from '../../../../src/platform/http/slow-bodies.js';

test.each([
  ['{"a":1,"a":2}', 'a is there twice'],
  ['{"a":1,"\\u0061":2}', 'a is there twice'],
  ['[{"b":{"c":[1,{"d":1,"e":{},"d":2}]}}]', '0.b.c.1.d is there twice'],
  ['{"a":{"a":1},"b":[{"a":1},{"a":"a,a"}]}', undefined],
  ['{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\"}', undefined],
  ['{"__proto__":1}', '__proto__ is a name that no member may have'],
  ['{"a":[{"constructor":1}]}', 'a.0.constructor is a name that no member may have'],
  ['{"prot\\u006ftype":1}', 'prototype is a name that no member may have'],
  ['["__proto__","__proto__"]', undefined],
  ['{"a":[0,1e400]}', 'a.1 is too large a number'],
  ['-1e400', '(whole) is too large a number'],
  ['{"a":1e-400,"b":-0,"c":1E+2}', undefined],
  [`{"a":0.${'1'.repeat(100_000)}}`, 'a is a number of more than 400 characters'],
  ['{"a":{"b":"\\ud800"}}', 'a.b is not well-formed Unicode'],
  ['{"a":{"\\udc00":1}}', 'a has a member whose name is not well-formed Unicode'],
  ['{"a":"\\ud83d\\ude00"}', undefined],
  ['{"a":"', undefined],
  ['{"\\u00":1}', undefined],
  ['{"a":--1}', undefined],
  ['', undefined],
  [`${'['.repeat(64)}${']'.repeat(64)}`, undefined],
  [`${'['.repeat(65)}${']'.repeat(65)}`, '0.0.0.0.0.0.0.0 is nested deeper than 64 levels'],
  ['['.repeat(1_000_000), '0.0.0.0.0.0.0.0 is nested deeper than 64 levels'],
])('%p', (text, why) => {
  const found = ambiguityOf(text);
  expect(found && `${found.field} ${found.message}`).toBe(why);
});

test('what a program writes is never refused', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!/__proto__|constructor|prototype/.test(text));
      expect(ambiguityOf(text)).toBeUndefined();
    }),
    { numRuns: 500, seed: 3 },
  );
});

test('another encoding than that of JSON is refused', () => {
  const refused = () => refuseAmbiguous({} as never, {}, Buffer.from('{}', 'utf16le'), 'utf-16le');
  expect(refused).toThrow('JSON is UTF-8');
});

test('bytes that are no UTF-8 are refused', () => {
  expect(() => refuseAmbiguous({} as never, {}, Buffer.from([0x22, 0xff, 0x22]), 'utf-8')).toThrow(
    '(whole) is not UTF-8',
  );
});

test('a body that drips is answered with 408, and the connection is closed', async () => {
  const adapter = new ExpressAdapter();
  adapter.use(refuseSlowBodies(200));
  // reads on until the body is whole
  adapter.use((request: http.IncomingMessage) => void request.resume());
  const server = http.createServer(adapter.getInstance<http.RequestListener>());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', headers });
  const dripping = setInterval(() => request.write(' '), 20);
  request.on('error', () => undefined);
  const answer = await new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve));
  clearInterval(dripping);
  expect([answer.statusCode, answer.headers.connection]).toEqual([408, 'close']);
  answer.resume();
  await new Promise((resolve) => server.close(resolve));
});
