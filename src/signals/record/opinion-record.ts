import { Injectable } from '@nestjs/common';
import type { OpinionMode } from '../../ai/domain/effect.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { secondMs, type EpochMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import { recordedFrom } from '../domain/record/recorded-from.js';
import { armedSignals } from '../domain/record/recorded-signal.js';
import { verdictOf, type Verdict } from '../domain/record/verdict.js';
import { RecordRepository } from './record.repository.js';
import type { SignalRow } from '../signal.repository.js';

/** A run asks for each of its signals: all of them are told the same. */
const keptMs = 15 * secondMs;

/**
 * What earlier opinions allow a new one to do, where the policy leaves it to their record (`by_record`). The rule is
 * `verdictOf`: a function of what was known at an instant.
 */
@Injectable()
export class OpinionRecord {
  private readonly kept = new Map<string, { readonly verdict: Promise<Verdict>; readonly until: EpochMs }>();

  constructor(private readonly record: RecordRepository) {}

  /**
   * For an opinion on this signal, by the outcomes that were known at its as-of. Signals of the same owner count: live ones
   * for live signals and for rehearsals, simulated ones for simulated signals.
   */
  async allows(signal: Pick<SignalRow, 'ownerId' | 'category' | 'asOf' | 'simulated'>): Promise<OpinionMode> {
    const { ownerId, category, asOf, simulated } = signal;
    const now = Date.now();
    for (const [key, { until }] of this.kept) if (until <= now) this.kept.delete(key);
    const key = canonicalJson([ownerId, category, asOf.getTime(), simulated]);
    const known = this.kept.get(key)?.verdict;
    const verdict = known ?? this.verdict(ownerId, simulated, category, asOf.getTime());
    if (!known) this.kept.set(key, { verdict, until: now + keptMs });
    try {
      return (await verdict).mode;
    } catch (error) {
      // another attempt asks anew
      this.kept.delete(key);
      throw error;
    }
  }

  private async verdict(
    ownerId: string,
    isSimulated: boolean,
    category: TradeCategory,
    asOf: EpochMs,
  ): Promise<Verdict> {
    return verdictOf(armedSignals(recordedFrom(await this.history(ownerId, isSimulated, asOf))), category, asOf);
  }

  /** The signals that count before an instant, for `recordedFrom`. */
  history(ownerId: string, isSimulated: boolean, before: EpochMs): Promise<string> {
    return this.record.signals({ ownerId, provenance: isSimulated ? 'simulated' : 'live', before, isArmed: true });
  }
}
