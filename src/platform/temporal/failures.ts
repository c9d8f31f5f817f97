import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { DomainError, Fault, InvariantViolation } from '../../shared/errors.js';

/**
 * The failure that Temporal should see for an error of an activity; undefined leaves the error as it is (retryable).
 *
 * Outcomes never come here: they are returned. A fault says itself whether another attempt can help; a defect of ours
 * and a refusal of the domain are not retried.
 */
export function toApplicationFailure(error: unknown): ApplicationFailure | undefined {
  if (error instanceof Fault) {
    const { retryAfterMs } = error.details;
    return ApplicationFailure.create({
      message: error.message,
      type: error.type,
      nonRetryable: !error.retryable,
      // an expected wait for somebody else is no alarm
      ...(error.retryable && { category: ApplicationFailureCategory.BENIGN }),
      ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
      cause: error,
    });
  }
  if (error instanceof DomainError && error.kind === 'unavailable') {
    const { retryAfterSeconds } = error.details;
    const nextRetryDelay = retryAfterSeconds === undefined ? {} : { nextRetryDelay: retryAfterSeconds * 1_000 };
    return ApplicationFailure.create({ message: error.message, type: 'Unavailable', ...nextRetryDelay, cause: error });
  }
  if (error instanceof InvariantViolation || error instanceof DomainError) {
    return ApplicationFailure.create({ message: error.message, type: error.name, nonRetryable: true, cause: error });
  }
  if (isRefusedByDatabase(error)) {
    return ApplicationFailure.create({
      message: 'the database refused what was to be written',
      type: 'DatabaseRefused',
      nonRetryable: true,
      cause: error as Error,
    });
  }
  return undefined;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint): the same statement fails for ever. */
const isRefusedByDatabase = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^2[23]\w{3}$/.test(String(error.code));
