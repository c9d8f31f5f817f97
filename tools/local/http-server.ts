import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** Ends open connections, too. */
  stop(): Promise<void>;
}

/** Listens on this machine alone; port 0 takes a free one. */
export async function listenLocally(port: number, listener: RequestListener): Promise<LocalServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const at = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${at}`,
    port: at,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
