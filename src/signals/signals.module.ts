import { Module } from '@nestjs/common';
import { BiasModule } from '../bias/bias.module.js';
import { DataModule } from '../data/data.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ComputeModule } from '../platform/compute/compute.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { OldAiComparisonController } from './record/old-ai-comparison.controller.js';
import { OldAiComparisonService } from './record/old-ai-comparison.service.js';
import { OpinionRecord } from './record/opinion-record.js';
import { RecordController } from './record/record.controller.js';
import { RecordRepository } from './record/record.repository.js';
import { SignalRecordService } from './record/signal-record.service.js';
import { SignalBudgets } from './runs/signal-budgets.js';
import { SignalEvaluator } from './runs/signal-evaluator.js';
import { SignalGuard } from './runs/signal-guard.js';
import { SettlementRepository } from './settlements/settlement.repository.js';
import { SignalSettler } from './settlements/signal-settler.js';
import { SignalOpinionRepository } from './opinions/signal-opinion.repository.js';
import { SignalRunRepository } from './runs/signal-run.repository.js';
import { SignalRunRequests } from './runs/signal-run-requests.service.js';
import { SignalRunner } from './runs/signal-runner.js';
import { SignalRunsService } from './runs/signal-runs.service.js';
import { SignalRepository } from './signal.repository.js';
import { SignalsController } from './signals.controller.js';
import { SignalsService } from './signals.service.js';
import { EntryPlanner } from './entry-plans/entry-planner.js';
import { EntryPlansController } from './entry-plans/entry-plans.controller.js';
import { EntryPlansService } from './entry-plans/entry-plans.service.js';
import { OldSignalsController } from './prototype/old-signals.controller.js';
import { OldSignalsService } from './prototype/old-signals.service.js';
import { ServedSignals } from './prototype/served-signals.repository.js';
import { AiModule } from '../ai/ai.module.js';
import { SignalOpinions } from './opinions/signal-opinions.js';
import { EnhancedSignalsController } from './prototype/enhanced-signals.controller.js';

@Module({
  imports: [AiModule, BiasModule, ComputeModule, DataModule, JobsModule, PoliciesModule, PortfolioModule],
  // the record has a path that would otherwise be taken for the id of a signal
  controllers: [
    RecordController,
    SignalsController,
    EntryPlansController,
    OldSignalsController,
    OldAiComparisonController,
    EnhancedSignalsController,
  ],
  providers: [
    OldAiComparisonService,
    OpinionRecord,
    RecordRepository,
    SignalRecordService,
    SignalOpinionRepository,
    SignalBudgets,
    SignalEvaluator,
    SignalGuard,
    SettlementRepository,
    SignalRepository,
    SignalRunner,
    SignalRunRepository,
    SignalRunRequests,
    SignalRunsService,
    SignalSettler,
    SignalsService,
    EntryPlanner,
    EntryPlansService,
    OldSignalsService,
    ServedSignals,
    SignalOpinions,
  ],
  exports: [
    SettlementRepository,
    SignalRunner,
    SignalRunRepository,
    SignalRunRequests,
    SignalSettler,
    SignalRepository,
    SignalsService,
    SignalOpinions,
  ],
})
export class SignalsModule {}
