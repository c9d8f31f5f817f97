import type { Chance, TrialOutcome } from './fault-row.js';
import { compareTables, readTables, type Tables } from './final-tables.js';
import type { Lab } from './lab.js';
import { jobsAtTheirEnd, unsuccessful } from './scenario.js';

const patienceMs = 180_000;
/** A run that was quicker than the undisturbed one may end before the instant drawn for it; then another is drawn. */
const draws = 5;

interface Undisturbed {
  readonly tables: Tables;
  readonly milliseconds: number;
}

/** A run of one job whose worker is killed with -9 at a random instant. */
export interface KilledRun {
  /** Requests it, on a database that holds nothing of the runs before; answers when it was requested. */
  readonly start: () => Promise<{ readonly begin: number }>;
  /** Tables that are no effect of it. */
  readonly besides?: readonly string[];
  /** What is wrong with the tables of an undisturbed run; undefined when nothing is. */
  readonly complaint?: (tables: Tables) => string | undefined;
  /** Between the kill and the new worker; answers what is measured. */
  readonly meanwhile?: () => Promise<Readonly<Record<string, number>>>;
}

/** Makes sure that undisturbed runs agree, and answers one trial: killed and started again, a run has to agree with them. */
export async function killedRuns(lab: Lab, run: KilledRun): Promise<(chance: Chance) => Promise<TrialOutcome>> {
  await undisturbedRun(lab, run); // the first run warms everything up
  const [reference, second] = [await undisturbedRun(lab, run), await undisturbedRun(lab, run)];
  const { differences, words } = compareTables(reference.tables, second.tables);
  if (differences > 0) throw new Error(`two undisturbed runs differ, so nothing can be compared: ${words.join('; ')}`);
  return (chance) => trial(lab, run, reference, chance);
}

async function undisturbedRun(lab: Lab, { start, besides, complaint }: KilledRun): Promise<Undisturbed> {
  const { begin } = await start();
  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const [wrong] = unsuccessful(jobs);
  if (wrong) throw new Error(`the undisturbed run failed: ${wrong}`);
  const tables = await readTables(lab, besides);
  const why = complaint?.(tables);
  if (why !== undefined) throw new Error(`the undisturbed run ${why}`);
  return { tables, milliseconds: Number(jobs[0]?.finished_at) - begin };
}

async function trial(
  lab: Lab,
  { start, besides, meanwhile }: KilledRun,
  undisturbed: Undisturbed,
  chance: Chance,
): Promise<TrialOutcome> {
  for (let draw = 1; ; draw++) {
    const { begin } = await start();
    const at = chance.next() * undisturbed.milliseconds;
    await lab.pause(Math.max(0, begin + at - Date.now()));
    const killed = Date.now();
    await lab.killWorker();
    const measured = await meanwhile?.();
    lab.startWorker();
    const jobs = await jobsAtTheirEnd(lab, patienceMs);
    const finished = Number(jobs[0]?.finished_at ?? Number.NaN);
    if (finished <= killed) {
      if (draw === draws) throw new Error(`the run ended before the kill ${draws} times`);
      continue;
    }
    const lost = unsuccessful(jobs);
    const { differences, duplicates, words } = compareTables(undisturbed.tables, await readTables(lab, besides));
    return {
      acknowledgedLost: jobs.length === 1 ? 0 : 1,
      duplicateEffects: duplicates,
      jobsLost: lost.length,
      differences,
      complaints: [...lost, ...words],
      measured: {
        'undisturbed s': undisturbed.milliseconds / 1_000,
        'killed after s': (killed - begin) / 1_000,
        ...measured,
        'from kill to success s': (finished - killed) / 1_000,
      },
    };
  }
}
