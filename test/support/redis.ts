import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** The first `redis-server` of the search path; undefined when there is none. */
export const redisBinary: string | undefined = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .map((folder) => path.join(folder, 'redis-server'))
  .find((file) => fs.existsSync(file));

export interface TestRedis {
  readonly url: string;
  /** Stops answering; the port stays the server's. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and takes its folder away. */
  drop(): Promise<void>;
}

/** A Redis of the caller's own on a free port, which keeps nothing on disk. */
export async function startRedis(binary: string): Promise<TestRedis> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      binary,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
    await answering(port);
  };
  const stop = async () => {
    const running = server;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    async drop() {
      await stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws when nothing listens there in good time */
async function answering(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
}
