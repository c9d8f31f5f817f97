import type { EpochMs } from '../../src/shared/time.js';
import type { BarSource } from './price-model.js';

/** What a route answers, before any fault is put on it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Market {
  readonly bars: BarSource;
  readonly now: EpochMs;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body,
});
