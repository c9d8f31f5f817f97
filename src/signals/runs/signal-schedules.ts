import type { ScheduleOptions } from '@temporalio/client';
import type { TradeCategory } from '../../shared/trade-categories.js';
import { scheduledSignalsWorkflow, signalScheduleId } from '../signals.contract.js';

interface Declared {
  readonly category: TradeCategory;
  readonly spec: ScheduleOptions['spec'];
  /** A time that was missed is made up for within it: what comes later is about another market. */
  readonly catchupWindow: string;
}

const declared: readonly Declared[] = [
  {
    category: 'scalp',
    // after the bars of the minute have been collected
    spec: { intervals: [{ every: '5 minutes', offset: '30 seconds' }] },
    catchupWindow: '1 minute',
  },
  {
    category: 'intraday',
    // after the bars of the hour have been collected
    spec: { intervals: [{ every: '1 hour', offset: '5 minutes' }] },
    catchupWindow: '30 minutes',
  },
  {
    category: 'swing',
    // after the daily bars of coins and of US stocks have been collected, in winter too
    spec: { calendars: [{ hour: 2, minute: 5 }], timezone: 'UTC', jitter: '5 minutes' },
    catchupWindow: '12 hours',
  },
  {
    category: 'long_term',
    spec: { calendars: [{ dayOfWeek: 'MONDAY', hour: 2, minute: 20 }], timezone: 'UTC', jitter: '5 minutes' },
    catchupWindow: '24 hours',
  },
];

/**
 * The schedules that ask for signals, one a category. They begin paused: signals want the bars of their category, which a
 * person, or an installation, decides to collect.
 */
export const signalScheduleOptions = (taskQueue: string): ScheduleOptions[] =>
  declared.map(({ category, spec, catchupWindow }) => ({
    scheduleId: signalScheduleId(category),
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: scheduledSignalsWorkflow,
      workflowId: signalScheduleId(category),
      args: [category],
      taskQueue,
      staticSummary: `${category} signals for every portfolio`,
    },
    policies: { overlap: 'BUFFER_ONE', catchupWindow },
    state: { paused: true, note: 'declared paused; resume it once the bars of its category are collected' },
  }));
