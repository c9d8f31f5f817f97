import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const requestIdHeader = 'x-request-id';

/** The caller's request id when it looks like one, else a new one; it is sent back with the answer. */
export function requestIdOf(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers[requestIdHeader];
  const id = typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
  response.setHeader(requestIdHeader, id);
  return id;
}
