import type { Config } from '../platform/config/config.js';
import { FksAiClient } from './fks-ai.client.js';

/** The client of fks_ai, or null: no address is set, and nobody is asked. */
export const FKS_AI = Symbol('fks_ai');

export function fksAiOf({ ai }: Pick<Config, 'ai'>): FksAiClient | null {
  const { baseUrl, ...settings } = ai;
  return baseUrl === '' ? null : new FksAiClient({ baseUrl, ...settings });
}
