import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../local/command-line.js';
import { interruption, Interrupted } from '../local/interrupt.mjs';
import { messageOf, root, shown, stateDirOf, writeWhole } from '../local/project.mjs';
import { isClean } from './fault-row.js';
import { Ledger } from './ledger.js';
import { help, parseOptions, type FaultOptions } from './options.js';
import { withResult } from './report.js';
import { faultRows } from './rows/registry.js';
import { runTrials, type TrialResult } from './run-trials.js';

const table = path.join(root, 'docs/generated/faults.md');

function wordsOf({ trial, seconds, measured, complaints, ...counts }: TrialResult): string {
  const numbers = Object.entries(measured).map(([name, value]) => `${name} ${Number(value.toFixed(2))}`);
  const head = `trial ${trial}: ${complaints.length === 0 && isClean({ ...counts, complaints, measured }) ? 'kept' : 'BROKEN'}`;
  return [`${head} (${seconds.toFixed(1)} s; ${numbers.join(', ')})`, ...complaints.map((line) => `    ${line}`)].join(
    '\n',
  );
}

/** The next stack forgets the logs of this one. @returns where they are kept */
function keepLogs(stateDir: string, file: string, trial: number): string {
  const kept = file.replace(/\.jsonl$/, `-trial${trial}-logs`);
  fs.rmSync(kept, { recursive: true, force: true });
  fs.mkdirSync(kept);
  for (const name of fs.readdirSync(stateDir).filter((entry) => entry.endsWith('.log'))) {
    fs.copyFileSync(path.join(stateDir, name), path.join(kept, name));
  }
  return shown(kept);
}

/** @returns whether every promise was kept */
async function run({ row, trials, seed, resume }: FaultOptions, signal: AbortSignal): Promise<boolean> {
  const cache = stateDirOf('.cache/faults');
  const file = path.join(cache, 'results', `${row.name}-seed${seed}.jsonl`);
  const build = fs.readFileSync(path.join(root, 'dist/.built-from'), 'utf8').slice(0, 16);
  const { ledger, dropped } = Ledger.open(file, { build, resume });
  if (dropped > 0) console.log(`${dropped} trials of another build are not counted`);
  const missing = ledger.missing(trials);
  if (missing.length < trials) console.log(`${trials - missing.length} of ${trials} trials are done already`);

  console.log(`${row.name}: ${row.fault}\nmust hold: ${row.promise}`);
  const options = { stateDir: path.join(cache, 'stack'), signal, say: (line: string) => console.error(line) };
  try {
    for await (const result of runTrials({ row, seed, trials: missing, ...options })) {
      ledger.add(result);
      console.log(wordsOf(result));
      if (!isClean(result)) console.log(`    logs: ${keepLogs(options.stateDir, file, result.trial)}`);
    }
  } catch (error) {
    const left = ledger.missing(trials).length;
    console.error(`${left} of ${trials} trials are not done; the same command with --resume goes on (${shown(file)})`);
    throw error;
  }

  const done = ledger.first(trials);
  const date = done.at(-1)?.at.slice(0, 10) ?? '';
  const before = fs.existsSync(table) ? fs.readFileSync(table, 'utf8') : '';
  fs.mkdirSync(path.dirname(table), { recursive: true });
  writeWhole(table, withResult(before, { row: row.name, trials: done, seed, date }, faultRows));
  const own = row.document?.({ seed, date, trials: done });
  if (own) writeWhole(path.join(root, own.file), own.text);
  const broken = done.filter((result) => !isClean(result)).length;
  console.log(`${trials - broken} of ${trials} trials kept the promise; ${shown(table)} has the counts`);
  return broken === 0;
}

const signal = interruption();
try {
  const options = parseOptions(process.argv.slice(2), faultRows);
  if (options === 'help') console.log(help(faultRows));
  else if (!(await run(options, signal))) process.exitCode = 1;
} catch (error) {
  const cause: unknown = signal.aborted ? signal.reason : error;
  if (cause instanceof UsageError) console.error(`${cause.message}\n\n${help(faultRows)}`);
  else
    console.error(
      cause instanceof Interrupted ? `interrupted (${cause.message}), everything stopped` : messageOf(cause),
    );
  process.exitCode = cause instanceof Interrupted ? 130 : 1;
}
process.exit();
