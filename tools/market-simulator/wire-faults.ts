import type { ServerResponse } from 'node:http';
import type { Answer, Venue } from './answer.js';
import { withInvalidNumber, type WireFault } from './faults.js';

const htmlPage = '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>';
const isHtml = { 'content-type': 'text/html' };

/** Sends an answer as the fault leaves it. */
export function send(response: ServerResponse, answer: Answer, fault: WireFault | undefined, venue?: Venue): void {
  const { status, headers } = answer;
  const whole = bodyText(answer);
  switch (fault?.kind) {
    case undefined:
      response.writeHead(status, headers).end(whole);
      return;
    case 'nan':
      response.writeHead(status, headers).end(JSON.stringify(withInvalidNumber(answer.body)));
      return;
    case '429':
    case '429-storm':
      return send(response, tooMany(fault.retryAfterSeconds, venue), undefined);
    case '429-no-retry-after':
      return send(response, tooMany(undefined, venue), undefined);
    case '500':
      response.writeHead(500, isHtml).end(htmlPage);
      return;
    case 'html':
      response.writeHead(200, isHtml).end(htmlPage);
      return;
    case 'cut':
      response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(whole)) });
      response.write(whole.slice(0, whole.length / 2), () => response.destroy());
      return;
    case 'slow': {
      response.writeHead(status, headers).write(whole.slice(0, whole.length / 2));
      const rest = setTimeout(() => response.end(whole.slice(whole.length / 2)), fault.seconds * 1_000);
      response.once('close', () => clearTimeout(rest));
      return;
    }
  }
}

const bodyText = ({ headers, body }: Answer): string =>
  typeof body === 'string' && headers['content-type']?.startsWith('text/') ? body : JSON.stringify(body);

/** In the vendor's own words, with or without the time to wait. */
function tooMany(retryAfterSeconds: number | undefined, venue: Venue | undefined): Answer {
  const limit = { window: 'minute', limit: 1, retryAfterMs: (retryAfterSeconds ?? 1) * 1_000 } as const;
  const { status, headers, body } = venue!.tooMany(limit);
  const { 'retry-after': _own, ...others } = headers;
  const waiting = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, headers: { ...others, ...waiting }, body };
}
