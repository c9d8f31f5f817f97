import fs from 'node:fs';
import path from 'node:path';
import type { TrialResult } from './run-trials.js';

/** One trial as it stands in the file. */
export interface LedgerLine extends TrialResult {
  /** Which build was tried: trials of another one are none of this. */
  build: string;
  at: string;
}

/** The trials of one row and seed in a file of JSON lines, so that an interrupted run goes on where it stopped. */
export class Ledger {
  private constructor(
    private readonly file: string,
    private readonly build: string,
    private readonly known: LedgerLine[],
  ) {}

  /** Begins a new file, or with `resume` keeps what the same build did; `dropped` counts what other builds did. */
  static open(
    file: string,
    { build, resume }: { build: string; resume: boolean },
  ): { ledger: Ledger; dropped: number } {
    const all = resume ? readLines(file) : [];
    const known = all.filter((line) => line.build === build);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, known.map(asLine).join(''));
    return { ledger: new Ledger(file, build, known), dropped: all.length - known.length };
  }

  /** Trials that are still to be run of the first `trials`. */
  missing(trials: number): number[] {
    const done = new Set(this.known.map(({ trial }) => trial));
    return Array.from({ length: trials }, (_, i) => i + 1).filter((trial) => !done.has(trial));
  }

  add(result: TrialResult): void {
    const line = { ...result, build: this.build, at: new Date().toISOString() };
    fs.appendFileSync(this.file, asLine(line));
    this.known.push(line);
  }

  /** The first `trials`, by number. */
  first(trials: number): LedgerLine[] {
    return this.known.filter(({ trial }) => trial <= trials).sort((a, b) => a.trial - b.trial);
  }
}

const asLine = (line: LedgerLine) => `${JSON.stringify(line)}\n`;

/** A run that was killed while it wrote leaves half a line at the end: that trial was not finished. */
function readLines(file: string): LedgerLine[] {
  if (!fs.existsSync(file)) return [];
  const whole = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as LedgerLine);
}
