import { Module } from '@nestjs/common';
import { SignalRepository } from './signal.repository.js';
import { SignalsController } from './signals.controller.js';
import { SignalsService } from './signals.service.js';

@Module({
  controllers: [SignalsController],
  providers: [SignalsService, SignalRepository],
  exports: [SignalsService, SignalRepository],
})
export class SignalsModule {}
