import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { UniqueConstraintViolationException, ConnectionException, DriverException } from '@mikro-orm/core';
import type { Request, Response } from 'express';
import { DomainError, Fault, type DomainErrorKind, type FieldError } from '../../shared/errors.js';
import { AmbiguousBody } from './json-body.js';

/** RFC 9457 body; `detail` is always a string. */
interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: readonly FieldError[];
}

const byKind: Record<DomainErrorKind, { status: number; title: string }> = {
  bad_request: { status: 400, title: 'Request cannot be read' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  invalid: { status: 422, title: 'Invalid request' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
};
const kinds = Object.keys(byKind) as DomainErrorKind[];
const problemType = (name: string) => `/problems/${name.replaceAll('_', '-')}`;
const defaultRetrySeconds = 5;

interface Answer {
  problem: Problem;
  retryAfterSeconds?: number;
}

function fromDomain(error: DomainError): Answer {
  const { status, title } = byKind[error.kind];
  const { errors, retryAfterSeconds } = error.details;
  const problem = { type: problemType(error.kind), title, status, detail: error.message, ...(errors && { errors }) };
  const retry = retryAfterSeconds ?? (status === 503 ? defaultRetrySeconds : undefined);
  return retry === undefined ? { problem } : { problem, retryAfterSeconds: retry };
}

/** Errors of the framework and of its body parser: their text is about the request, so it may be shown. */
function fromHttp(status: number, message: string): Answer {
  const titles: Record<number, string> = {
    400: 'Request cannot be read',
    404: 'Not found',
    405: 'Method not allowed',
    408: 'Request took too long',
    413: 'Request too large',
    415: 'Unsupported media type',
  };
  const kind = kinds.find((one) => byKind[one].status === status);
  const type = kind ? problemType(kind) : 'about:blank';
  return { problem: { type, title: titles[status] ?? 'Request failed', status, detail: message } };
}

const isClientError = (error: unknown): error is Error & { status: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

/** Connection trouble wears many classes: the driver's, the socket's, and PostgreSQL's own shutdown codes. */
function isDatabaseAway(error: unknown): boolean {
  if (error instanceof ConnectionException) return true;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? String(at.code) : '';
    if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|57P0[123]|08\w{3}|53300)$/.test(code)) return true;
    if (/Connection terminated|timeout exceeded when trying to connect/i.test(at.message)) return true;
  }
  return error instanceof AggregateError && error.errors.some(isDatabaseAway);
}

function answerTo(error: unknown): Answer {
  if (error instanceof DomainError) return fromDomain(error);
  if (error instanceof Fault) return fromDomain(new DomainError('unavailable', error.message));
  // the framework wraps what the body parser passes on
  const cause = error instanceof HttpException && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof AmbiguousBody) {
    return fromDomain(new DomainError('bad_request', cause.message, { errors: [cause.refused] }));
  }
  if (error instanceof HttpException) return fromHttp(error.getStatus(), error.message);
  if (isDatabaseAway(error)) return fromDomain(new DomainError('unavailable', 'the database cannot be reached'));
  if (error instanceof UniqueConstraintViolationException)
    return fromDomain(new DomainError('conflict', 'a record with this key exists already'));
  if (isClientError(error)) return fromHttp(error.status, error.message);
  return {
    problem: {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: 'The request failed because of an error on our side; the log has it under the request id.',
    },
  };
}

const send = (response: Response, problem: Problem) =>
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));

/** For what is refused before any route is reached. */
export const sendProblem = (response: Response, status: number, detail: string): void => {
  send(response, fromHttp(status, detail).problem);
};

/** The one place where errors become answers. Internal text never leaves. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { problem, retryAfterSeconds } = answerTo(error);
    if (problem.status === 503) {
      // expected while a dependency is away: no alarm, no stack
      this.logger.warn({ reason: problem.detail }, 'request.unavailable');
    } else if (problem.status >= 500) {
      const request = host.switchToHttp().getRequest<Request>();
      const cause = error instanceof DriverException ? `${error.message} (${error.code ?? 'no code'})` : error;
      this.logger.error({ err: cause, path: request.path, status: problem.status }, 'request.failed');
    }
    if (response.headersSent) {
      response.end();
      return;
    }
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
    send(response, problem);
  }
}
