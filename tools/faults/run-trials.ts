import { messageOf } from '../local/project.mjs';
import { SeededNoise } from '../market-simulator/random.js';
import {
  Chance,
  isClean,
  needsStack,
  type FaultRow,
  type StackRow,
  type StacklessRow,
  type TrialOutcome,
} from './fault-row.js';
import { Lab } from './lab.js';

export interface TrialResult extends TrialOutcome {
  trial: number;
  seconds: number;
}

export interface TrialRun {
  row: FaultRow;
  seed: number;
  /** Numbers of the trials to run, from 1 on. */
  trials: readonly number[];
  stateDir: string;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Runs trials one after the other, in chunks of one fresh stack each; a trial that went wrong costs the stack. */
export async function* runTrials({ row, seed, trials, ...options }: TrialRun): AsyncGenerator<TrialResult> {
  if (!needsStack(row)) {
    yield* withoutStack(row, seed, trials, options.signal);
    return;
  }
  const waiting = [...trials];
  while (waiting.length > 0) {
    const lab = await Lab.start({ ...options, settings: row.settings?.() });
    try {
      yield* onOneStack(lab, row, seed, waiting);
    } finally {
      await lab.stop();
    }
  }
}

/** The trials of a row that needs no lab. */
async function* withoutStack(
  row: StacklessRow,
  seed: number,
  trials: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<TrialResult> {
  const prepared = await row.prepareAlone();
  const stream = new SeededNoise(seed).stream(row.name);
  try {
    for (const trial of trials) {
      signal.throwIfAborted();
      const begin = performance.now();
      const outcome = await judged(signal, () => prepared.trial(new Chance(stream, trial)));
      yield { trial, seconds: (performance.now() - begin) / 1_000, ...outcome };
    }
  } finally {
    await prepared.stop();
  }
}

/** The trials that one lab runs, taken from `waiting`; for callers that bring their own lab. */
export async function* onOneStack(
  lab: Lab,
  row: StackRow,
  seed: number,
  waiting: number[],
): AsyncGenerator<TrialResult> {
  const run = await row.prepare(lab);
  const stream = new SeededNoise(seed).stream(row.name);
  for (let done = 0; done < row.trialsPerStack && waiting.length > 0; done++) {
    const trial = waiting[0]!;
    const begin = performance.now();
    const outcome = await outcomeOf(lab, () => run(new Chance(stream, trial)));
    waiting.shift();
    yield { trial, seconds: (performance.now() - begin) / 1_000, ...outcome };
    // what it left running would reach into the next trial
    if (!isClean(outcome)) return;
  }
}

async function outcomeOf(lab: Lab, trial: () => Promise<TrialOutcome>): Promise<TrialOutcome> {
  const outcome = await judged(lab.signal, trial);
  try {
    outcome.complaints.push(...(await lab.mend()).map((words) => `ended by itself: ${words}`));
  } catch (error) {
    lab.signal.throwIfAborted();
    outcome.complaints.push(`the stack does not recover: ${messageOf(error)}`);
  }
  return outcome;
}

/** A trial that could not be judged counts as one that went wrong; only an interruption ends the run. */
async function judged(signal: AbortSignal, trial: () => Promise<TrialOutcome>): Promise<TrialOutcome> {
  try {
    return await trial();
  } catch (error) {
    signal.throwIfAborted();
    const complaints = [`not judged: ${messageOf(error)}`];
    return { acknowledgedLost: 0, duplicateEffects: 0, jobsLost: 0, differences: null, complaints, measured: {} };
  }
}
