import { Module } from '@nestjs/common';
import { DataModule } from '../data/data.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { PortfolioModule } from '../portfolio/portfolio.module.js';
import { OpinionRecord } from './opinion-record.js';
import { SignalBudgets } from './signal-budgets.js';
import { SignalEvaluator } from './signal-evaluator.js';
import { SettlementRepository } from './settlement.repository.js';
import { SignalSettler } from './signal-settler.js';
import { SignalOpinionRepository } from './signal-opinion.repository.js';
import { SignalRepository } from './signal.repository.js';
import { SignalsController } from './signals.controller.js';
import { SignalsService } from './signals.service.js';

@Module({
  imports: [DataModule, PoliciesModule, PortfolioModule],
  controllers: [SignalsController],
  providers: [
    OpinionRecord,
    SignalBudgets,
    SignalEvaluator,
    SettlementRepository,
    SignalOpinionRepository,
    SignalRepository,
    SignalSettler,
    SignalsService,
  ],
  exports: [SettlementRepository, SignalEvaluator, SignalSettler, SignalRepository, SignalsService],
})
export class SignalsModule {}
