import type { NextFunction, Request, Response } from 'express';
import { sendProblem } from './problem-filter.js';

/** PostgreSQL stores no NUL: an address that has one asks for nothing that could be there. */
export function refuseNul(request: Request, response: Response, next: NextFunction): void {
  if (request.originalUrl.includes('%00')) sendProblem(response, 400, 'the address holds a NUL, which no text has');
  else next();
}
