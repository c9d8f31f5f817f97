import { Inject, Injectable } from '@nestjs/common';
import type { AiHealth } from './ai.contract.js';
import type { FksAiClient } from './fks-ai.client.js';
import type { FksAiHealth } from './fks-ai.payloads.js';
import { FKS_AI } from './fks-ai.provider.js';

export const notConfigured = 'fks_ai is not configured: FKS_AI_BASE_URL is not set';

/** How fks_ai is, by its `/health` alone: no other route says it, and no model is called for it. */
@Injectable()
export class AiHealthService {
  constructor(@Inject(FKS_AI) private readonly client: FksAiClient | null) {}

  /** The service's address as it may be shown; null when it is not configured. */
  get service(): string | null {
    return this.client?.service ?? null;
  }

  async health(
    signal = new AbortController().signal,
  ): Promise<AiHealth & { said: FksAiHealth | null; simulated: boolean }> {
    if (!this.client) return { configured: false, healthy: false, why: notConfigured, said: null, simulated: false };
    const answer = await this.client.health(signal);
    return answer.kind === 'healthy'
      ? { configured: true, healthy: true, why: null, said: answer.health, simulated: answer.simulated }
      : { configured: true, healthy: false, why: answer.why, said: null, simulated: false };
  }
}
