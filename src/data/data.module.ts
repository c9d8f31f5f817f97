import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { CONFIG } from '../platform/config/config.module.js';
import type { Config } from '../platform/config/config.js';
import { AssetRegistry } from './assets/asset-registry.js';
import { AssetsController, EnabledAssetsController } from './assets/assets.controller.js';
import { AssetsService } from './assets/assets.service.js';
import { CandleRepository } from './candles/candle.repository.js';
import { CandlesController } from './candles/candles.controller.js';
import { CandlesService } from './candles/candles.service.js';
import { CanonicalSeries } from './candles/canonical-series.js';
import { ConsensusService } from './candles/consensus.service.js';
import { QualityController } from './candles/quality.controller.js';
import { QualityService } from './candles/quality.service.js';
import { QuarantineController } from './candles/quarantine.controller.js';
import { QuarantineService } from './candles/quarantine.service.js';
import { BarFetcher } from './collection/bar-fetcher.js';
import { CollectionPlanner } from './collection/collection-planner.js';
import { CollectionsController } from './collection/collections.controller.js';
import { CollectionsService } from './collection/collections.service.js';
import { SeriesVerifier } from './collection/series-verifier.js';
import { SingleAssetCollector } from './collection/single-asset-collector.js';
import { SourceAttempts } from './collection/source-attempts.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { PriceImporter } from './imports/price-importer.js';
import { QuoteCache } from './quotes/quote-cache.js';
import { QuoteLists } from './quotes/quote-lists.service.js';
import { AdjustedCloses } from './prices/adjusted-closes.js';
import { DailyCloses } from './prices/daily-closes.js';
import { KnownSplits } from './prices/known-splits.js';
import { ClosedBars } from './candles/closed-bars.js';
import { DatedPrices } from './prices/dated-prices.js';
import { PricesController, QuotesController } from './quotes/quotes.controller.js';
import { QuotesService } from './quotes/quotes.service.js';
import { SourceQuotes } from './quotes/source-quotes.js';
import { StoredCloses } from './quotes/stored-closes.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SchedulesService } from './schedules/schedules.service.js';
import { SOURCES } from './sources/configured-sources.js';
import { SourceGate } from './sources/source-gate.js';
import { sourcesInOrder } from './sources/registry.js';
import { SourceMetrics } from './sources/source-metrics.js';
import { SourcesController } from './sources/sources.controller.js';
import { SourcesService } from './sources/sources.service.js';

@Module({
  imports: [AuditModule, JobsModule],
  controllers: [
    AssetsController,
    EnabledAssetsController,
    CandlesController,
    QualityController,
    QuarantineController,
    CollectionsController,
    ImportsController,
    PricesController,
    QuotesController,
    SchedulesController,
    SourcesController,
  ],
  providers: [
    AssetRegistry,
    AssetsService,
    CandleRepository,
    CandlesService,
    CanonicalSeries,
    ConsensusService,
    AdjustedCloses,
    DailyCloses,
    ClosedBars,
    DatedPrices,
    KnownSplits,
    QualityService,
    QuarantineService,
    BarFetcher,
    CollectionPlanner,
    CollectionsService,
    SeriesVerifier,
    SingleAssetCollector,
    SourceAttempts,
    ImportsService,
    PriceImporter,
    QuoteCache,
    QuoteLists,
    QuotesService,
    SourceQuotes,
    StoredCloses,
    SchedulesService,
    SourceGate,
    SourceMetrics,
    SourcesService,
    {
      provide: SOURCES,
      inject: [CONFIG],
      useFactory: ({ sources }: Config) => sourcesInOrder(sources.order, sources.environment),
    },
  ],
  exports: [
    AssetRegistry,
    CandleRepository,
    CanonicalSeries,
    ConsensusService,
    AdjustedCloses,
    DailyCloses,
    ClosedBars,
    DatedPrices,
    KnownSplits,
    BarFetcher,
    CollectionPlanner,
    CollectionsService,
    SeriesVerifier,
    SingleAssetCollector,
    SOURCES,
    StoredCloses,
  ],
})
export class DataModule {}
