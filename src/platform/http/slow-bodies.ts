import type { NextFunction, Request, Response } from 'express';
import { sendProblem } from './problem-filter.js';

/** Files take their time; their size is bounded where they are read. */
const isUpload = (request: Request): boolean =>
  /^(multipart\/form-data|text\/csv)\b/i.test(request.headers['content-type'] ?? '');

/** Answers 408 and hangs up when a body has not come whole in time: a client that drips holds no memory for long. */
export const refuseSlowBodies =
  (withinMs: number) =>
  (request: Request, response: Response, next: NextFunction): void => {
    if (request.complete || isUpload(request)) {
      next();
      return;
    }
    const timer = setTimeout(() => {
      if (request.complete || response.headersSent) return;
      response.setHeader('Connection', 'close');
      response.once('finish', () => request.destroy());
      sendProblem(response, 408, `the body did not come whole within ${withinMs / 1_000} s`);
    }, withinMs).unref();
    for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
    next();
  };
