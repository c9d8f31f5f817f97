import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config/config.module.js';
import { ProviderGate } from '../platform/outbound/provider-gate.js';
import { AiController } from './ai.controller.js';
import { AiExchangeRepository } from './ai-exchange.repository.js';
import { AiHealthService } from './ai-health.service.js';
import { FKS_AI, fksAiOf } from './fks-ai.provider.js';
import { OldAiService } from './old-ai.service.js';
import { OpinionsService } from './opinions.service.js';

@Module({
  controllers: [AiController],
  providers: [
    { provide: FKS_AI, inject: [CONFIG], useFactory: fksAiOf },
    AiExchangeRepository,
    AiHealthService,
    OldAiService,
    OpinionsService,
    ProviderGate,
  ],
  exports: [AiHealthService, OpinionsService],
})
export class AiModule {}
