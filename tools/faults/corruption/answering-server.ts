import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The connection is closed half-way through the body. */
  readonly cut?: boolean;
  /** The body never ends. */
  readonly slow?: boolean;
}

/** What nobody has an answer for; no source takes it for anything but a mistake. */
const unexpected: Answer = { status: 599, body: 'no answer on file' };

/** A provider on 127.0.0.1 that says what it is told to say. */
export class AnsweringServer {
  private answerTo: (pathAndQuery: string) => Answer | undefined = () => undefined;
  /** Paths and queries of the requests since the last `answerWith`, the oldest first. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<AnsweringServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new AnsweringServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const address = request.url ?? '';
      started.requests.push(address);
      const { status, headers, body, cut, slow } = started.answerTo(address) ?? unexpected;
      const bytes = Buffer.from(body);
      response.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength) });
      if (cut !== true && slow !== true) return void response.end(bytes);
      response.write(bytes.subarray(0, Math.ceil(bytes.byteLength / 2)), () => {
        if (cut === true) response.destroy();
      });
    });
    return started;
  }

  /** From now on; the requests are counted anew. */
  answerWith(answerTo: (pathAndQuery: string) => Answer | undefined): void {
    this.answerTo = answerTo;
    this.requests.length = 0;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
