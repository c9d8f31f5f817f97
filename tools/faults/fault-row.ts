import type { NoiseStream } from '../market-simulator/random.js';
import type { Lab, LabSettings } from './lab.js';

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
  /** More numbers, for the row's own document. */
  details?: Readonly<Record<string, readonly number[]>>;
}

export const isClean = (outcome: TrialOutcome): boolean =>
  outcome.acknowledgedLost === 0 &&
  outcome.duplicateEffects === 0 &&
  outcome.jobsLost === 0 &&
  (outcome.differences ?? 0) === 0 &&
  outcome.complaints.length === 0;

interface RowText {
  /** As `--row` and the table know it. */
  readonly name: string;
  /** What is done. */
  readonly fault: string;
  /** What must hold afterwards. */
  readonly promise: string;
  /** A document of its own besides its line in the table: its path in the project, and its text. */
  readonly document?: (run: FinishedRun) => { file: string; text: string };
}

interface FinishedRun {
  readonly seed: number;
  /** UTC date of the last trial. */
  readonly date: string;
  readonly trials: readonly TrialOutcome[];
}

type Trial = (chance: Chance) => Promise<TrialOutcome>;

/** What is done to a whole stack. */
export interface StackRow extends RowText {
  /** After this many trials a fresh stack is taken. */
  readonly trialsPerStack: number;
  /** When the usual stack does not do. */
  readonly settings?: () => LabSettings;
  /** Prepares a fresh stack; the function that it resolves to runs one trial. */
  prepare(lab: Lab): Promise<Trial>;
}

/** What is done to a part of the code alone, without any server of the stack. */
export interface StacklessRow extends RowText {
  prepareAlone(): Promise<{ readonly trial: Trial; stop(): Promise<void> }>;
}

/** A kind of fault, with the promise that the service keeps under it. One file below `rows/` each. */
export type FaultRow = StackRow | StacklessRow;

export const needsStack = (row: FaultRow): row is StackRow => 'prepare' in row;

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
