import { Module } from '@nestjs/common';
import { DataModule } from '../data/data.module.js';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsService } from './accounts/accounts.service.js';
import { GainsController } from './gains/gains.controller.js';
import { AssetSplits } from './ledger/asset-splits.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { LedgerService } from './ledger/ledger.service.js';
import { TransactionsController } from './ledger/transactions.controller.js';
import { TransactionsService } from './ledger/transactions.service.js';
import { PerformanceController } from './performance/performance.controller.js';
import { PerformanceService } from './performance/performance.service.js';
import { PortfolioYearsRepository } from './performance/portfolio-years.repository.js';
import { PortfolioSnapshots } from './performance/portfolio-snapshots.js';
import { SnapshotStarter } from './performance/snapshot-starter.js';
import { PortfolioController } from './portfolio.controller.js';
import { PortfolioRepository } from './portfolio.repository.js';
import { PortfolioService } from './portfolio.service.js';
import { ConversionsController } from './valuation/conversions.controller.js';
import { ConversionsService } from './valuation/conversions.service.js';
import { UsdRates } from './valuation/usd-rates.js';
import { GainsService } from './gains/gains.service.js';
import { OldTotals } from './valuation/old-total.js';
import { PortfolioValueController } from './valuation/portfolio-value.controller.js';
import { PortfolioValueService } from './valuation/portfolio-value.service.js';
import { ValuationController } from './valuation/valuation.controller.js';
import { ValuationService } from './valuation/valuation.service.js';

@Module({
  imports: [DataModule],
  controllers: [
    PortfolioController,
    AccountsController,
    TransactionsController,
    GainsController,
    ValuationController,
    ConversionsController,
    PerformanceController,
    PortfolioValueController,
  ],
  providers: [
    AssetSplits,
    PortfolioRepository,
    LedgerRepository,
    LedgerService,
    PortfolioService,
    AccountsService,
    TransactionsService,
    ConversionsService,
    OldTotals,
    GainsService,
    UsdRates,
    ValuationService,
    PerformanceService,
    PortfolioValueService,
    PortfolioYearsRepository,
    PortfolioSnapshots,
    SnapshotStarter,
  ],
  exports: [
    AssetSplits,
    PortfolioService,
    LedgerService,
    AccountsService,
    PortfolioSnapshots,
    SnapshotStarter,
    OldTotals,
    UsdRates,
    ValuationService,
  ],
})
export class PortfolioModule {}
