import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Config } from '../config/config.js';
import { serveOpenApi } from './openapi.js';
import { ProblemFilter } from './problem-filter.js';
import { requestTracing } from './request-tracing.js';
import { RequestValidationPipe } from './validation.pipe.js';

const bodyLimit = '1mb';

/** Such a member would be taken out on the way, and the rest would mean something else than what was sent. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a member may not be called "__proto__"');
  return value;
}

/** What every HTTP app of this service has, in the process and in tests. */
export function configureHttp(app: NestExpressApplication, config: Config): void {
  app.use(requestTracing);
  // upgrading to https is the business of whoever ends TLS; on plain http it would break the documentation page
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.useBodyParser('json', { limit: bodyLimit, strict: false, reviver: refuseProto });
  app.enableCors({ origin: config.http.corsOrigins.length > 0 ? config.http.corsOrigins : false });
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  serveOpenApi(app);
}
