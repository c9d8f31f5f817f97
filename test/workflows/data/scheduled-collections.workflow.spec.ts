import { randomUUID } from 'node:crypto';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  scheduledCollectionsWorkflow,
  type DataActivities,
  type ScheduledCollections,
} from '../../../src/data/data.contract.js';
import type { JobId } from '../../../src/shared/ids.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

/** IndexedValueType of an instant. */
const dateTime = 6;
const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
  // a server with schedules knows it
  const searchAttributes = { [scheduledStartTime.name]: dateTime };
  await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
});
afterAll(() => env.teardown());

test('D57: what is requested is as of the time of the schedule, not of when it got through', async () => {
  const asked: unknown[] = [];
  const activities: Partial<DataActivities> = {
    async requestScheduledCollection(input) {
      asked.push(input);
      return { jobIds: ['j' as JobId], spared: [] };
    },
  };
  const scheduled = new Date('2025-06-01T00:37:00Z');
  await withWorker(env, activities, async (taskQueue) => {
    const report = await env.client.workflow.execute<ScheduledCollections>(scheduledCollectionsWorkflow, {
      args: ['collect-daily-crypto'],
      workflowId: randomUUID(),
      taskQueue,
      typedSearchAttributes: new TypedSearchAttributes([{ key: scheduledStartTime, value: scheduled }]),
    });
    expect(report).toEqual({ jobIds: ['j'], spared: [] });
  });
  expect(asked).toEqual([{ schedule: 'collect-daily-crypto', scheduledTime: '2025-06-01T00:37:00.000Z' }]);
});
