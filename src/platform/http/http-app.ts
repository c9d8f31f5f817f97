import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Config } from '../config/config.js';
import { refuseAmbiguous } from './json-body.js';
import { serveOpenApi } from './openapi.js';
import { ProblemFilter } from './problem-filter.js';
import { requestTracing } from './request-tracing.js';
import { refuseNul } from './refuse-nul.js';
import { refuseSlowBodies } from './slow-bodies.js';
import { RequestValidationPipe } from './validation.pipe.js';

/** A megabyte over a slow telephone line takes less. */
const slowestBodyMs = 10_000;
const jsonOptions = { limit: '1mb', strict: false, verify: refuseAmbiguous };

/** What every HTTP app of this service has, in the process and in tests. */
export function configureHttp(app: NestExpressApplication, config: Config): void {
  app.use(requestTracing);
  // upgrading to https is the business of whoever ends TLS; on plain http it would break the documentation page
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(refuseNul);
  app.use(refuseSlowBodies(slowestBodyMs));
  app.useBodyParser('json', jsonOptions);
  app.enableCors({ origin: config.http.corsOrigins.length > 0 ? config.http.corsOrigins : false });
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  serveOpenApi(app);
}
