// Declares the service's Temporal schedules; run at every deploy, safe to repeat:  npm run schedules
import { Client, Connection, type ScheduleOptions } from '@temporalio/client';
import { collectionScheduleOptions } from '../src/data/collection/collection-schedules.js';
import { reconcileDecisionsWorkflow } from '../src/guidance/guidance.contract.js';
import { reconcileJobsWorkflow } from '../src/jobs/jobs.contract.js';
import { scheduledPipelinesWorkflow } from '../src/pipelines/pipelines.contract.js';
import { scheduledSnapshotsWorkflow } from '../src/portfolio/performance/performance.contract.js';
import { signalScheduleOptions } from '../src/signals/runs/signal-schedules.js';
import { settleSignalsWorkflow } from '../src/signals/signals.contract.js';
import { readConfig } from '../src/platform/config/config.js';
import { declareSchedule } from '../src/platform/temporal/declare-schedule.js';
import { silentTracing } from '../src/platform/temporal/tracing.js';

const { temporal } = readConfig(process.env);
const { taskQueue } = temporal;

const schedules: ScheduleOptions[] = [
  {
    scheduleId: 'reconcile-jobs',
    spec: { intervals: [{ every: '1 minute' }] },
    action: { type: 'startWorkflow', workflowType: reconcileJobsWorkflow, workflowId: 'reconcile-jobs', taskQueue },
    // a missed comparison is made up for by the next one
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
  },
  {
    scheduleId: 'reconcile-decisions',
    spec: { intervals: [{ every: '5 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: reconcileDecisionsWorkflow,
      workflowId: 'reconcile-decisions',
      taskQueue,
    },
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
  },
  {
    scheduleId: 'daily-pipeline',
    // after the crypto day has closed at 00:00 UTC, and some hours after the US close
    spec: { calendars: [{ hour: 0, minute: 45 }], timezone: 'UTC', jitter: '5 minutes' },
    action: {
      type: 'startWorkflow',
      workflowType: scheduledPipelinesWorkflow,
      workflowId: 'daily-pipeline',
      taskQueue,
      staticSummary: 'a pipeline for every portfolio',
    },
    // after an outage of days only the last missed run is wanted: older proposals would be stale
    policies: { overlap: 'BUFFER_ONE', catchupWindow: '12 hours' },
    state: { paused: true, note: 'declared paused; unpause it to have a proposal every day' },
  },
  {
    scheduleId: 'daily-performance',
    // after the daily bars of coins and of US stocks have been collected, in winter too
    spec: { calendars: [{ hour: 2, minute: 0 }], timezone: 'UTC', jitter: '5 minutes' },
    action: {
      type: 'startWorkflow',
      workflowType: scheduledSnapshotsWorkflow,
      workflowId: 'daily-performance',
      taskQueue,
      staticSummary: 'the days of every portfolio',
    },
    policies: { overlap: 'SKIP', catchupWindow: '12 hours' },
  },
  {
    scheduleId: 'settle-signals',
    // after the bars of the hour have been collected
    spec: { intervals: [{ every: '1 hour', offset: '20 minutes' }], jitter: '2 minutes' },
    action: {
      type: 'startWorkflow',
      workflowType: settleSignalsWorkflow,
      workflowId: 'settle-signals',
      taskQueue,
      staticSummary: 'what became of live signals',
    },
    policies: { overlap: 'SKIP', catchupWindow: '1 hour' },
  },
  ...collectionScheduleOptions(taskQueue),
  ...signalScheduleOptions(taskQueue),
];

const connection = await Connection.connect({ address: temporal.address });
const { schedule } = new Client({ connection, namespace: temporal.namespace, plugins: [silentTracing()] });
try {
  for (const wanted of schedules) {
    console.log(`schedule ${wanted.scheduleId}: ${await declareSchedule(schedule, wanted)}`);
  }
} finally {
  await connection.close();
}
