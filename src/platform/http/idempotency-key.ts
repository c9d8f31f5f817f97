import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../../shared/errors.js';

export const idempotencyKeyHeader = 'Idempotency-Key';

/** The request's idempotency key, when it has one. @throws DomainError `bad_request` for one over 255 characters */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<Request>().header(idempotencyKeyHeader);
  if (key === undefined) return undefined;
  if (key.length === 0 || key.length > 255) {
    const message = `must have 1 to 255 characters, has ${key.length}`;
    throw new DomainError('bad_request', `${idempotencyKeyHeader} ${message}`, {
      errors: [{ field: idempotencyKeyHeader, value: `${key.slice(0, 100)}${key.length > 100 ? '…' : ''}`, message }],
    });
  }
  return key;
});
