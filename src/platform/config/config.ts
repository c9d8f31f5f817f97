import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const list = (separator: string) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(separator)
        .map((part) => part.trim())
        .filter(Boolean),
    );
const url = (protocol: RegExp) => z.url({ protocol, error: 'is not a URL of the expected kind' });

/** Every variable that the API and the worker read; `.env.example` explains each one. */
const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8012),
  CORS_ORIGINS: list(','),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: url(/^postgres(ql)?$/).default('postgresql://fks_app@127.0.0.1:55432/fks'),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(10),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:/]+:\d+$/, 'is not host:port')
    .default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('portfolio'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: port.default(9464),
  FKS_PRICES: list(path.delimiter),
  FKS_SOURCES: list(','),
  BINANCE_BASE_URL: url(/^https?$/).default('https://data-api.binance.vision'),
  YAHOOFINANCE_BASE_URL: url(/^https?$/).default('https://query1.finance.yahoo.com'),
  DECISION_ANSWER_HOURS: z.coerce.number().positive().max(8_760).default(72),
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(1).max(600).default(20),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.union([z.literal(''), url(/^https?$/)]).default(''),
});

export type Config = ReturnType<typeof nested>;

const nested = (env: z.output<typeof environment>) => ({
  http: { host: env.HOST, port: env.PORT, corsOrigins: env.CORS_ORIGINS },
  log: { level: env.LOG_LEVEL },
  database: { url: env.DATABASE_URL, poolMax: env.DATABASE_POOL_MAX },
  temporal: { address: env.TEMPORAL_ADDRESS, namespace: env.TEMPORAL_NAMESPACE, taskQueue: env.TEMPORAL_TASK_QUEUE },
  metrics: { host: env.METRICS_HOST, port: env.METRICS_PORT },
  sources: {
    // folders that somebody names are wanted alone; without them, the live sources
    order:
      env.FKS_SOURCES.length > 0 ? env.FKS_SOURCES : env.FKS_PRICES.length > 0 ? ['csv'] : ['binance', 'yahoofinance'],
    priceFolders: env.FKS_PRICES,
    binance: { baseUrl: env.BINANCE_BASE_URL },
    yahoofinance: { baseUrl: env.YAHOOFINANCE_BASE_URL },
  },
  guidance: { answerWithinHours: env.DECISION_ANSWER_HOURS },
  shutdownGraceSeconds: env.SHUTDOWN_GRACE_SECONDS,
  tracing: { otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT },
});

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from an environment.
 *
 * @throws ConfigError naming every wrong variable and what is wrong with it, never its value: it may be a secret
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  // an empty variable means the same as an absent one
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (parsed.success) return nested(parsed.data);
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`wrong environment: ${wrong.join('; ')}`);
}
