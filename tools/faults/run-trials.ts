import { messageOf } from '../local/project.mjs';
import { SeededNoise } from '../market-simulator/random.js';
import { Chance, isClean, type FaultRow, type TrialOutcome } from './fault-row.js';
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
  const waiting = [...trials];
  while (waiting.length > 0) {
    const lab = await Lab.start(options);
    try {
      yield* onOneStack(lab, row, seed, waiting);
    } finally {
      await lab.stop();
    }
  }
}

/** The trials that one lab runs, taken from `waiting`; for callers that bring their own lab. */
export async function* onOneStack(
  lab: Lab,
  row: FaultRow,
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

/** A trial that could not be judged counts as one that went wrong; only an interruption ends the run. */
async function outcomeOf(lab: Lab, trial: () => Promise<TrialOutcome>): Promise<TrialOutcome> {
  let outcome: TrialOutcome;
  try {
    outcome = await trial();
  } catch (error) {
    lab.signal.throwIfAborted();
    const complaints = [`not judged: ${messageOf(error)}`];
    outcome = { acknowledgedLost: 0, duplicateEffects: 0, jobsLost: 0, differences: null, complaints, measured: {} };
  }
  try {
    outcome.complaints.push(...(await lab.mend()).map((words) => `ended by itself: ${words}`));
  } catch (error) {
    lab.signal.throwIfAborted();
    outcome.complaints.push(`the stack does not recover: ${messageOf(error)}`);
  }
  return outcome;
}
