import type { ScheduleOptions } from '@temporalio/client';
import { scheduledCollectionsWorkflow, type CollectionSchedule } from '../data.contract.js';

interface Declared {
  readonly id: CollectionSchedule;
  readonly spec: ScheduleOptions['spec'];
  /** A time that was missed is made up for within it. */
  readonly catchupWindow: string;
  readonly summary: string;
}

const declared: readonly Declared[] = [
  {
    id: 'collect-daily-crypto',
    // the day of coins ends at 00:00 UTC, and CoinGecko publishes its close from 00:35 on
    spec: { calendars: [{ hour: 0, minute: 37 }], timezone: 'UTC', jitter: '3 minutes' },
    catchupWindow: '24 hours',
    summary: 'daily bars of the enabled coins',
  },
  {
    id: 'collect-daily-us',
    // New York closes at 16:00, and a daily bar counts as over at 24:00 UTC of its date: 20:00 there in summer, 19:00 in
    // winter, so that half past eight is after both, on the evening of the same trading day
    spec: {
      calendars: [{ dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' }, hour: 20, minute: 30 }],
      timezone: 'America/New_York',
      jitter: '5 minutes',
    },
    catchupWindow: '24 hours',
    summary: 'daily bars of the enabled US stocks and funds',
  },
  {
    id: 'collect-hourly',
    spec: { intervals: [{ every: '1 hour', offset: '1 minute' }], jitter: '1 minute' },
    catchupWindow: '1 hour',
    summary: 'hourly bars of the enabled assets that want them',
  },
  {
    id: 'collect-minute',
    // a few seconds for the source to close its bar
    spec: { intervals: [{ every: '1 minute', offset: '10 seconds' }], jitter: '5 seconds' },
    catchupWindow: '1 minute',
    summary: 'minute bars of the enabled assets that want them',
  },
];

/**
 * The schedules that collect, as a deployment declares them.
 *
 * Jitter spreads what would otherwise meet other clients of the providers at the full minute; the as-of is the scheduled
 * time without it. A collection asks for all that is missing up to its as-of, so after an outage one run is enough: a
 * run that has not got through when the next one is due is replaced by it (its work is one short request), and of the
 * times that the server itself missed at most one lies within the catch-up window; what is missed beyond it is the next
 * run's. They begin paused: a person, or an installation, decides to spend the budgets of its providers.
 */
export const collectionScheduleOptions = (taskQueue: string): ScheduleOptions[] =>
  declared.map(({ id, spec, catchupWindow, summary }) => ({
    scheduleId: id,
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: scheduledCollectionsWorkflow,
      workflowId: id,
      args: [id],
      taskQueue,
      staticSummary: summary,
    },
    policies: { overlap: 'TERMINATE_OTHER', catchupWindow },
    state: { paused: true, note: 'declared paused; resume it to collect by itself' },
  }));
