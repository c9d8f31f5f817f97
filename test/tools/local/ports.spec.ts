import { once } from 'node:events';
import net from 'node:net';
import { choosePort, isFree, portFrom, releasePorts } from '../../../tools/local/ports.mjs';

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

test.each(['http', '0', '70000', '80.5', '-1'])('%s is not a port number', (text) => {
  expect(() => portFrom('PORT', { PORT: text })).toThrow(`PORT is not a port number: "${text}"`);
});

test('an empty variable asks for nothing', () => {
  expect(portFrom('PORT', { PORT: '' })).toBeUndefined();
  expect(portFrom('PORT', {})).toBeUndefined();
});
