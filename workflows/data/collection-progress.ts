import { setCurrentDetails } from '@temporalio/workflow';
import type { SeriesLeft } from '../../src/data/data.contract.js';
import type { EpochMs } from '../../src/shared/time.js';
import { partsLeft, recentAnswers, timeLeft } from '../../src/data/domain/collecting.js';

export type TellProgress = (done: number, total: number, note: string) => Promise<void>;

/** For a collection that is nobody's job: the progress stands in the Temporal UI alone. */
export const inDetails: TellProgress = async (done, total, note) =>
  setCurrentDetails(`**${done} of ${total}** ${note}`);

/**
 * Tells how many parts are done of those that are to be asked for as it looks now, at every hundredth at most: each
 * telling is a step in the history. One telling at a time, so that a job's row never goes backwards.
 */
export class CollectionProgress {
  /** When the last answers came, oldest first; before the first one, when this run began. */
  private answeredAt: readonly EpochMs[] = [Date.now()];
  private toldPercent = -1;
  private waiting: Parameters<TellProgress> | undefined;
  private telling: Promise<void> | undefined;

  constructor(
    private readonly tell: TellProgress,
    /** When the first of all parts was asked for, maybe by an earlier run. */
    private readonly begunAt: EpochMs,
    public partsDone: number,
  ) {}

  answered(left: readonly SeriesLeft[]): void {
    this.partsDone += 1;
    const now = Date.now();
    this.answeredAt = recentAnswers([...this.answeredAt, now], now);
    const toDo = left.reduce((sum, series) => sum + partsLeft(series), 0);
    const total = this.partsDone + toDo;
    const percent = Math.floor((100 * this.partsDone) / total);
    if (percent === this.toldPercent) return;
    this.toldPercent = percent;
    this.waiting = [this.partsDone, total, toDo === 0 ? 'parts of the history, comparing' : this.soFar(now, toDo)];
    if (this.telling) return;
    this.telling = this.tellAll();
    // whoever waits for it hears of a failure; until then the collection itself may have failed or been cancelled
    this.telling.catch(() => undefined);
  }

  /** When all that was to be told has been. */
  async told(): Promise<void> {
    await this.telling;
  }

  /** A source that fails makes the parts more: the next one is asked for its own. */
  private soFar(now: EpochMs, toDo: number): string {
    const whole = { ms: now - this.begunAt, parts: this.partsDone };
    const recent = { ms: now - this.answeredAt[0]!, parts: this.answeredAt.length - 1 };
    return ['parts of the history so far', timeLeft(whole, recent, toDo)].filter(Boolean).join(', ');
  }

  private async tellAll(): Promise<void> {
    while (this.waiting) {
      const next = this.waiting;
      this.waiting = undefined;
      await this.tell(...next);
    }
    this.telling = undefined;
  }
}
