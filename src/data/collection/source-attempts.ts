import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { dayMs, type EpochMs } from '../../shared/time.js';
import type { FetchBarsInput, FetchedBars, SourceAttempt } from '../data.contract.js';
import type { TimeWindow } from '../domain/history-plan.js';
import type { Interval } from '../domain/candle.js';
import { SourceAttemptRow } from '../sources/source-attempt.entity.js';

/** An answer this old is no reason any more to leave a hole unasked: providers mend their histories. */
const answersCountMs = 7 * dayMs;

type Question = Pick<FetchBarsInput, 'collectionId' | 'assetId' | 'interval' | 'source' | 'part'>;

/** Who was asked for what, and what came of it. */
@Injectable()
export class SourceAttempts {
  constructor(private readonly em: EntityManager) {}

  async record(question: Question, fetched: FetchedBars, requests: number, at: EpochMs): Promise<void> {
    await this.em.insert(SourceAttemptRow, {
      id: uuidv7(),
      ...asked(question),
      outcome: fetched.outcome,
      detail: fetched.detail?.slice(0, 1_000) ?? null,
      requests,
      rows: fetched.rowsRead,
      milliseconds: fetched.milliseconds,
      at: new Date(at),
    });
  }

  /** How often this very question had this outcome before, however many workers died over it. */
  count(question: Question, outcome: SourceAttempt['outcome']): Promise<number> {
    return this.em.count(SourceAttemptRow, { ...asked(question), outcome });
  }

  /** The windows of an asset's history that a source has answered for lately, whatever it had. */
  async answered(assetId: string, interval: Interval, source: string, now: EpochMs): Promise<TimeWindow[]> {
    const rows = await this.em.find(
      SourceAttemptRow,
      {
        assetId,
        interval,
        source,
        outcome: { $in: ['ok', 'empty'] },
        at: { $gt: new Date(now - answersCountMs) },
        fromTime: { $ne: null },
      },
      { fields: ['fromTime', 'toTime'], disableIdentityMap: true },
    );
    return rows.map(({ fromTime, toTime }) => ({ from: fromTime?.getTime() ?? -Infinity, to: toTime.getTime() }));
  }
}

const asked = ({ collectionId, assetId, interval, source, part }: Question) => ({
  collectionId,
  assetId,
  interval,
  source,
  fromTime: part.from === null ? null : new Date(part.from),
  toTime: new Date(part.to),
});
