import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** What Nest tells at every start, line by line: of interest when a route is missed, noise otherwise. */
const chatter = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory']);

/** Nest's own log on the process's pino, also before and without an application: a failed start is JSON too. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]) => this.write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.write('trace', message, rest);

  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const context = rest.at(-1);
    const at = level === 'info' && typeof context === 'string' && chatter.has(context) ? 'debug' : level;
    if (message instanceof Error) this.logger[at]({ context, err: message }, message.message);
    else this.logger[at]({ context }, String(message));
  }
}
