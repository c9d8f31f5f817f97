import { ApplicationFailureCategory } from '@temporalio/common';
import { toApplicationFailure } from '../../../../src/platform/temporal/failures.js';
import { DomainError, Fault, InvariantViolation } from '../../../../src/shared/errors.js';

test('a fault keeps its type, says whether another attempt can help, and hands on the wait', () => {
  expect(toApplicationFailure(new Fault('RateLimited', 'binance: HTTP 429', { retryAfterMs: 7_000 }))).toMatchObject({
    type: 'RateLimited',
    message: 'binance: HTTP 429',
    nonRetryable: false,
    nextRetryDelay: 7_000,
    category: ApplicationFailureCategory.BENIGN,
  });
  expect(toApplicationFailure(new Fault('KeyMissing', 'no key', { retryable: false }))?.nonRetryable).toBe(true);
});

test('a defect and a refusal of the domain are not tried again', () => {
  for (const error of [new InvariantViolation('19x19 but 20 assets'), new DomainError('conflict', 'settled already')]) {
    expect(toApplicationFailure(error)).toMatchObject({ nonRetryable: true, type: error.name, message: error.message });
  }
});

test('what the database refuses for good is not tried again, and a service that is away is', () => {
  const refused = Object.assign(new Error('invalid byte sequence: "secret"'), { code: '22021' });
  expect(toApplicationFailure(refused)).toMatchObject({ nonRetryable: true, type: 'DatabaseRefused' });
  expect(toApplicationFailure(refused)?.message).not.toContain('secret');
  const away = new DomainError('unavailable', 'the workflow service cannot be reached', { retryAfterSeconds: 5 });
  expect(toApplicationFailure(away)).toMatchObject({ nonRetryable: false, nextRetryDelay: 5_000 });
});

test('any other error is left to the retry policy', () => {
  expect(toApplicationFailure(new Error('connection terminated'))).toBeUndefined();
});
