import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { problemFrom } from '../../../workflows/jobs/problem-from-failure.js';

const inActivity = (cause: Error) => new ActivityFailure('failed', 'collectAsset', '1', RetryState.TIMEOUT, 'w', cause);
const inChild = (cause: Error) =>
  new ChildWorkflowFailure('default', { workflowId: 'w', runId: 'r' }, 'collectPrices', RetryState.TIMEOUT, cause);

test('speaks of our own failures, however deep they lie', () => {
  const cause = ApplicationFailure.nonRetryable('binance: 451', 'SourceUnavailable');
  expect(problemFrom(inChild(inActivity(cause)))).toEqual({
    type: '/problems/source-unavailable',
    title: 'Source unavailable',
    detail: 'binance: 451',
  });
});

test('keeps the text of any other error inside', () => {
  const secret = new Error('connect postgres://fks_app:hunter2@db failed');
  expect(JSON.stringify(problemFrom(inActivity(ApplicationFailure.fromError(secret))))).not.toContain('hunter2');
  expect(problemFrom(secret).title).toBe('Internal error');
  const driver = ApplicationFailure.create({ type: 'DriverException', message: "insert ... values ('secret')" });
  expect(problemFrom(inActivity(driver)).title).toBe('Internal error');
});

test('says when a step took too long', () => {
  expect(problemFrom(inActivity(new TimeoutFailure('too long', undefined, 'START_TO_CLOSE'))).title).toBe('Timed out');
});
