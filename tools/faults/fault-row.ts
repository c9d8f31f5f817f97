import type { NoiseStream } from '../market-simulator/random.js';
import type { Lab } from './lab.js';

/** What one trial found. Every count is 0 when the promise was kept. */
export interface TrialOutcome {
  /** Writes that were answered with success and are not there afterwards. */
  acknowledgedLost: number;
  /** Effects that happened more often than they were asked for. */
  duplicateEffects: number;
  /** Accepted jobs that did not succeed. */
  jobsLost: number;
  /** Rows of the database that differ from the undisturbed run's; null where there is none to compare with. */
  differences: number | null;
  /** Whatever else was wrong, and what the counts above consist of, in words. */
  complaints: string[];
  /** Numbers that say how the trial went, by name with unit. */
  measured: Record<string, number>;
}

export const isClean = (outcome: TrialOutcome): boolean =>
  outcome.acknowledgedLost === 0 &&
  outcome.duplicateEffects === 0 &&
  outcome.jobsLost === 0 &&
  (outcome.differences ?? 0) === 0 &&
  outcome.complaints.length === 0;

/** A kind of fault, with the promise that the service keeps under it. One file below `rows/` each. */
export interface FaultRow {
  /** As `--row` and the table know it. */
  readonly name: string;
  /** What is done to the stack. */
  readonly fault: string;
  /** What must hold afterwards. */
  readonly promise: string;
  /** After this many trials a fresh stack is taken. */
  readonly trialsPerStack: number;
  /** Prepares a fresh stack; the function that it resolves to runs one trial. */
  prepare(lab: Lab): Promise<(chance: Chance) => Promise<TrialOutcome>>;
}

/** The random choices of one trial: the same for a seed, a row and a trial's number, whatever was run before. */
export class Chance {
  private drawn = 0;

  constructor(
    private readonly stream: NoiseStream,
    private readonly trial: number,
  ) {}

  /** Uniform in (0, 1). */
  next(): number {
    return this.stream.uniform(this.trial, this.drawn++);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }
}
