import { Injectable } from '@nestjs/common';
import { jsonParameter, oldAllocations } from '../platform/http/old-parameters.js';
import { refusedFor } from '../shared/errors.js';
import { dayMs } from '../shared/time.js';
import { AiHealthService, notConfigured } from './ai-health.service.js';
import { AiExchangeRepository } from './ai-exchange.repository.js';
import type { GivenOpinion } from './ai.contract.js';
import type { AiAnalysisView, AiHealthView, BtcOptimizationView } from './ai.schemas.js';
import { btcShare } from './domain/btc-share.js';
import { complaintsByItself } from './domain/check-opinion.js';
import { oldDirectionWords } from './domain/opinion.js';
import { givenBy } from './opinions.service.js';

/** An opinion counts so long; the model is asked by signal runs, never by a read. */
const opinionsCountMs = dayMs;
const btc = 'BTC';

type Known = { readonly given: GivenOpinion; readonly why: null } | { readonly given: null; readonly why: string };

/** The prototype's routes, told from what is kept. */
@Injectable()
export class OldAiService {
  constructor(
    private readonly exchanges: AiExchangeRepository,
    private readonly aiHealth: AiHealthService,
  ) {}

  async health(): Promise<AiHealthView> {
    const { configured, healthy, why, said, simulated } = await this.aiHealth.health();
    return {
      ai_service_healthy: healthy,
      agent_status: null,
      service_url: this.aiHealth.service,
      configured,
      llm_provider: said?.llm_provider ?? null,
      simulated,
      ...(why !== null && { error: why }),
    };
  }

  async analysis(symbol: string): Promise<AiAnalysisView> {
    const { given, why } = await this.latest(symbol);
    const none = { bull_consensus: null, bear_consensus: null } as const;
    if (!given) {
      const nothing = { confidence: null, decision: null, model: null, answered_at: null, simulated: false };
      return { symbol, ai_answered: false, summary: why, ...nothing, ...none };
    }
    const { opinion, answeredAt, simulated } = given;
    return {
      symbol,
      ai_answered: true,
      confidence: opinion.confidence,
      decision: oldDirectionWords[opinion.direction],
      summary: opinion.rationale.summary,
      ...none,
      model: opinion.model,
      answered_at: answeredAt,
      simulated,
    };
  }

  /** @throws DomainError `bad_request` naming the member of the allocations that is wrong */
  async btcOptimization(allocations: string): Promise<BtcOptimizationView> {
    const shares = Object.entries(jsonParameter('allocations', allocations, oldAllocations));
    const sum = shares.reduce((total, [, share]) => total + share, 0);
    // shares are of the whole portfolio: more than all of it is a mistake, less is cash
    if (sum > 1 + 1e-6) throw refusedFor([{ field: 'allocations', value: sum, message: 'sums to more than 1' }]);
    const current = shares
      .filter(([symbol]) => symbol.toUpperCase() === btc)
      .reduce((total, [, share]) => total + share, 0);
    const { given, why: missing } = await this.latest(btc);
    const { target, action, difference, why } = btcShare(current, given?.opinion ?? null);
    return {
      current_allocation: current,
      target_allocation: target,
      action,
      difference: action === 'HOLD' ? difference : Math.abs(difference),
      rationale: missing === null ? why : `${why} (${missing})`,
      ai_answered: given !== null,
      simulated: given?.simulated ?? false,
    };
  }

  /** The latest opinion of the model on an asset that does not contradict itself, or why there is none. */
  private async latest(symbol: string): Promise<Known> {
    const { service } = this.aiHealth;
    if (service === null) return { given: null, why: notConfigured };
    const kept = await this.exchanges.latest(service, symbol, 'opinion', Date.now() - opinionsCountMs);
    if (!kept) return { given: null, why: `no opinion on ${symbol} was given in the last 24 hours` };
    const given = givenBy(kept);
    const complaints = complaintsByItself(given.opinion);
    if (complaints.length > 0)
      return { given: null, why: `the opinion on ${symbol} is refused: ${complaints.join('; ')}` };
    return { given, why: null };
  }
}
