import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import { gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import request from 'supertest';
import { freshDatabase, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let app: NestExpressApplication;
let owner: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  app = await startApi(testConfig(database.url));
});
afterAll(async () => {
  await app.close();
  await owner.end();
  await database.drop();
});

const route = '/api/v1/data/imports';
const api = () => request(app.getHttpServer());
const header = 'date,open,high,low,close,volume\n';
const bars = `${header}2021-07-05,34000.5,35000,33000,33746.00,1000\n2021-07-06,33746,35118.88,33532,34235.19,0\n`;
const send = (fields: Record<string, string>, content?: string | Buffer, name = 'BTC.csv') => {
  const posted = api().post(route).field(fields);
  return content === undefined ? posted : posted.attach('file', Buffer.from(content), name);
};
const counted = async (table: string) => {
  const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]!.count;
};

test('stores the bars of a file, for their owner, and reports the lines that are wrong', async () => {
  const file = `${bars}2021-07-07,34235,35000,33000,n/a,5\n2021-07-08,1,2\n`;
  const { body, headers } = await send({ asset: 'btc-usd', adjustment: 'raw' }, file).expect(201);
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    file_name: 'BTC.csv',
    file_hash: createHash('sha256').update(file).digest('hex'),
    bytes: file.length,
    asset_id: 'BTC',
    interval: '1d',
    quote_currency: 'USD',
    adjustment: 'raw',
    source: 'csv:local',
    rows_read: 2,
    rows_new: 2,
    rows_revised: 0,
    rows_refused: 2,
    refused: [
      { line: 4, field: 'close', value: 'n/a', reason: 'close "n/a" is not a number' },
      { line: 5, field: null, value: '2021-07-08,1,2', reason: '3 fields instead of 6' },
    ],
    first_open_time: '2021-07-05T00:00:00Z',
    last_open_time: '2021-07-06T00:00:00Z',
    published_at: null,
    created_at: expect.stringMatching(/Z$/),
  });
  expect(headers['location']).toBe(`${route}/${body.id}`);
  expect((await api().get(`${route}/${body.id}`).expect(200)).body).toEqual(body);
  const { body: page } = await api().get('/api/v1/data/candles?asset=BTC&source=csv:local').expect(200);
  expect(page.items).toMatchObject([
    { open_time: '2021-07-05T00:00:00Z', close: 33746, volume: 1000 },
    { open_time: '2021-07-06T00:00:00Z', close: 34235.19, volume: null },
  ]);
});

test('the same file again is the same answer and changes nothing, under whatever name and key', async () => {
  const first = await send({ asset: 'ETH' }, bars).expect(201);
  const before = [await counted('candle'), await counted('price_import')];
  const again = await send({ asset: 'ETH' }, bars, 'other.csv').expect(200);
  const keyed = await send({ asset: 'ETH' }, bars).set('Idempotency-Key', 'k1').expect(200);
  expect(again.headers['location']).toBe(first.headers['location']);
  expect([again.text, keyed.text]).toEqual([first.text, first.text]);
  expect([await counted('candle'), await counted('price_import')]).toEqual(before);
  // for another series it is another import
  const { body } = await send({ asset: 'ETH', quote_currency: 'USDT' }, bars).expect(201);
  expect(body.id).not.toBe(first.body.id);
});

test('a key that came with another form is refused, and nothing is stored', async () => {
  await send({ asset: 'SOL' }, bars).set('Idempotency-Key', 'k2').expect(201);
  // the answer of a key is what it was
  await send({ asset: 'SOL' }, bars).set('Idempotency-Key', 'k2').expect(201);
  const before = await counted('candle');
  await send({ asset: 'ADA' }, bars).set('Idempotency-Key', 'k2').expect(409);
  await send({ asset: 'SOL' }, `${bars}2021-07-07,34235,35000,33000,34000,5\n`)
    .set('Idempotency-Key', 'k2')
    .expect(409);
  expect(await counted('candle')).toBe(before);
});

test('takes a packed file and the fields of the form in any order', async () => {
  const { body } = await api()
    .post(route)
    .attach('file', gzipSync(bars.replaceAll('2021-07-0', '2021-08-0')), 'XRP.csv.gz')
    .field({ interval: '1d', asset: 'XRP' })
    .expect(201);
  expect(body).toMatchObject({ asset_id: 'XRP', rows_new: 2, first_open_time: '2021-08-05T00:00:00Z' });
});

test('takes bars of hours, stamped by their beginning', async () => {
  const hours = `${header}2021-07-05T10:00:00Z,1,2,1,1.5,3\n2021-07-05T11:00:00Z,1,2,1,1.5,3\n`;
  const { body } = await send({ asset: 'DOGE', interval: '1h' }, hours).expect(201);
  expect(body).toMatchObject({ interval: '1h', rows_new: 2, last_open_time: '2021-07-05T11:00:00Z' });
});

test.each<[Record<string, string>, string | undefined, object]>([
  [{}, bars, { field: 'asset', message: 'is missing' }],
  [{ asset: 'BTC' }, undefined, { field: 'file', message: 'is missing' }],
  [{ asset: 'BTX' }, bars, { field: 'asset', value: 'BTX', message: expect.stringContaining('the nearest are BTC') }],
  [{ asset: 'USD' }, bars, { field: 'asset', value: 'USD', message: expect.stringContaining('is cash') }],
  [{ asset: 'BTC', interval: '1w' }, bars, { field: 'interval', value: '1w' }],
  [{ asset: 'BTC', quote_currency: 'EUR' }, bars, { field: 'quote_currency', value: 'EUR' }],
  [{ asset: 'BTC', adjustment: 'some' }, bars, { field: 'adjustment', value: 'some' }],
  [{ asset: 'BTC', colour: 'red' }, bars, { field: 'colour', value: 'red', message: 'is not known here' }],
  [{ asset: 'BTC' }, '', { field: 'file', message: expect.stringContaining('is empty') }],
  [{ asset: 'BTC' }, 'Date,Close\n1,2\n', { field: 'file', value: 'Date,Close' }],
])('form %j is refused with the field and its value, and nothing is stored', async (fields, content, error) => {
  const before = [await counted('candle'), await counted('price_import')];
  const { body, headers } = await send(fields, content).expect(422);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(body.errors).toContainEqual(expect.objectContaining(error));
  expect([await counted('candle'), await counted('price_import')]).toEqual(before);
});

test('a file without one good row is refused with the lines', async () => {
  const { body } = await send({ asset: 'BTC' }, `${header}2021-07-05,1,2,1,0,1\nx\n`).expect(422);
  expect(body.errors).toEqual([
    { field: 'file', message: 'has no row that is believed' },
    { field: 'file.2.close', value: '0', message: 'close 0 is not positive' },
    { field: 'file.3', value: 'x', message: '1 fields instead of 6' },
  ]);
});

test('a file whose unit changes a hundredfold is refused whole, naming the line', async () => {
  const file = [1, 2, 3, 4].map((day) => `2022-01-0${day},2,2,2,2,1`);
  const cents = [5, 6, 7].map((day) => `2022-01-0${day},200,200,200,200,1`);
  const { body } = await send({ asset: 'BCH' }, header + [...file, ...cents].join('\n')).expect(422);
  expect(body.errors).toEqual([
    {
      field: 'file',
      message: 'line 6: close 200 is a hundredfold of 2 beside it, or its hundredth: the unit changed',
    },
  ]);
  // one such price is a bad line, and costs itself alone
  const slip = [...file, cents[0], '2022-01-06,2,2,2,2,1'];
  const { body: report } = await send({ asset: 'BCH' }, header + slip.join('\n')).expect(201);
  expect(report).toMatchObject({ rows_read: 5, rows_refused: 1, refused: [{ line: 6, field: 'close', value: '200' }] });
});

test('a history that came in a wrong unit is corrected by one that says so', async () => {
  const history = (close: number) =>
    header + [1, 2, 3].map((day) => `2022-02-0${day},${close},${close},${close},${close},1`).join('\n');
  await send({ asset: 'LINK' }, history(200)).expect(201);
  const { body } = await send({ asset: 'LINK' }, history(2)).expect(422);
  expect(body.errors).toEqual([expect.objectContaining({ field: 'file' })]);
  expect((await send({ asset: 'LINK', unit: 'any' }, history(2)).expect(422)).body.errors[0].field).toBe('unit');
  const { body: corrected } = await send({ asset: 'LINK', unit: 'corrected' }, history(2)).expect(201);
  expect(corrected).toMatchObject({ rows_new: 0, rows_revised: 3 });
});

test('what is no multipart form is refused: 415 by its type, 400 when it is broken', async () => {
  await api().post(route).send({ asset: 'BTC' }).expect(415);
  await api().post(route).set('content-type', 'text/csv').send(bars).expect(415);
  const { body } = await api()
    .post(route)
    .set('content-type', 'multipart/form-data; boundary=x')
    .send('hello')
    .expect(400);
  expect(body.detail).toContain('no whole multipart form');
});

test('more than 200 MB are refused before they are read, and nothing stays behind', async () => {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 210 * 1024 * 1024 };
    const outgoing = http.request({ port, host: '127.0.0.1', method: 'POST', path: route, headers }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    outgoing.on('error', reject);
    outgoing.write('--x\r\n');
  });
  expect(status).toBe(413);
  expect(fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('fks-upload-'))).toEqual([]);
});

test('an upload that breaks off leaves no half import: the same file again stores all of it', async () => {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const whole = header + Array.from({ length: 300 }, (_, i) => `${dateOf(i)},5,6,4,5.5,10\n`).join('');
  const form = (text: string) =>
    '--b\r\nContent-Disposition: form-data; name="asset"\r\n\r\nALGO\r\n' +
    `--b\r\nContent-Disposition: form-data; name="file"; filename="ALGO.csv"\r\n\r\n${text}\r\n--b--\r\n`;
  const socket = net.connect(port, '127.0.0.1');
  socket.write(
    `POST ${route} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${form(whole).length}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.write(form(whole).slice(0, 3_000), resolve));
  socket.destroy();
  const { rows } = await owner.query(`select from candle where asset_id = 'ALGO'`);
  expect(rows).toEqual([]);
  expect((await send({ asset: 'ALGO' }, whole).expect(201)).body).toMatchObject({ rows_new: 300, rows_refused: 0 });
});
const dateOf = (day: number) => new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);

test('lists the owner’s imports, newest first, page by page, and no others', async () => {
  const all: { id: string; created_at: string }[] = [];
  for (let cursor = ''; ;) {
    const { body } = await api().get(`${route}?limit=3${cursor}`).expect(200);
    all.push(...body.items);
    if (body.next_cursor === null) break;
    cursor = `&cursor=${body.next_cursor}`;
  }
  expect(all).toHaveLength(await counted('price_import'));
  expect(all.map(({ id }) => id)).toEqual(
    all
      .map(({ id }) => id)
      .toSorted()
      .toReversed(),
  );
  await owner.query(`update price_import set owner_id = 'another' where id = $1`, [all[0]!.id]);
  await api().get(`${route}/${all[0]!.id}`).expect(404);
  expect((await api().get(`${route}?limit=500`).expect(200)).body.items).toHaveLength(all.length - 1);
  await api().get(`${route}/nope`).expect(422);
});

test('publishing is an act of an admin that the audit trail tells, once', async () => {
  const { body: made } = await send({ asset: 'LTC' }, bars).expect(201);
  const publish = (id: string) => api().post(`${route}/${id}/publish`).send({ reason: 'checked' });
  await api().post(`${route}/${made.id}/publish`).expect(400);
  const { body: unsaid } = await api().post(`${route}/${made.id}/publish`).send({ reason: ' ' }).expect(422);
  expect(unsaid.errors).toMatchObject([{ field: 'reason' }]);
  const { body } = await publish(made.id).expect(200);
  expect(body).toEqual({ ...made, published_at: expect.stringMatching(/Z$/) });
  const again = await publish(made.id).set('Idempotency-Key', 'p1').expect(200);
  expect(again.body).toEqual(body);
  expect((await api().get(`${route}/${made.id}`).expect(200)).body).toEqual(body);
  const { rows } = await owner.query(
    `select stream, kind, actor, payload from audit_event where subject = 'source:csv:local'`,
  );
  expect(rows).toEqual([
    {
      stream: 'data',
      kind: 'source_published',
      actor: 'local',
      payload: { source: 'csv:local', owner: 'local', import_id: made.id, reason: 'checked' },
    },
  ]);
  await publish('01a21066-1b8b-7461-a573-f8d78a252ebf').expect(404);
});
