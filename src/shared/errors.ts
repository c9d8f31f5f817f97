/** A problem that the business has a word for; the HTTP edge turns `kind` into a status. */
export type DomainErrorKind = 'invalid' | 'not_found' | 'conflict' | 'unavailable' | 'bad_request';

export interface FieldError {
  /** Path of the member in the request, for example `holdings.BTC`. */
  field: string;
  /** The value that was refused, shortened by the caller where it may be long. */
  value?: unknown;
  message: string;
}

export class DomainError extends Error {
  override readonly name: string = 'DomainError';
  constructor(
    readonly kind: DomainErrorKind,
    message: string,
    readonly details: { errors?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** What a request is refused for, each field with the value that it had. */
export const refusedFor = (errors: readonly FieldError[]): DomainError =>
  new DomainError('invalid', errors.map(inWords).join('; '), { errors });

/** The same without the values, which may be long or none. */
export const fieldsRefused = (kind: 'invalid' | 'bad_request', errors: readonly FieldError[]): DomainError =>
  new DomainError(kind, errors.map(({ field, message }) => `${field} ${message}`).join('; '), { errors });

function inWords({ field, value, message }: FieldError): string {
  const shown = String(value);
  return value === undefined ? `${field} ${message}` : `${field} "${shown}" ${message}`;
}

/** We are wrong: a shape or a state that no input may cause. Never retried, answered with 500 and no details. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** The world failed (a source, the network, the database): worth another attempt unless `retryable` is false. */
export class Fault extends Error {
  override readonly name: string = 'Fault';
  constructor(
    /** Stable name of the fault, shown in the Temporal UI: `SourceUnavailable`, `RateLimited`, ... */
    readonly type: string,
    message: string,
    readonly details: { retryable?: boolean; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
  }
  get retryable(): boolean {
    return this.details.retryable ?? true;
  }
}
