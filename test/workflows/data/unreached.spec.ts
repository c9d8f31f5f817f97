import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { whyUnreached } from '../../../workflows/data/unreached.js';

const failed = (cause: Error) => new ActivityFailure('failed', 'fetchBars', '1', RetryState.TIMEOUT, 'w', cause);

test('a source that nobody reached, however that went, could not be asked', () => {
  const late = new TimeoutFailure('too late', undefined, TimeoutType.SCHEDULE_TO_CLOSE);
  expect(whyUnreached(failed(late))).toBe('no worker asked it in time');
  const away = ApplicationFailure.create({ message: 'binance unavailable (status 503)', type: 'SourceUnavailable' });
  expect(whyUnreached(failed(away))).toBe('binance unavailable (status 503)');
  const limited = ApplicationFailure.create({ message: 'binance rateLimited', type: 'RateLimited' });
  expect(whyUnreached(failed(limited))).toBe('binance rateLimited');
});

test('a defect, and a cancellation, are none of it', () => {
  expect(whyUnreached(failed(ApplicationFailure.nonRetryable('x', 'InvariantViolation')))).toBeUndefined();
  expect(whyUnreached(failed(new CancelledFailure('cancelled')))).toBeUndefined();
  expect(whyUnreached(new Error('x'))).toBeUndefined();
});
