import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { AiModule } from './ai/ai.module.js';
import { AuditModule } from './audit/audit.module.js';
import { BiasModule } from './bias/bias.module.js';
import { AssetRegistry } from './data/assets/asset-registry.js';
import { sourceQueues } from './data/collection/source-queues.js';
import { DataModule } from './data/data.module.js';
import { SOURCES } from './data/sources/configured-sources.js';
import type { MarketDataSource } from './data/sources/market-data-source.js';
import { entities } from './entities.js';
import { GuidanceModule } from './guidance/guidance.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { OptimizationModule } from './optimization/optimization.module.js';
import { PipelinesModule } from './pipelines/pipelines.module.js';
import type { Config } from './platform/config/config.js';
import { CONFIG, ConfigModule } from './platform/config/config.module.js';
import { databaseModule } from './platform/database/database.module.js';
import { DrainingModule } from './platform/http/draining.js';
import { HealthModule } from './platform/health/health.module.js';
import { loggingModule } from './platform/logging/logging.module.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { TemporalClient } from './platform/temporal/temporal-client.js';
import { TemporalModule } from './platform/temporal/temporal.module.js';
import type { Tracing } from './platform/temporal/tracing.js';
import { PoliciesModule } from './policies/policies.module.js';
import { PortfolioModule } from './portfolio/portfolio.module.js';
import { RebalancingModule } from './rebalancing/rebalancing.module.js';
import { RiskModule } from './risk/risk.module.js';
import { SignalsModule } from './signals/signals.module.js';

/** What the API and the worker share: the platform, then the areas from the lowest to the highest. */
export const sharedModules = (config: Config, tracing: Tracing) => [
  ConfigModule.with(config),
  databaseModule(entities),
  TemporalModule.with(tracing),
  DrainingModule,
  AuditModule,
  JobsModule,
  AiModule,
  DataModule,
  PortfolioModule,
  PoliciesModule,
  RiskModule,
  BiasModule,
  SignalsModule,
  OptimizationModule,
  RebalancingModule,
  GuidanceModule,
  PipelinesModule,
];

/** Beside the platform: the registry of assets, and for each provider a worker that asks it. */
const health = HealthModule.with([DataModule], {
  inject: [AssetRegistry, CONFIG, SOURCES, TemporalClient],
  useFactory: (
    assets: AssetRegistry,
    { temporal: { taskQueue } }: Config,
    sources: readonly MarketDataSource[],
    temporal: TemporalClient,
  ) => [
    { name: 'assets', why: () => assets.whyUnreadable() },
    {
      name: 'source_workers',
      async why() {
        const unpolled = await temporal.unpolled('activities', sourceQueues(taskQueue, sources));
        return unpolled.length === 0 ? undefined : `no worker polls ${unpolled.join(', ')}`;
      },
    },
  ],
});

@Module({})
export class AppModule {
  static with(config: Config, tracing: Tracing, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [loggingModule(logger), ...sharedModules(config, tracing), health, MetricsModule],
    };
  }
}
