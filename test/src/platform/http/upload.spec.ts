import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { receiveUpload, type Upload } from '../../../../src/platform/http/upload.js';

const mostBytes = 100_000;
/** What came of the request that is being answered. */
let outcome: Promise<Upload>;
let server: http.Server;
let url: string;
const open: Upload[] = [];

beforeAll(async () => {
  server = http.createServer((request, response) => {
    outcome = receiveUpload(request, mostBytes);
    outcome.then(
      (upload) => {
        open.push(upload);
        response.end('ok');
      },
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  for (const { file } of open.splice(0)) await file?.close();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const formWith = (content: Buffer | string, fields: Record<string, string> = {}, field = 'file') => {
  const form = new FormData();
  form.append(field, new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), 'BTC.csv');
  // after the file, where streaming readers often miss them
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
};
const send = (body: FormData | string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });
const refusal = async () =>
  outcome.catch((error: unknown) => error as { status?: number; kind?: string; message: string });
const openUploads = () =>
  fs
    .readdirSync('/proc/self/fd')
    // the folder's own descriptor is closed by now
    .filter((fd) => fs.lstatSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false }))
    .map((fd) => fs.readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'utf8' }))
    .filter((target) => target.includes('fks-upload-'));

test('receives fields and file, with the hash of its bytes, and leaves no name on the disk', async () => {
  const content = Buffer.from(Array.from({ length: 90_000 }, (_, i) => i % 251));
  expect((await send(formWith(content, { asset: 'BTC', interval: '1d' }))).status).toBe(200);
  const { fields, file } = await outcome;
  expect(fields).toEqual({ asset: 'BTC', interval: '1d' });
  expect(file).toMatchObject({ name: 'BTC.csv', bytes: content.length, beginning: content.subarray(0, 16) });
  expect(file!.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  for (let reading = 0; reading < 2; reading++) {
    expect((await text(file!.read())).length).toBe(content.toString().length);
  }
  expect(fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('fks-upload-'))).toEqual([]);
});

test('a form without a file has none', async () => {
  const form = new FormData();
  form.append('asset', 'BTC');
  form.append('asset', 'ETH');
  await send(form);
  expect(await outcome).toEqual({ fields: { asset: 'ETH' }, file: undefined });
});

test('a file of exactly the limit is taken, one byte more is refused', async () => {
  expect((await send(formWith('x'.repeat(mostBytes)))).status).toBe(200);
  expect((await send(formWith('x'.repeat(mostBytes + 1)))).status).toBe(400);
  expect(await refusal()).toMatchObject({ status: 413, message: 'the file has more than 100000 bytes' });
});

test('what says that it is too large is refused before it is read, and its sender hears so', async () => {
  expect((await send(formWith('x'.repeat(5_000_000)))).status).toBe(400);
  expect(await refusal()).toMatchObject({ status: 413 });
});

test.each([
  ['JSON', '{}', 'application/json', { status: 415 }],
  ['a form of the other kind', 'a=b', 'application/x-www-form-urlencoded', { status: 415 }],
  ['no boundary', 'x', 'multipart/form-data', { kind: 'bad_request', message: expect.stringContaining('boundary') }],
  [
    'no form',
    'hello',
    'multipart/form-data; boundary=b',
    { kind: 'bad_request', message: expect.stringContaining('no whole') },
  ],
])('%s is refused', async (_what, body, type, why) => {
  await send(body, { 'content-type': type });
  expect(await refusal()).toMatchObject(why);
});

test('a file of another name, and a second file, are refused', async () => {
  await send(formWith('x', {}, 'prices'));
  expect(await refusal()).toMatchObject({
    kind: 'bad_request',
    message: expect.stringContaining('"prices" is a file'),
  });
  const two = formWith('x');
  two.append('file', new Blob(['y']), 'ETH.csv');
  await send(two);
  expect(await refusal()).toMatchObject({
    kind: 'bad_request',
    message: expect.stringContaining('more than one file'),
  });
});

test('an upload that breaks off is refused, and nothing of it stays open', async () => {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const begun = new Promise((resolve) => server.once('request', resolve));
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000\r\n\r\n' +
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\ndate,open\r\n',
  );
  await begun;
  socket.destroy();
  expect(await refusal()).toMatchObject({ kind: 'bad_request', message: expect.stringContaining('it broke off') });
  expect(openUploads()).toEqual([]);
});

test('refused uploads leave no file open', async () => {
  for (let i = 0; i < 5; i++) await send(formWith('x'.repeat(mostBytes + 1)));
  expect(openUploads()).toEqual([]);
});
