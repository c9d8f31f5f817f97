import { defineSearchAttributeKey } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { IsoInstant } from '../src/shared/time.js';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** The time that the schedule names, or else that of the start: "now" would depend on when it got through. */
export function scheduledTime(): IsoInstant {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return (typedSearchAttributes.get(scheduledStartTime) ?? startTime).toISOString();
}
