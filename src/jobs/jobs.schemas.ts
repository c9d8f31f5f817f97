import { z } from 'zod';
import { pageQuery } from '../platform/http/page.js';
import { jobKinds, jobStates } from './jobs.contract.js';

export const jobsQuery = z.object({
  ...pageQuery,
  kind: z.enum(jobKinds).optional(),
  state: z.enum(jobStates).optional(),
});
export type JobsQuery = z.output<typeof jobsQuery>;

export const jobEventsQuery = z.object(pageQuery);
export type JobEventsQuery = z.output<typeof jobEventsQuery>;

export const idParam = z.uuid();
