import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { readConfig } from './platform/config/config.js';
import { configureHttp } from './platform/http/http-app.js';
import { createLogger } from './platform/logging/logger.js';
import { NestLogger } from './platform/logging/nest-logger.js';
import { startTracing } from './platform/temporal/tracing.js';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger('api', config.log.level);
  const tracing = startTracing('api', config.tracing.otlpEndpoint);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, tracing, logger), {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useLogger(app.get(Logger));
  configureHttp(app, config);
  app.enableShutdownHooks();
  await app.listen(config.http.port, config.http.host);
  logger.info({ url: await app.getUrl() }, 'api.listening');
}

main().catch((error: unknown) => {
  createLogger('api', 'info').fatal({ err: error }, 'api.start_failed');
  process.exit(1);
});
