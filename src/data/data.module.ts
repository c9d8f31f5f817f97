import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/config/config.module.js';
import type { Config } from '../platform/config/config.js';
import { CandleRepository } from './candle.repository.js';
import { DataController } from './data.controller.js';
import { DataService } from './data.service.js';
import { PriceCollector, SOURCES } from './price-collector.js';
import { sourcesInOrder } from './sources/registry.js';

@Module({
  controllers: [DataController],
  providers: [
    CandleRepository,
    DataService,
    PriceCollector,
    { provide: SOURCES, inject: [CONFIG], useFactory: ({ sources }: Config) => sourcesInOrder(sources.order, sources) },
  ],
  exports: [CandleRepository, PriceCollector],
})
export class DataModule {}
