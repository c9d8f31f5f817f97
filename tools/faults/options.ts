import { readOptions, UsageError } from '../local/command-line.js';
import type { FaultRow } from './fault-row.js';

export interface FaultOptions {
  row: FaultRow;
  trials: number;
  seed: number;
  resume: boolean;
}

export const help = (rows: readonly FaultRow[]) => `npm run faults -- --row R --trials N --seed S [--resume]

Hurts a stack of its own N times in one way, checks after each trial that what was promised held, and writes the
counts into docs/generated/faults.md. Ends with 1 when a promise was broken.

  --row R      ${rows.map(({ name }) => name).join(' | ')}
  --trials N   how often (default 1)
  --seed S     decides every random choice (default 1)
  --resume     goes on where an interrupted run of the same row, seed and build stopped`;

/** Reads the command line. @throws UsageError for anything that cannot be meant */
export function parseOptions(args: readonly string[], rows: readonly FaultRow[]): FaultOptions | 'help' {
  const values = readOptions(args, {
    row: { type: 'string' },
    trials: { type: 'string' },
    seed: { type: 'string' },
    resume: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return 'help';
  const row = rows.find(({ name }) => name === values.row);
  if (!row) {
    const names = rows.map(({ name }) => name).join(', ');
    throw new UsageError(`--row is ${values.row === undefined ? 'missing' : `"${values.row}"`}; there are: ${names}`);
  }
  return {
    row,
    trials: wholeNumber('trials', values.trials ?? '1', 1),
    seed: wholeNumber('seed', values.seed ?? '1', 0),
    resume: values.resume ?? false,
  };
}

function wholeNumber(name: string, text: string, lowest: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= lowest) return value;
  throw new UsageError(`--${name} is no whole number from ${lowest} on: "${text}"`);
}
