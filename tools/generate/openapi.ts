// Writes docs/generated/openapi.json from the controllers; needs no database.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { readConfig } from '../../src/platform/config/config.js';
import { openApiDocument } from '../../src/platform/http/openapi.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { startTracing } from '../../src/platform/temporal/tracing.js';

const module = AppModule.with(readConfig({}), startTracing('api', ''), createLogger('api', 'silent'));
const app = await NestFactory.create<NestExpressApplication>(module, { preview: true, logger: false });
writeFileSync('docs/generated/openapi.json', `${JSON.stringify(openApiDocument(app), null, 2)}\n`);
await app.close();
