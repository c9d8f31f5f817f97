import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { serviceName, serviceVersion } from '../health/service-identity.js';

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, value: {}, message: { type: 'string' } },
      },
    },
  },
};

export function openApiDocument(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle(serviceName)
    .setDescription(
      'Prices one can trust, signals, optimization with a certificate, and guided decisions that keep their evidence.',
    )
    .setVersion(serviceVersion)
    .setOpenAPIVersion('3.1.1')
    .addGlobalResponse({
      status: 'default',
      description: 'A problem (RFC 9457): 400 unreadable, 404 absent, 409 conflict, 422 invalid, 503 away for now',
      content: { 'application/problem+json': { schema: problemSchema } },
    })
    .build();
  return SwaggerModule.createDocument(app, about);
}

/** `/docs` for people, `/openapi.json` for programs. */
export const serveOpenApi = (app: INestApplication): void =>
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
