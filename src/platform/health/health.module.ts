import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController, READINESS_CHECKS, type ReadinessCheck } from './health.controller.js';

@Module({})
export class HealthModule {
  /** `checks` are what the areas need beside the platform; the platform knows none of them. */
  static with(
    imports: NonNullable<ModuleMetadata['imports']>,
    checks: Pick<FactoryProvider<readonly ReadinessCheck[]>, 'inject' | 'useFactory'>,
  ): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false }), ...imports],
      controllers: [HealthController],
      providers: [{ provide: READINESS_CHECKS, ...checks }],
    };
  }
}
