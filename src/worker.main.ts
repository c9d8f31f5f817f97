import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { readConfig } from './platform/config/config.js';
import { createLogger } from './platform/logging/logger.js';
import { NestLogger } from './platform/logging/nest-logger.js';
import { installRuntime } from './platform/temporal/runtime.js';
import { startTracing } from './platform/temporal/tracing.js';
import { WorkerHost } from './platform/temporal/worker-host.js';
import { portIsFree } from './platform/temporal/port-is-free.js';
import { WorkerModule } from './worker.module.js';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger('worker', config.log.level);
  const { host, port } = config.metrics;
  // the runtime would die of a taken port without naming it
  if (!(await portIsFree(host, port))) throw new Error(`METRICS_PORT ${port} is taken`);
  installRuntime(logger, config.metrics);
  const tracing = startTracing('worker', config.tracing.otlpEndpoint);
  const app = await NestFactory.createApplicationContext(WorkerModule.with(config, tracing, logger), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.enableShutdownHooks();
  app.get(WorkerHost).onFatal = () => {
    process.exitCode = 1;
    void app.close().finally(() => process.exit(1));
  };
  logger.info('worker.started');
}

main().catch((error: unknown) => {
  createLogger('worker', 'info').fatal({ err: error }, 'worker.start_failed');
  process.exit(1);
});
