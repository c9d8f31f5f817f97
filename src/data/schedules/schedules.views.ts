import type { ScheduleDescription } from '@temporalio/client';
import { z } from 'zod';
import { pageOf } from '../../platform/http/page.js';
import { toIso } from '../../shared/time.js';
import { scheduleInWords } from './schedule-words.js';

export const scheduleSchema = z
  .object({
    id: z.string(),
    runs: z.string().describe('When it runs, in words'),
    next_runs: z.array(z.iso.datetime()).describe('The next times; none while it is paused'),
    last_run: z
      .object({ scheduled_at: z.iso.datetime(), started_at: z.iso.datetime(), workflow_id: z.string() })
      .nullable()
      .describe('Null while it has not run'),
    paused: z.boolean(),
    note: z.string().nullable(),
  })
  .meta({
    id: 'Schedule',
    example: {
      id: 'collect-daily-us',
      runs: 'Monday to Friday at 20:30, America/New_York, up to 5 minutes later',
      next_runs: ['2026-11-26T01:30:00Z'],
      last_run: null,
      paused: false,
      note: null,
    },
  });
export type ScheduleView = z.output<typeof scheduleSchema>;

export const schedulePage = pageOf(scheduleSchema).meta({ id: 'SchedulePage' });

export function scheduleView({ scheduleId, spec, state, info }: ScheduleDescription): ScheduleView {
  const last = info.recentActions.at(-1);
  return {
    id: scheduleId,
    runs: scheduleInWords(spec),
    next_runs: state.paused ? [] : info.nextActionTimes.slice(0, 5).map((at) => toIso(at.getTime())),
    last_run: last
      ? {
          scheduled_at: toIso(last.scheduledAt.getTime()),
          started_at: toIso(last.takenAt.getTime()),
          workflow_id: last.action.workflow.workflowId,
        }
      : null,
    paused: state.paused,
    note: state.note || null,
  };
}
