import { once } from 'node:events';
import net from 'node:net';
import { listensOn } from '../../../tools/local/processes.mjs';
import { choosePort, isFree, portFrom, releasePorts, startOnPorts } from '../../../tools/local/ports.mjs';

const wish = (fallback: number) => ({ name: 'API', variable: 'PORT', fallback });

async function occupied() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('a default that is taken gives way to the next free port, and that is said', async () => {
  const other = await occupied();
  const said: string[] = [];
  const port = await choosePort(wish(other.port), {}, (line) => said.push(line));
  expect(port).toBeGreaterThan(other.port);
  expect(await isFree(port)).toBe(true);
  expect(said).toEqual([`port ${other.port} (API) is taken; using ${port}`]);
  await other.close();
  releasePorts(port);
});

test('a port that was asked for and is taken is refused by name and number', async () => {
  const other = await occupied();
  await expect(choosePort(wish(8012), { PORT: String(other.port) }, () => {})).rejects.toThrow(
    `port ${other.port} (API) is taken by another program: stop that one, or choose another port by PORT`,
  );
  await other.close();
});

test('one launcher promises a port once', async () => {
  const other = await occupied();
  await other.close();
  const first = await choosePort(wish(other.port), {}, () => {});
  const second = await choosePort(wish(other.port), {}, () => {});
  expect(second).toBeGreaterThan(first);
  releasePorts(first, second);
});

test('a start that lost its port to a quicker program is tried again on the next free one', async () => {
  const other = await occupied();
  const tried: number[] = [];
  const port = await startOnPorts(
    () => Promise.resolve([tried.length === 0 ? other.port : 0]),
    ([at = -1]) => {
      tried.push(at);
      return at === other.port ? Promise.reject(new Error('address in use')) : Promise.resolve(at);
    },
  );
  expect(port).toBe(0);
  expect(tried).toEqual([other.port, 0]);
  await other.close();
});

test('a start that fails for another reason is not tried again', async () => {
  let tries = 0;
  const start = () => Promise.reject(new Error(`no table (try ${++tries})`));
  await expect(startOnPorts(() => Promise.resolve([]), start)).rejects.toThrow('no table (try 1)');
});

test('the process that listens on a port is told from others', async () => {
  const other = await occupied();
  expect(listensOn(process.pid, other.port)).toBe(true);
  expect(listensOn(process.ppid, other.port)).toBe(false);
  await other.close();
  expect(listensOn(process.pid, other.port)).toBe(false);
});

test.each(['http', '0', '70000', '80.5', '-1'])('%s is not a port number', (text) => {
  expect(() => portFrom('PORT', { PORT: text })).toThrow(`PORT is not a port number: "${text}"`);
});

test('an empty variable asks for nothing', () => {
  expect(portFrom('PORT', { PORT: '' })).toBeUndefined();
  expect(portFrom('PORT', {})).toBeUndefined();
});
