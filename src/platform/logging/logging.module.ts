import { RequestMethod, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import type { IncomingMessage } from 'node:http';
import { requestIdOf } from '../http/request-id.js';

/** Query strings may carry keys or names; a log line needs neither. */
const pathOnly = (url: string | undefined) => url?.split('?', 1)[0];

/** One JSON line a request, all from the one pino instance of the process. */
export const loggingModule = (logger: Logger): DynamicModule =>
  LoggerModule.forRoot({
    // the default route `{/*splat}` misses nested paths under some adapters
    forRoutes: [{ path: '{*all}', method: RequestMethod.ALL }],
    pinoHttp: {
      logger,
      genReqId: requestIdOf,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      autoLogging: { ignore: (request) => ['/health', '/ready', '/metrics'].includes(pathOnly(request.url) ?? '') },
      serializers: {
        req: (request: { method: string; url: string }) => ({ method: request.method, path: pathOnly(request.url) }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      },
      customLogLevel: (_request: IncomingMessage, response, error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'info',
    },
  });
