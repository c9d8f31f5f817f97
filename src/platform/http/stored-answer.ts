import type { Response } from 'express';

/** Sends an answer that was stored as text, byte for byte. */
export function sendStored(
  response: Response,
  answer: { status: number; location: string | null; body: string },
): void {
  response.status(answer.status).type('application/json');
  if (answer.location !== null) response.location(answer.location);
  response.send(answer.body);
}
