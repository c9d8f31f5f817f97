import type { FaultRow, TrialOutcome } from './fault-row.js';

export interface RowResult {
  row: string;
  trials: readonly TrialOutcome[];
  seed: number;
  /** UTC date of the last trial. */
  date: string;
}

const columns = [
  'row',
  'trials',
  'seed',
  'acknowledged lost',
  'duplicate effects',
  'jobs lost',
  'differences to the undisturbed run',
  'trials with anything else wrong',
  'measured: median (largest)',
  'date',
  'command',
];

/** The text of docs/generated/faults.md with one row's result put in; the other rows stay as they stand in `before`. */
export function withResult(before: string, result: RowResult, rows: readonly FaultRow[]): string {
  const lines = linesOf(before).set(result.row, tableLine(result));
  const known = rows.flatMap(({ name }) => lines.get(name) ?? []);
  return [
    '# Faults',
    '',
    'Written by `npm run faults`; each line is reproduced by its command. Every count but the trials is 0 when the promise',
    'was kept in every trial.',
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => ' --- |').join('')}`,
    ...known,
    '',
    '## What is done, and what must hold',
    '',
    ...rows.map(({ name, fault, promise }) => `- \`${name}\`: ${fault}. Then: ${promise}.`),
    '',
  ].join('\n');
}

function linesOf(text: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const name = /^\| `([a-z0-9-]+)` \|/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, line);
  }
  return lines;
}

function tableLine({ row, trials, seed, date }: RowResult): string {
  const sum = (count: (trial: TrialOutcome) => number) => trials.reduce((total, trial) => total + count(trial), 0);
  const compared = trials.some(({ differences }) => differences !== null);
  const cells = [
    `\`${row}\``,
    trials.length,
    seed,
    sum((trial) => trial.acknowledgedLost),
    sum((trial) => trial.duplicateEffects),
    sum((trial) => trial.jobsLost),
    compared ? sum((trial) => trial.differences ?? 0) : 'none to compare with',
    trials.filter(({ complaints }) => complaints.length > 0).length,
    measuredOf(trials),
    date,
    `\`npm run faults -- --row ${row} --trials ${trials.length} --seed ${seed}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

function measuredOf(trials: readonly TrialOutcome[]): string {
  const names = new Set(trials.flatMap(({ measured }) => Object.keys(measured)));
  const told = [...names].map((name) => {
    const values = trials.map(({ measured }) => measured[name]).filter(isNumber);
    values.sort((a, b) => a - b);
    return `${name}: ${shown(middleOf(values))} (${shown(values.at(-1) ?? Number.NaN)})`;
  });
  return told.join('; ');
}

/** What could not be measured is NaN, and null when it comes from the file. */
const isNumber = (value: number | null | undefined): value is number => Number.isFinite(value);

function middleOf(sorted: readonly number[]): number {
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half)] ?? Number.NaN)) / 2;
}

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1));
