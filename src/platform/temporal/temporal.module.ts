import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TemporalClient, TRACING } from './temporal-client.js';
import type { Tracing } from './tracing.js';

@Global()
@Module({})
export class TemporalModule {
  static with(tracing: Tracing): DynamicModule {
    return {
      module: TemporalModule,
      providers: [TemporalClient, { provide: TRACING, useValue: tracing }],
      exports: [TemporalClient, TRACING],
    };
  }
}
