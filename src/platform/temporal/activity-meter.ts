import { asyncLocalStorage } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';

/** Where the running activity counts what the worker's metrics shall tell; undefined outside of one. */
export const activityMeter = (): MetricMeter | undefined => asyncLocalStorage.getStore()?.metricMeter;
