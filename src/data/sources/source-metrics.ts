import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../../platform/metrics/metrics.module.js';
import { activityMeter } from '../../platform/temporal/activity-meter.js';
import { SOURCES } from './configured-sources.js';
import type { MarketDataSource } from './market-data-source.js';
import { SourceGate, type SourceStanding } from './source-gate.js';

const questionsName = 'market_data_questions_total';
const questionsHelp = 'Questions to market data sources, by what came of them';

/**
 * What an operator watches of the sources. Each process counts its own questions, the worker among its activities'
 * metrics; what all processes share, the API reads when it is scraped.
 */
@Injectable()
export class SourceMetrics {
  private readonly logger = new Logger(SourceMetrics.name);
  private readonly questions: Counter<'source' | 'outcome'> | undefined;

  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly gate: SourceGate,
    // absent in the worker
    @Optional() metrics?: Metrics,
  ) {
    gate.onLearnt = (source, outcome) => this.count(source, outcome);
    if (!metrics) return;
    const registers = [metrics.registry];
    this.questions = new Counter({
      name: questionsName,
      help: questionsHelp,
      labelNames: ['source', 'outcome'],
      registers,
    });
    this.gauge(registers, 'market_data_budget_left', 'What is left of a window of a budget', 'window', (standing) =>
      standing.windows.map(({ name, left }) => [name, left]),
    );
    this.gauge(registers, 'market_data_source_resting', '1 while a source is not asked', 'cause', ({ resting }) =>
      (['failures', 'limit'] as const).map((cause) => [cause, resting?.cause === cause ? 1 : 0]),
    );
  }

  private count(source: string, outcome: string): void {
    if (this.questions) this.questions.inc({ source, outcome });
    else activityMeter()?.createCounter(questionsName, undefined, questionsHelp).add(1, { source, outcome });
  }

  private gauge(
    registers: Metrics['registry'][],
    name: string,
    help: string,
    label: string,
    of: (standing: SourceStanding) => [string, number][],
  ): void {
    const standings = () => this.standings();
    new Gauge({
      name,
      help,
      labelNames: ['source', label],
      registers,
      async collect() {
        // nothing old is shown when the database is away
        this.reset();
        for (const standing of await standings()) {
          for (const [value, number] of of(standing)) this.set({ source: standing.source, [label]: value }, number);
        }
      },
    });
  }

  private async standings(): Promise<SourceStanding[]> {
    try {
      return await this.gate.state(this.sources);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ reason }, 'sources.not_measured');
      return [];
    }
  }
}
