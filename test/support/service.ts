import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { randomUUID } from 'node:crypto';
import { AppModule } from '../../src/app.module.js';
import { readConfig, type Config } from '../../src/platform/config/config.js';
import { configureHttp } from '../../src/platform/http/http-app.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { startTracing } from '../../src/platform/temporal/tracing.js';
import { WorkerModule } from '../../src/worker.module.js';
import { fromEnvironment } from './database.js';

/** A configuration for a service on the test stack, with a task queue of its own. */
export const testConfig = (databaseUrl: string, env: Record<string, string> = {}): Config =>
  readConfig({
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_TASK_QUEUE: `test-${randomUUID()}`,
    SHUTDOWN_GRACE_SECONDS: '5',
    ...env,
  });

/** The whole API on a free port. */
export async function startApi(config: Config, processor?: SpanProcessor): Promise<NestExpressApplication> {
  const tracing = startTracing('api', '', processor);
  const logger = createLogger('api', config.log.level);
  const module = await Test.createTestingModule({ imports: [AppModule.with(config, tracing, logger)] }).compile();
  const app = module.createNestApplication<NestExpressApplication>({
    logger: false,
    bodyParser: false,
  });
  configureHttp(app, config);
  await app.listen(0, '127.0.0.1');
  return app;
}

/** The whole worker, in this process. */
export async function startWorker(config: Config, processor?: SpanProcessor): Promise<INestApplicationContext> {
  const tracing = startTracing('worker', '', processor);
  const logger = createLogger('worker', config.log.level);
  const bundle = fromEnvironment('TEST_WORKFLOW_BUNDLE');
  const module = await Test.createTestingModule({
    imports: [WorkerModule.with(config, tracing, logger, bundle)],
  }).compile();
  module.useLogger(false);
  return module.init();
}

/** Asks until the answer is there. @throws with what was seen last when it does not come in time */
export async function eventually<T>(
  ask: () => Promise<T>,
  isThere: (value: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`not seen within ${withinMs} ms; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
