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
  CRYPTO_BASIS: z.enum(['spot', 'perpetual']).default('spot'),
  REDIS_URL: z.union([z.literal(''), url(/^rediss?$/)]).default(''),
  FKS_AI_BASE_URL: z.union([z.literal(''), url(/^https?$/)]).default(''),
  FKS_AI_TIMEOUT_SECONDS: z.coerce.number().int().min(5).max(170).default(130),
  FKS_AI_OPINIONS_PER_DAY: z.coerce.number().int().min(0).max(1_000_000).default(500),
  FKS_AI_CHECKS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  DECISION_ANSWER_HOURS: z.coerce.number().positive().max(8_760).default(72),
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(1).max(600).default(20),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.union([z.literal(''), url(/^https?$/)]).default(''),
});

export type Config = ReturnType<typeof nested>;

const liveSources = ['binance', 'coingecko', 'yahoofinance', 'polygon', 'alphavantage', 'coinmarketcap', 'fks_data'];

/** How the variables are called that each source family reads and checks by itself. */
const ofSources =
  /^(?!FKS_AI_)(FKS_PRICES|\w+_(BASE_URL|API_KEY|PLAN|HISTORY_DAYS|(REQUESTS|WEIGHT|CREDITS)_PER_(MINUTE|DAY|MONTH)))$/;

const nested = (env: z.output<typeof environment>, sourceEnvironment: NodeJS.ProcessEnv) => ({
  http: { host: env.HOST, port: env.PORT, corsOrigins: env.CORS_ORIGINS },
  log: { level: env.LOG_LEVEL },
  database: { url: env.DATABASE_URL, poolMax: env.DATABASE_POOL_MAX },
  temporal: { address: env.TEMPORAL_ADDRESS, namespace: env.TEMPORAL_NAMESPACE, taskQueue: env.TEMPORAL_TASK_QUEUE },
  metrics: { host: env.METRICS_HOST, port: env.METRICS_PORT },
  sources: {
    // folders that somebody names are wanted alone; without them, the live sources
    order: env.FKS_SOURCES.length > 0 ? env.FKS_SOURCES : env.FKS_PRICES.length > 0 ? ['csv'] : [...liveSources],
    environment: sourceEnvironment,
    cryptoBasis: env.CRYPTO_BASIS,
    redisUrl: env.REDIS_URL,
  },
  ai: {
    /** Empty: nobody is asked. */
    baseUrl: env.FKS_AI_BASE_URL,
    timeoutMs: env.FKS_AI_TIMEOUT_SECONDS * 1_000,
    opinionsPerDay: env.FKS_AI_OPINIONS_PER_DAY,
    checksPerMinute: env.FKS_AI_CHECKS_PER_MINUTE,
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
  if (parsed.success) {
    // keys are among them: they are handed to the sources and shown nowhere
    return nested(parsed.data, Object.fromEntries(Object.entries(given).filter(([name]) => ofSources.test(name))));
  }
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`wrong environment: ${wrong.join('; ')}`);
}
