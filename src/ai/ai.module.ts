import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config/config.module.js';
import { ProviderGate } from '../platform/outbound/provider-gate.js';
import { AiExchangeRepository } from './ai-exchange.repository.js';
import { AiHealthService } from './ai-health.service.js';
import { FKS_AI, fksAiOf } from './fks-ai.provider.js';
import { OpinionsService } from './opinions.service.js';

@Module({
  providers: [
    { provide: FKS_AI, inject: [CONFIG], useFactory: fksAiOf },
    AiExchangeRepository,
    AiHealthService,
    OpinionsService,
    ProviderGate,
  ],
  exports: [AiHealthService, OpinionsService],
})
export class AiModule {}
