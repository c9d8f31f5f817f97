import { Injectable } from '@nestjs/common';
import type { OpinionMode } from '../ai/domain/effect.js';
import type { SignalRow } from './signal.repository.js';

/**
 * What earlier opinions allow a new one to do, where the policy leaves it to their record (`by_record`).
 *
 * The record are pairs: settled signals, each with what the AI arm and the baseline arm of it brought. Below 100 of them
 * nothing can be told, and an opinion is shown and changes nothing. None are counted yet.
 */
@Injectable()
export class OpinionRecord {
  /** For an opinion on this signal; what is allowed holds for signals of the same owner. */
  allows(signal: Pick<SignalRow, 'ownerId' | 'portfolioId' | 'category'>): Promise<OpinionMode> {
    void signal;
    return Promise.resolve('show');
  }
}
