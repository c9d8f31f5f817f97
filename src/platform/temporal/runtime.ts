import { Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';

const log = (logger: Logger, level: LogLevel, message: string, meta: LogMetadata = {}) => {
  const { error, ...rest } = meta;
  const to = level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error';
  logger[to](error === undefined ? rest : { ...rest, err: error }, message);
};

/**
 * Installs the process's Temporal runtime: logs go to pino, metrics to Prometheus, signals belong to Nest.
 *
 * Once a process, before the first connection or worker.
 */
export function installRuntime(logger: Logger, metrics: { host: string; port: number }): void {
  const to = logger.child({ component: 'temporal' });
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => log(to, level, message, meta),
      trace: (message, meta) => log(to, 'TRACE', message, meta),
      debug: (message, meta) => log(to, 'DEBUG', message, meta),
      info: (message, meta) => log(to, 'INFO', message, meta),
      warn: (message, meta) => log(to, 'WARN', message, meta),
      error: (message, meta) => log(to, 'ERROR', message, meta),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      metrics: { prometheus: { bindAddress: `${metrics.host}:${metrics.port}` } },
    },
  });
}
