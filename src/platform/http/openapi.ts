import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { serviceName, serviceVersion } from '../health/service-identity.js';

export function openApiDocument(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle(serviceName)
    .setDescription(
      'Prices one can trust, signals, optimization with a certificate, and guided decisions that keep their evidence.',
    )
    .setVersion(serviceVersion)
    .setOpenAPIVersion('3.1.1')
    .build();
  return SwaggerModule.createDocument(app, about);
}

/** `/docs` for people, `/openapi.json` for programs. */
export const serveOpenApi = (app: INestApplication): void =>
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
