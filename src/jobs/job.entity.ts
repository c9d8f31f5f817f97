import { defineEntity, p } from '@mikro-orm/core';
import { jobKinds, jobStates, type JobProblem, type JobProgress } from './jobs.contract.js';

const JobSchema = defineEntity({
  name: 'Job',
  tableName: 'job',
  indexes: [
    { properties: ['ownerId', 'id'] },
    {
      name: 'job_unfinished',
      expression: `create index "job_unfinished" on "job" ("created_at") where state in ('requested', 'running')`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid().nullable(),
    kind: p.enum(jobKinds),
    state: p.enum(jobStates).default('requested'),
    progress: p.json<JobProgress>().nullable(),
    workflowId: p.text().unique(),
    runId: p.text().nullable(),
    /** Path of what the job made. */
    result: p.text().nullable(),
    problem: p.json<JobProblem>().nullable(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    startedAt: p.datetime().columnType('timestamptz').nullable(),
    finishedAt: p.datetime().columnType('timestamptz').nullable(),
  },
});
export class Job extends JobSchema.class {}
JobSchema.setClass(Job);

/** Append-only facts about one job, numbered from 1. */
const JobEventSchema = defineEntity({
  name: 'JobEvent',
  tableName: 'job_event',
  uniques: [{ properties: ['jobId', 'eventKey'] }],
  properties: {
    jobId: p.uuid().primary(),
    sequence: p.integer().primary(),
    ownerId: p.text(),
    /** Business key: a repeated report of the same fact changes nothing. */
    eventKey: p.text(),
    kind: p.text(),
    payload: p.json<Record<string, unknown>>(),
    recordedAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class JobEvent extends JobEventSchema.class {}
JobEventSchema.setClass(JobEvent);
