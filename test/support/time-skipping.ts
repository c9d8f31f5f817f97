import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { aiQueue } from '../../src/ai/ai.contract.js';
import { decisionStateAttribute } from '../../src/guidance/guidance.contract.js';
import { jobKindAttribute, portfolioIdAttribute } from '../../src/jobs/jobs.contract.js';
import { silentTracing } from '../../src/platform/temporal/tracing.js';
import { fromEnvironment } from './database.js';

/** IndexedValueType of a keyword. */
const keyword = 2;

/** A server on which days pass in milliseconds; one for each spec file, because its clock is its own. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: fromEnvironment('TEST_TEMPORAL_TEST_SERVER') } },
  });
  const searchAttributes = Object.fromEntries(
    [decisionStateAttribute, jobKindAttribute, portfolioIdAttribute].map(({ name }) => [name, keyword]),
  );
  await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
  return env;
}

/**
 * Runs a story while a worker with the given activities polls a task queue of its own, and another one the queue of
 * questions to fks_ai where there are activities for it.
 */
export async function withWorker<T>(
  env: TestWorkflowEnvironment,
  activities: object,
  story: (taskQueue: string) => Promise<T>,
  aiActivities?: object,
): Promise<T> {
  const taskQueue = `test-${randomUUID()}`;
  const common = { connection: env.nativeConnection, plugins: [silentTracing()] };
  const worker = await Worker.create({
    ...common,
    taskQueue,
    activities,
    workflowBundle: { codePath: fromEnvironment('TEST_WORKFLOW_BUNDLE') },
  });
  if (!aiActivities) return worker.runUntil(() => story(taskQueue));
  const asker = await Worker.create({ ...common, taskQueue: aiQueue(taskQueue), activities: aiActivities });
  return worker.runUntil(() => asker.runUntil(() => story(taskQueue)));
}
