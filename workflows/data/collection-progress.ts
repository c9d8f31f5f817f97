import { setCurrentDetails } from '@temporalio/workflow';
import type { SeriesLeft } from '../../src/data/data.contract.js';
import { partsLeft, timeLeft } from '../../src/data/domain/collecting.js';

export type TellProgress = (done: number, total: number, note: string) => Promise<void>;

/** For a collection that is nobody's job: the progress stands in the Temporal UI alone. */
export const inDetails: TellProgress = async (done, total, note) =>
  setCurrentDetails(`**${done} of ${total}** ${note}`);

/**
 * Tells how many parts are done of those that are to be asked for as it looks now, at every hundredth at most: each
 * telling is a step in the history. One telling at a time, so that a job's row never goes backwards.
 */
export class CollectionProgress {
  private readonly begun = Date.now();
  private readonly before: number;
  private toldPercent = -1;
  private waiting: Parameters<TellProgress> | undefined;
  private telling: Promise<void> | undefined;

  constructor(
    private readonly tell: TellProgress,
    public partsDone: number,
  ) {
    this.before = partsDone;
  }

  answered(left: readonly SeriesLeft[]): void {
    this.partsDone += 1;
    const toDo = left.reduce((sum, series) => sum + partsLeft(series), 0);
    const total = this.partsDone + toDo;
    const percent = Math.floor((100 * this.partsDone) / total);
    if (percent === this.toldPercent) return;
    this.toldPercent = percent;
    const time = timeLeft(Date.now() - this.begun, this.partsDone - this.before, toDo);
    this.waiting = [this.partsDone, total, ['parts of the history', time].filter(Boolean).join(', ')];
    this.telling ??= this.tellAll();
  }

  /** When all that was to be told has been. */
  async told(): Promise<void> {
    await this.telling;
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
