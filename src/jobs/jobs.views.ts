import { z } from 'zod';
import { pageOf } from '../platform/http/page.js';
import { toIso } from '../shared/time.js';
import type { Job, JobEvent } from './job.entity.js';
import { jobKinds, jobStates } from './jobs.contract.js';

export const jobSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(jobKinds),
    state: z.enum(jobStates),
    progress: z.object({ done: z.number(), total: z.number(), note: z.string() }).nullable(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    workflow_id: z.string(),
    run_id: z.string().nullable(),
    result: z.string().nullable().describe('Path of what the job made'),
    problem: z.object({ type: z.string(), title: z.string(), detail: z.string() }).nullable(),
  })
  .meta({
    id: 'Job',
    example: {
      id: '01a21087-6991-7299-9dd6-57ba07c9d7f1',
      kind: 'pipeline',
      state: 'succeeded',
      progress: { done: 4, total: 4, note: 'the decision waits for an answer' },
      created_at: '2026-11-25T02:27:21.105Z',
      started_at: '2026-11-25T02:27:21.301Z',
      finished_at: '2026-11-25T02:27:21.712Z',
      workflow_id: 'pipeline:01a21087-6991-7299-9dd6-53a9b2d3a2a4',
      run_id: '01a21087-69b0-7a3c-8d1f-2f4a0c6f8f21',
      result: '/api/v1/pipelines/01a21087-6991-7299-9dd6-53a9b2d3a2a4',
      problem: null,
    },
  });
export type JobView = z.output<typeof jobSchema>;

const jobEventSchema = z
  .object({
    sequence: z.number().int(),
    kind: z.string(),
    payload: z.record(z.string(), z.unknown()),
    recorded_at: z.iso.datetime(),
  })
  .meta({ id: 'JobEvent' });
export type JobEventView = z.output<typeof jobEventSchema>;

export const jobPage = pageOf(jobSchema).meta({ id: 'JobPage' });
export const jobEventPage = pageOf(jobEventSchema).meta({ id: 'JobEventPage' });

export const jobPath = (id: string) => `/api/v1/jobs/${id}`;

const instant = (at: Date | null | undefined) => (at ? toIso(at.getTime()) : null);

export const jobView = (job: Job): JobView => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  progress: job.progress ?? null,
  created_at: toIso(job.createdAt.getTime()),
  started_at: instant(job.startedAt),
  finished_at: instant(job.finishedAt),
  workflow_id: job.workflowId,
  run_id: job.runId ?? null,
  result: job.result ?? null,
  problem: job.problem ?? null,
});

export const jobEventView = (event: JobEvent): JobEventView => ({
  sequence: event.sequence,
  kind: event.kind,
  payload: event.payload,
  recorded_at: toIso(event.recordedAt.getTime()),
});
