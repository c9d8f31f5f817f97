import { z } from 'zod';
import { plainText } from '../../platform/http/plain-text.js';

export const scheduleIdParam = z.string().min(1).max(200);

export const scheduleActBody = z
  .strictObject({
    reason: plainText(500).min(1).describe('Stands in the audit trail, and as the note of the schedule'),
  })
  .meta({ id: 'ScheduleAct', example: { reason: 'the provider announced an outage' } });
export type ScheduleActBody = z.output<typeof scheduleActBody>;
