import type { EntityClass } from '@mikro-orm/core';
import { AuditEvent } from './audit/audit-event.entity.js';
import { CandleRow } from './data/candle.entity.js';
import { CollectionReceipt } from './data/collection-receipt.entity.js';
import { Decision } from './guidance/decision.entity.js';
import { Idempotency } from './jobs/idempotency.entity.js';
import { Job, JobEvent } from './jobs/job.entity.js';
import { WorkflowOutbox } from './jobs/workflow-outbox.entity.js';
import { MarketSnapshotRow } from './optimization/market-snapshot.entity.js';
import { Optimization } from './optimization/optimization.entity.js';
import { Pipeline } from './pipelines/pipeline.entity.js';
import { Holding, Portfolio } from './portfolio/portfolio.entity.js';
import { Signal, SignalRun } from './signals/signal.entity.js';

/** Every table of the service. */
export const entities: readonly EntityClass[] = [
  AuditEvent,
  CandleRow,
  CollectionReceipt,
  Decision,
  Holding,
  Idempotency,
  Job,
  JobEvent,
  MarketSnapshotRow,
  Optimization,
  Pipeline,
  Portfolio,
  Signal,
  SignalRun,
  WorkflowOutbox,
];
