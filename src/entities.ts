import type { EntityClass } from '@mikro-orm/core';
import { AiExchangeRow } from './ai/ai-exchange.entity.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { AssetRow } from './data/assets/asset.entity.js';
import { CandleRow } from './data/candles/candle.entity.js';
import { CollectionReceipt } from './data/collection/collection-receipt.entity.js';
import { Collection } from './data/collection/collection.entity.js';
import { CorporateActionRow } from './data/candles/corporate-action.entity.js';
import { DisputedBar } from './data/candles/disputed-bar.entity.js';
import { PriceImport, PrivateSource } from './data/imports/price-import.entity.js';
import { SourceAttemptRow } from './data/sources/source-attempt.entity.js';
import { Decision } from './guidance/decision.entity.js';
import { Idempotency } from './jobs/idempotency.entity.js';
import { Job, JobEvent } from './jobs/job.entity.js';
import { WorkflowOutbox } from './jobs/workflow-outbox.entity.js';
import { MarketSnapshotRow } from './optimization/market-snapshot.entity.js';
import { Optimization } from './optimization/optimization.entity.js';
import { Pipeline } from './pipelines/pipeline.entity.js';
import { ProviderState } from './platform/outbound/provider-state.entity.js';
import { ProviderUsage } from './platform/outbound/provider-usage.entity.js';
import { Policy, PolicyRollout, PolicyVersion, PortfolioPolicy } from './policies/policy.entity.js';
import { PortfolioSnapshot, PortfolioYearRow } from './portfolio/performance/portfolio-year.entity.js';
import { Account, Holding, LedgerTransaction, Portfolio } from './portfolio/portfolio.entity.js';
import { AllocationTarget } from './rebalancing/allocation/allocation-target.entity.js';
import { RebalancingPlanRow } from './rebalancing/plans/rebalancing-plan.entity.js';
import { RiskReportRow } from './risk/risk-report.entity.js';
import { Signal, SignalOutcomeRow, SignalRun } from './signals/signal.entity.js';
import { SignalOpinion } from './signals/opinions/signal-opinion.entity.js';
import { SignalSettlement } from './signals/settlements/signal-settlement.entity.js';

/** Every table of the service. */
export const entities: readonly EntityClass[] = [
  Account,
  AiExchangeRow,
  AllocationTarget,
  AssetRow,
  AuditEvent,
  CandleRow,
  Collection,
  CollectionReceipt,
  CorporateActionRow,
  Decision,
  DisputedBar,
  Holding,
  Idempotency,
  Job,
  JobEvent,
  LedgerTransaction,
  MarketSnapshotRow,
  Optimization,
  Pipeline,
  Policy,
  PolicyRollout,
  PolicyVersion,
  Portfolio,
  PortfolioPolicy,
  PortfolioSnapshot,
  PortfolioYearRow,
  PriceImport,
  PrivateSource,
  ProviderState,
  ProviderUsage,
  RebalancingPlanRow,
  RiskReportRow,
  Signal,
  SignalOpinion,
  SignalOutcomeRow,
  SignalRun,
  SignalSettlement,
  SourceAttemptRow,
  WorkflowOutbox,
];
