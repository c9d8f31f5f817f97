import pino, { type Logger } from 'pino';

/** The one logger of a process: JSON lines on standard output, with secrets taken out of known members. */
export const createLogger = (service: 'api' | 'worker', level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.apiKey'],
  });
