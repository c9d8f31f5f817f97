import net from 'node:net';
import request from 'supertest';
import { WorkerHost } from '../../src/platform/temporal/worker-host.js';
import { freshDatabase, fromEnvironment } from '../support/database.js';
import { eventually, startApi, startWorker, testConfig } from '../support/service.js';

/** Where nothing listens yet; `open` lets connections through to another address from then on. */
async function closedDoor(to: { host: string; port: number }) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const onward = net.connect(to.port, to.host);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(onward).pipe(client);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return {
    port,
    open: () => listen(port),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('an API that starts before its database says so, and recovers by itself', async () => {
  const database = await freshDatabase();
  const url = new URL(database.url);
  const door = await closedDoor({ host: url.hostname, port: Number(url.port) });
  url.port = String(door.port);
  const api = await startApi(testConfig(url.href));
  try {
    const http = request(api.getHttpServer());
    await http.get('/health').expect(200);
    const { body } = await http.get('/ready').expect(503);
    expect(body.dependencies.database).toBe('cannot be reached');
    const refused = await http.get('/api/v1/portfolios').expect(503);
    expect(refused.body.detail).toBe('the database cannot be reached');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await door.open();
    await eventually(
      async () => (await http.get('/api/v1/portfolios')).status,
      (status) => status === 200,
    );
  } finally {
    await api.close();
    door.close();
    await database.drop();
  }
}, 40_000);

test('a worker that starts before Temporal waits for it, and can be stopped while it waits', async () => {
  const database = await freshDatabase();
  const [host, port] = fromEnvironment('TEST_TEMPORAL_ADDRESS').split(':');
  const door = await closedDoor({ host: host!, port: Number(port) });
  const config = testConfig(database.url, { TEMPORAL_ADDRESS: `127.0.0.1:${door.port}` });
  const [early, patient] = [await startWorker(config), await startWorker(config)];
  try {
    expect(early.get(WorkerHost).state).toBe('connecting');
    await early.close();
    await door.open();
    await eventually(
      async () => patient.get(WorkerHost).state,
      (state) => state === 'running',
    );
  } finally {
    await patient.close();
    door.close();
    await database.drop();
  }
}, 40_000);
